"""Who may work with imports. Which batches: ImportBatch.objects.visible_to."""

from accounts.enums import Role
from accounts.permissions import has_role


def can_see_imports(user) -> bool:
    """The staff who import, and the auditor."""
    return has_role(user, Role.COUNTY, Role.CITY, Role.AUDITOR)


def can_import(user) -> bool:
    return has_role(user, Role.COUNTY, Role.CITY)


def can_change_batch(user, batch) -> bool:
    """Confirm, correct or undo: the people of the office that uploaded it."""
    return can_import(user) and user.region_id == batch.region_id
