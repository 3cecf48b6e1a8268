"""State changes: one transition table per record in its app's enums.py, checked here and by a database trigger."""

from django.utils import timezone

from core import audit
from core.errors import Conflict


def pairs(table) -> list[tuple[str, str]]:
    """Every legal (old, new) of a transition table, in a stable order, for pgtrigger.FSM."""
    return sorted((str(old), str(new)) for old, allowed in table.items() for new in allowed)


def transition(locked, new, *, table, actor, action, stamp=None, **changes):
    """Move a row that the caller has locked to `new`, save it and audit it in the same transaction.

    `stamp` names a time field to set to now. Refuses (Conflict) what the table does not allow.
    """
    old = locked.state
    if new not in table[old]:
        raise Conflict(
            f"“{locked}”现在是“{locked.get_state_display()}”，不能进行这一步操作，请刷新页面查看。"
        )
    for field, value in changes.items():
        setattr(locked, field, value)
    locked.state = new
    if stamp:
        setattr(locked, stamp, timezone.now())
    locked.save()
    audit.record(action, locked, actor=actor, old=str(old), new=str(new))
    return locked
