from django.db import models


class BatchState(models.TextChoices):
    READING = "reading", "读取中"
    REVIEW = "review", "待确认"
    APPLYING = "applying", "写入中"
    CONFIRMED = "confirmed", "已导入"
    UNDONE = "undone", "已撤销"
    FAILED = "failed", "读取失败"

    @classmethod
    def closed(cls):
        """States in which the same file may be uploaded again."""
        return [cls.UNDONE, cls.FAILED]


BATCH_TRANSITIONS = {
    BatchState.READING: {BatchState.REVIEW, BatchState.FAILED, BatchState.UNDONE},
    BatchState.REVIEW: {BatchState.READING, BatchState.APPLYING, BatchState.UNDONE},
    BatchState.APPLYING: {BatchState.CONFIRMED, BatchState.REVIEW},
    BatchState.CONFIRMED: {BatchState.UNDONE},
    BatchState.UNDONE: set(),
    BatchState.FAILED: {BatchState.READING},
}


class RowOutcome(models.TextChoices):
    """What the dry run says about one row."""

    NEW = "new", "新增"
    CHANGED = "changed", "更新"
    RENAMED = "renamed", "更名"
    KNOWN = "known", "已有"
    CONFLICT = "conflict", "有冲突"
    FOREIGN = "foreign", "不在本辖区"
    BAD = "bad", "有错误"

    @classmethod
    def good(cls):
        return [cls.NEW, cls.CHANGED, cls.RENAMED]


class ImportMode(models.TextChoices):
    """Which rows a person confirmed. Known, foreign and bad rows are never written."""

    GOOD = "good", "仅正确行"
    ALL = "all", "含有冲突的行"

    @property
    def outcomes(self):
        return RowOutcome.good() + ([RowOutcome.CONFLICT] if self == ImportMode.ALL else [])


# ---- the living record ----------------------------------------------------------------------------------


class Source(models.TextChoices):
    """Who says so."""

    REGISTRY = "registry", "登记信息"
    ROSTER = "roster", "名册导入"
    FIRM = "firm", "企业填报"
    STAFF = "staff", "代办录入"
    AUDIT = "audit", "审计报告"


class ScanState(models.TextChoices):
    CLEAN = "clean", "未发现病毒"
    UNSCANNED = "unscanned", "未检查"


class Basis(models.TextChoices):
    SINGLE = "single", "单体报表"
    CONSOLIDATED = "consolidated", "合并报表"


class IpKind(models.TextChoices):
    """The words are the engine's (policies.engine.standards)."""

    INVENTION = "invention", "发明专利"
    NATIONAL_DEFENCE = "national_defence", "国防专利"
    PLANT_VARIETY = "plant_variety", "植物新品种"
    CROP_VARIETY = "crop_variety", "国家级农作物品种"
    NEW_DRUG = "new_drug", "国家新药"
    TCM_PROTECTION = "tcm_protection", "国家一级中药保护品种"
    IC_LAYOUT = "ic_layout", "集成电路布图设计专有权"
    SOFTWARE = "software", "软件著作权"
    UTILITY_MODEL = "utility_model", "实用新型专利"
    DESIGN = "design", "外观设计专利"

    @classmethod
    def class_one(cls):
        """Ⅰ类知识产权."""
        return [kind for kind in cls if kind not in (cls.SOFTWARE, cls.UTILITY_MODEL, cls.DESIGN)]


class IpSource(models.TextChoices):
    SELF = "self", "自主研发"
    ASSIGNED = "assigned", "受让"


class Level(models.TextChoices):
    INTERNATIONAL = "international", "国际"
    NATIONAL = "national", "国家级"
    INDUSTRY = "industry", "行业"
    GROUP = "group", "团体"
    PROVINCIAL = "provincial", "省部级"
    CITY = "city", "市级"
    BELOW_CITY = "below_city", "市级以下"

    @classmethod
    def of_institutions(cls):
        return [cls.NATIONAL, cls.PROVINCIAL, cls.CITY, cls.BELOW_CITY]

    @classmethod
    def of_standards(cls):
        return [cls.INTERNATIONAL, cls.NATIONAL, cls.INDUSTRY, cls.GROUP]


class HonourKind(models.TextChoices):
    SCIENCE_AWARD = "science_award", "科学技术奖"
    MAKER_CHINA_50 = "maker_china_50", "“创客中国”全国50强（企业组）"
    MAKER_CHINA_500 = "maker_china_500", "“创客中国”全国500强（企业组）"
    HIGH_TECH = "high_tech", "高新技术企业"
    TECH_DEMO = "tech_demo", "国家级技术创新示范企业"
    IP_ADVANTAGE = "ip_advantage", "知识产权优势企业"
    IP_DEMO = "ip_demo", "知识产权示范企业"
    QUALITY_AWARD = "quality_award", "质量奖"
    OTHER = "other", "其他荣誉"


class CertificateKind(models.TextChoices):
    MANAGEMENT_SYSTEM = "management_system", "管理体系认证"
    FOREIGN_PRODUCT = "foreign_product", "发达国家和地区产品认证"
    OTHER = "other", "其他认证"
