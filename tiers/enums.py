from django.db import models


class Title(models.TextChoices):
    """Every title an official list can give. The values are the engine's words (policies.engine)."""

    INNOVATIVE = "innovative", "创新型中小企业"
    TECH_SME = "tech_sme", "科技型中小企业"
    PROVINCIAL_SRDI = "provincial_srdi", "省级专精特新中小企业"
    NATIONAL_GIANT = "national_giant", "国家级专精特新“小巨人”企业"
    HIGH_TECH = "high_tech", "高新技术企业"
    NATIONAL_PLATFORM = "national_platform", "国家级中小企业公共服务示范平台"
    PROVINCIAL_PLATFORM = "provincial_platform", "省级中小企业公共服务示范平台"
    NATIONAL_BASE = "national_base", "国家级小型微型企业创业创新示范基地"
    PROVINCIAL_BASE = "provincial_base", "省级小型微型企业创业创新示范基地"
    NATIONAL_CLUSTER = "national_cluster", "国家级中小企业特色产业集群"
    PROVINCIAL_CLUSTER = "provincial_cluster", "省级中小企业特色产业集群"

    @classmethod
    def tiers(cls):
        """The three tiers, lowest first."""
        return [cls.INNOVATIVE, cls.PROVINCIAL_SRDI, cls.NATIONAL_GIANT]

    @property
    def tier(self) -> int:
        """1, 2 or 3 for the three tiers, 0 for other titles."""
        return self.tiers().index(self) + 1 if self in self.tiers() else 0


class RecognitionKind(models.TextChoices):
    NEW = "new", "新认定"
    REVIEW = "review", "复核"


# ---- applications ---------------------------------------------------------------------------------------


class ApplicationState(models.TextChoices):
    """Where a case stands. The words are for staff; public_label has those for the enterprise."""

    DRAFT = "draft", "填写中"
    SUBMITTED = "submitted", "待县级受理"
    COUNTY_REVIEW = "county_review", "县级审核中"
    RETURNED = "returned", "退回企业修改"
    RECOMMENDED = "recommended", "待市级审核"
    RETURNED_TO_COUNTY = "returned_to_county", "退回县级"
    CITY_REVIEW = "city_review", "市级审核中"
    PUBLICITY = "publicity", "公示中"
    OBJECTION = "objection", "异议处理中"
    REPORTED = "reported", "已报省"
    GRANTED = "granted", "已认定"
    FAILED = "failed", "省级未通过"
    REJECTED = "rejected", "不予推荐"
    ABANDONED = "abandoned", "企业已放弃"

    @classmethod
    def final(cls):
        return [cls.GRANTED, cls.FAILED, cls.REJECTED, cls.ABANDONED]

    @classmethod
    def open(cls):
        return [state for state in cls if state not in cls.final()]

    @classmethod
    def with_firm(cls):
        """The enterprise has to act."""
        return [cls.DRAFT, cls.RETURNED]

    @classmethod
    def with_county(cls):
        return [cls.SUBMITTED, cls.COUNTY_REVIEW, cls.RETURNED_TO_COUNTY]

    @classmethod
    def with_city(cls):
        return [cls.RECOMMENDED, cls.CITY_REVIEW, cls.PUBLICITY, cls.OBJECTION]

    @property
    def public_label(self):
        return PUBLIC_LABELS.get(self, self.label)


PUBLIC_LABELS = {
    ApplicationState.SUBMITTED: "已提交，等待受理",
    ApplicationState.COUNTY_REVIEW: "县（市、区）审核中",
    ApplicationState.RETURNED: "请修改后重新提交",
    ApplicationState.RECOMMENDED: "县（市、区）已推荐，等待市级审核",
    ApplicationState.RETURNED_TO_COUNTY: "县（市、区）审核中",
    ApplicationState.CITY_REVIEW: "市级审核中",
    ApplicationState.PUBLICITY: "公示中",
    ApplicationState.OBJECTION: "公示核查中",
    ApplicationState.REPORTED: "已报省，等待省级结果",
    ApplicationState.GRANTED: "已认定",
    ApplicationState.FAILED: "未通过",
    ApplicationState.REJECTED: "未推荐",
    ApplicationState.ABANDONED: "已放弃",
}

