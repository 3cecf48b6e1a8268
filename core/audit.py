"""Who did what to which record. One entry per act; the values before and after a change are kept by pghistory."""

from core.models import AuditEntry


def record(action, subject, *, actor, **data):
    """Write one audit entry in the caller's transaction. `action` is what people read (出具决定); `actor` None means
    the system itself."""
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=str(actor) if actor else "系统",
        action=action,
        subject=f"{subject._meta.label_lower}:{subject.pk}",
        subject_name=str(subject)[:200],
        data=data,
    )
