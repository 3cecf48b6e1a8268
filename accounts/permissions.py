"""Who may do what, by role. Which rows: Region.objects.visible_to / writable_by."""

from accounts.enums import Role


def has_role(user, *roles) -> bool:
    return user.is_authenticated and user.is_active and user.role in roles


def can_read_audit(user) -> bool:
    return has_role(user, Role.AUDITOR)
