from django.db import models


class Role(models.TextChoices):
    ENTERPRISE = "enterprise", "企业"
    COUNTY = "county", "县（市、区）工作人员"
    CITY = "city", "市级工作人员"
    LEADER = "leader", "市领导"
    FINANCE = "finance", "财政人员"
    AUDITOR = "auditor", "审计人员"
    SYSADMIN = "sysadmin", "系统管理员"

    @classmethod
    def of_city(cls):
        """Roles whose region is a city and who see all of its units."""
        return [cls.CITY, cls.LEADER, cls.FINANCE, cls.AUDITOR]

    @classmethod
    def with_region(cls):
        return [cls.COUNTY, *cls.of_city()]


class RegionKind(models.TextChoices):
    PROVINCE = "province", "省"
    CITY = "city", "省辖市"
    DISTRICT = "district", "市辖区"
    COUNTY = "county", "县"
    COUNTY_CITY = "county_city", "县级市"
    ZONE = "zone", "功能区"


class MessageKind(models.TextChoices):
    CASE = "case", "申报办理"
    RETURN = "return", "退回修改"
    DEADLINE = "deadline", "期限提醒"
    TITLE = "title", "称号有效期"
    RESULT = "result", "认定结果"


class MailMode(models.TextChoices):
    EACH = "each", "每条都发"
    DIGEST = "digest", "每天汇总一次"
    NONE = "none", "不发邮件"
