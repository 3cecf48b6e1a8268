"""Who may work here, and the units (县、区、功能区) that review, report and get the credit."""

import pghistory
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from accounts.enums import RegionKind, Role


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
