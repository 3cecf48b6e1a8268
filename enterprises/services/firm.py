"""Changes of who an enterprise is: its name, and the unit that manages it."""

from django.db import transaction

from accounts.models import Region
from core import audit
from core.errors import DomainError
from core.fields import clean_name
from enterprises.models import Enterprise, FormerName


@transaction.atomic
def rename_enterprise(*, enterprise, name, changed_on, actor) -> Enterprise:
    """Give the enterprise its new registered name; the old one stays findable as a former name.

    `changed_on`: the day of the registration. A name seen on a later list stays (an older change must not rename it
    back) and the new one is kept as a former name. Safe to repeat.
    """
    name = clean_name(name)
    firm = _locked(enterprise)
    if firm.name == name:
        return firm
    if firm.named_on and firm.named_on > changed_on:
        FormerName.objects.get_or_create(enterprise=firm, name=name, defaults={"changed_on": firm.named_on})
        return firm
    old = firm.name
    FormerName.objects.get_or_create(enterprise=firm, name=old, defaults={"changed_on": changed_on})
    firm.name, firm.named_on = name, changed_on
    firm.save()
    audit.record("企业更名", firm, actor=actor, old=old, new=name)
    return firm


@transaction.atomic
def move_enterprise(*, enterprise, unit, actor) -> Enterprise:
    """Let another unit manage the enterprise from now on; titles keep the unit they were recognised in.

    Refuses a unit that does not work in this portal. Safe to repeat.
    """
    firm = _locked(enterprise)
    if firm.managing_unit_id == unit.pk:
        return firm
    if not Region.objects.units().filter(pk=unit.pk).exists():
        raise DomainError(f"{unit}不是使用本平台的县（市、区）或功能区，请重新选择迁入单位。")
    old = firm.managing_unit
    firm.managing_unit = unit
    firm.save()
    audit.record("企业迁移", firm, actor=actor, old=old.code, new=unit.code)
    return firm


def _locked(enterprise) -> Enterprise:
    return (
        Enterprise.objects.select_for_update(of=["self"])
        .select_related("managing_unit")
        .get(pk=enterprise.pk)
    )
