"""Who may work here, and the units (县、区、功能区) that review, report and get the credit."""

import pghistory
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.enums import MailMode, MessageKind, RegionKind, Role


class RegionQuerySet(models.QuerySet):
    def cities(self):
        """The cities that work in this portal."""
        return self.filter(kind=RegionKind.CITY, in_portal=True)

    def units(self):
        """The reporting units of those cities."""
        return self.filter(parent__in_portal=True).exclude(kind=RegionKind.CITY)

    def visible_to(self, user):
        """Units whose rows the user may see: the one place where regional scope is decided. Fails closed."""
        if not user.is_authenticated or not user.is_active or user.region_id is None:
            return self.none()
        if user.role == Role.COUNTY:
            return self.filter(pk=user.region_id)
        if user.role in Role.of_city():
            return self.filter(Q(pk=user.region_id) | Q(parent_id=user.region_id))
        return self.none()

    def writable_by(self, user):
        """Units whose rows the user may change: not those that answer to the province alone."""
        visible = self.visible_to(user)
        if not user.is_authenticated or user.role not in (Role.COUNTY, Role.CITY):
            return self.none()
        return visible.filter(provincial_direct=False) if user.role == Role.CITY else visible


class Region(models.Model):
    """A province, a city or a reporting unit. 郑东新区 has no statistical code and carries 4101ZD."""

    code = models.CharField("代码", max_length=6, unique=True)
    name = models.CharField("名称", max_length=40)
    short_name = models.CharField("简称", max_length=20)
    kind = models.CharField("类别", max_length=12, choices=RegionKind)
    parent = models.ForeignKey(
        "self", verbose_name="上级", null=True, blank=True, related_name="units", on_delete=models.PROTECT
    )
    provincial_direct = models.BooleanField(
        "直报省级", default=False, help_text="直接向省里报送的单位，市里只能查看。"
    )
    in_portal = models.BooleanField("使用本平台", default=False)
    contact = models.CharField(
        "咨询电话", max_length=60, blank=True, help_text="企业办事时可以拨打的电话，如 0373-3050000。"
    )

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "区划与管理单位"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="accounts_region_only_units_are_provincial_direct",
                condition=Q(provincial_direct=False) | ~Q(kind__in=["province", "city"]),
                violation_error_message="只有县、区和功能区可以设为直报省级。",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def city(self):
        """The city this region belongs to, or is."""
        return self if self.kind == RegionKind.CITY else self.parent


class RegionAlias(models.Model):
    """Another way people write a unit's name, unique inside its city (高新区 exists in both)."""

    region = models.ForeignKey(Region, verbose_name="单位", related_name="aliases", on_delete=models.CASCADE)
    city = models.ForeignKey(Region, verbose_name="所属市", related_name="+", on_delete=models.CASCADE)
    name = models.CharField("别名", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "单位别名"
        constraints = [
            models.UniqueConstraint(
                fields=["city", "name"],
                name="accounts_regionalias_name_once_per_city",
                violation_error_message="本市已有这个别名，请先修改原来的别名。",
            )
        ]

    def __str__(self):
        return self.name


@pghistory.track(pghistory.UpdateEvent(), pghistory.InsertEvent(), exclude=["password", "last_login"])
class User(AbstractUser):
    role = models.CharField("角色", max_length=12, choices=Role)
    region = models.ForeignKey(
        Region,
        verbose_name="所属单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="县级人员选县、区或功能区；市级、领导、财政、审计人员选市；企业和系统管理员不选。",
    )
    full_name = models.CharField("姓名", max_length=40)

    REQUIRED_FIELDS = ["role", "full_name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        constraints = [
            models.CheckConstraint(
                name="accounts_user_region_matches_role",
                condition=Q(role__in=["county", "city", "leader", "finance", "auditor"], region__isnull=False)
                | Q(role__in=["enterprise", "sysadmin"], region__isnull=True),
                violation_error_message="县、市、领导、财政、审计人员必须选所属单位；企业和系统管理员不选。",
            ),
            models.CheckConstraint(
                name="accounts_user_admin_is_for_city_audit_and_system",
                condition=Q(is_staff=False) | Q(role__in=["city", "auditor", "sysadmin"]),
                violation_error_message="只有市级、审计和系统管理人员可以进入系统管理后台。",
            ),
            models.CheckConstraint(
                name="accounts_user_nobody_is_superuser",
                condition=Q(is_superuser=False),
                violation_error_message="本平台不设超级用户，请按角色授权。",
            ),
        ]

    def __str__(self):
        return self.full_name or self.username


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(recipient=user) if user.is_authenticated else self.none()

    def unread(self):
        return self.filter(read_at__isnull=True)


class Message(models.Model):
    """站内信: something that happened and whom it concerns, with the page to look at."""

    recipient = models.ForeignKey(
        User, verbose_name="收件人", related_name="messages", on_delete=models.CASCADE
    )
    kind = models.CharField("类型", max_length=12, choices=MessageKind)
    # What happened, once: telling the same thing again changes nothing.
    key = models.CharField("唯一键", max_length=100)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("内容", blank=True)
    url = models.CharField("页面", max_length=200, blank=True)
    created_at = models.DateTimeField("时间", db_default=Now())
    read_at = models.DateTimeField("已读时间", null=True, blank=True)
    mailed_at = models.DateTimeField("邮件时间", null=True, blank=True)
    mail_error = models.CharField("邮件退回原因", max_length=200, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "站内信"
        ordering = ["-pk"]
        indexes = [
            models.Index(
                name="accounts_message_unread", fields=["recipient"], condition=Q(read_at__isnull=True)
            ),
            models.Index(
                name="accounts_message_to_mail", fields=["created_at"], condition=Q(mailed_at__isnull=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "key"],
                name="accounts_message_told_once",
                violation_error_message="这条消息已经发送过。",
            )
        ]

    def __str__(self):
        return self.title


class MessageSetting(models.Model):
    """How a person wants to be told. Without a row: in the portal, and by e-mail at once."""

    user = models.OneToOneField(
        User, verbose_name="用户", related_name="message_setting", on_delete=models.CASCADE
    )
    mail = models.CharField("邮件", max_length=6, choices=MailMode, default=MailMode.EACH)
    muted = ArrayField(
        models.CharField(max_length=12, choices=MessageKind),
        verbose_name="不发邮件的类型",
        default=list,
        blank=True,
    )

    class Meta:
        verbose_name = verbose_name_plural = "消息设置"

    def __str__(self):
        return str(self.user)


class SavedFilter(models.Model):
    """A list as a person likes to see it: a page and its query string, under a name."""

    user = models.ForeignKey(
        User, verbose_name="用户", related_name="saved_filters", on_delete=models.CASCADE
    )
    page = models.CharField("页面", max_length=60)
    name = models.CharField("名称", max_length=30)
    query = models.CharField("条件", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        ordering = ["page", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "page", "name"],
                name="accounts_savedfilter_name_once",
                violation_error_message="已有同名的常用筛选，请换一个名称。",
            )
        ]

    def __str__(self):
        return self.name