APPLICATION_TRANSITIONS = {
    ApplicationState.DRAFT: {ApplicationState.SUBMITTED, ApplicationState.ABANDONED},
    ApplicationState.SUBMITTED: {ApplicationState.COUNTY_REVIEW, ApplicationState.DRAFT},  # accept, withdraw
    ApplicationState.COUNTY_REVIEW: {
        ApplicationState.RETURNED,
        ApplicationState.REJECTED,
        ApplicationState.RECOMMENDED,
        ApplicationState.REPORTED,  # units that answer to the province alone
    },
    # Corrections go back to whoever asked for them; nothing sent in time may end the case.
    ApplicationState.RETURNED: {
        ApplicationState.COUNTY_REVIEW,
        ApplicationState.CITY_REVIEW,
        ApplicationState.REJECTED,
        ApplicationState.ABANDONED,
    },
    ApplicationState.RECOMMENDED: {ApplicationState.CITY_REVIEW},
    ApplicationState.CITY_REVIEW: {
        ApplicationState.RETURNED,
        ApplicationState.RETURNED_TO_COUNTY,
        ApplicationState.REJECTED,
        ApplicationState.PUBLICITY,
    },
    ApplicationState.RETURNED_TO_COUNTY: {
        ApplicationState.RECOMMENDED,
        ApplicationState.RETURNED,
        ApplicationState.REJECTED,
    },
    ApplicationState.PUBLICITY: {ApplicationState.OBJECTION, ApplicationState.REPORTED},
    ApplicationState.OBJECTION: {ApplicationState.PUBLICITY, ApplicationState.REJECTED},
    ApplicationState.REPORTED: {ApplicationState.GRANTED, ApplicationState.FAILED},
    # An import of results that is undone takes its answers back.
    ApplicationState.GRANTED: {ApplicationState.REPORTED},
    ApplicationState.FAILED: {ApplicationState.REPORTED},
    # An appeal that is upheld takes the case up again where it was rejected.
    ApplicationState.REJECTED: {ApplicationState.COUNTY_REVIEW, ApplicationState.CITY_REVIEW},
    ApplicationState.ABANDONED: set(),
}


class SectionStatus(models.TextChoices):
    """Where one part of an application stands."""

    CANNOT_START = "cannot_start", "不能开始"
    NOT_STARTED = "not_started", "未开始"
    IN_PROGRESS = "in_progress", "填写中"
    DONE = "done", "已完成"
    NEEDS_CHANGE = "needs_change", "需要修改"
    CHANGED = "changed", "已修改"


class Origin(models.TextChoices):
    ONLINE = "online", "企业网上填报"
    STAFF = "staff", "工作人员代办"


class ReviewLevel(models.TextChoices):
    COUNTY = "county", "县级"
    CITY = "city", "市级"


class CheckVerdict(models.TextChoices):
    """What an officer says of one criterion. The words are the engine's."""

    MET = "met", "符合"
    NOT_MET = "not_met", "不符合"


class PointState(models.TextChoices):
    """One thing that was sent back for correction."""

    OPEN = "open", "待修改"
    CHANGED = "changed", "已修改"
    SETTLED = "settled", "已解决"


class ReturnTarget(models.TextChoices):
    ENTERPRISE = "enterprise", "企业"
    COUNTY = "county", "县级"


class RejectReason(models.TextChoices):
    """Why a case is not recommended; the words of the officer stand beside it."""

    CRITERIA = "criteria", "不符合认定条件"
    UNTRUE = "untrue", "申报内容与事实不符"
    OVERDUE = "overdue", "逾期未修改"
    VIOLATION = "violation", "有重大违法或失信行为"
    QUOTA = "quota", "择优未列入"
    OBJECTION = "objection", "公示异议成立"
    OTHER = "other", "其他"

    @classmethod
    def offered(cls):
        """What an officer may pick; the others come with their own act."""
        return [reason for reason in cls if reason not in (cls.OVERDUE, cls.OBJECTION)]


class VisitItem(models.TextChoices):
    """What two officers compare with the application on site."""

    PREMISES = "premises", "经营场所"
    STAFF = "staff", "社保人数"
    EQUIPMENT = "equipment", "设备"
    LABORATORY = "laboratory", "研发场地"
    FINANCE = "finance", "财务"
    IP = "ip", "知识产权"


class ObjectionKind(models.TextChoices):
    PUBLICITY = "publicity", "公示异议"
    APPEAL = "appeal", "申诉"


class ObjectionState(models.TextChoices):
    OPEN = "open", "处理中"
    UPHELD = "upheld", "成立"
    DISMISSED = "dismissed", "不成立"


class ChangeKind(models.TextChoices):
    """Major changes that must be reported."""

    RENAME = "rename", "更名"
    MERGER = "merger", "合并"
    REORGANISATION = "reorganisation", "重组、分立"
    MOVE = "move", "迁移"
    FOREIGN_BRANCH = "foreign_branch", "设立境外分支机构"
    OTHER = "other", "其他与认定条件有关的变化"


class ChangeState(models.TextChoices):
    REPORTED = "reported", "待审核"
    ACCEPTED = "accepted", "已核实，称号保留"
    UNQUALIFIED = "unqualified", "已核实，不再符合条件"


CHANGE_TRANSITIONS = {
    ChangeState.REPORTED: {ChangeState.ACCEPTED, ChangeState.UNQUALIFIED},
    ChangeState.ACCEPTED: set(),
    ChangeState.UNQUALIFIED: set(),
}


class RevocationReason(models.TextChoices):
    ACCIDENT = "accident", "发生重大安全、质量、环境污染等事故"
    DISHONESTY = "dishonesty", "严重失信"
    TAX = "tax", "偷漏税"
    FABRICATION = "fabrication", "数据造假"
    UNQUALIFIED = "unqualified", "重大变化后不再符合条件"
    UNREPORTED = "unreported", "重大变化未按期报告"
    OTHER = "other", "其他违法违规行为"

    @property
    def bans(self) -> bool:
        """Whether the enterprise may not apply for years: for what it did wrong (63号 art. 16), not for what it no
        longer is or did not report (art. 15)."""
        return self in (self.ACCIDENT, self.DISHONESTY, self.TAX, self.FABRICATION)
