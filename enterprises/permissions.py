"""Who may work with imports and records. Which rows: visible_to of ImportBatch, Enterprise and Evidence."""

from accounts.enums import Role
from accounts.models import Region
from accounts.permissions import has_role
from enterprises.enums import Source
from enterprises.models import Membership


def can_see_imports(user) -> bool:
    """The staff who import, and the auditor."""
    return has_role(user, Role.COUNTY, Role.CITY, Role.AUDITOR)


def can_import(user) -> bool:
    return has_role(user, Role.COUNTY, Role.CITY)


def can_change_batch(user, batch) -> bool:
    """Confirm, correct or undo: the people of the office that uploaded it."""
    return can_import(user) and user.region_id == batch.region_id


def can_edit_record(user, enterprise) -> bool:
    """The people of the firm; and for it (代办) the county and city staff who may write in its unit."""
    if has_role(user, Role.ENTERPRISE):
        return Membership.objects.filter(user=user, enterprise=enterprise).exists()
    return Region.objects.writable_by(user).filter(pk=enterprise.managing_unit_id).exists()


def can_see_personal(user) -> bool:
    """Telephone numbers and e-mail addresses in full."""
    return has_role(user, Role.ENTERPRISE, Role.COUNTY, Role.CITY)


def source_of(user) -> Source:
    """How what this person writes into a record is marked."""
    return Source.FIRM if has_role(user, Role.ENTERPRISE) else Source.STAFF
