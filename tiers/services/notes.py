"""What officers write down for each other."""

from django.db import transaction

from core.fields import clean_text
from tiers.models import Application, ApplicationEvent
from tiers.services.steps import locked, note

NOTE_LENGTH = 1000


@transaction.atomic
def add_note(*, application: Application, text: str, actor) -> ApplicationEvent:
    """An internal note on a case; the enterprise never sees it."""
    words = clean_text(text, max_length=NOTE_LENGTH, multiline=True)
    return note(locked(application), actor=actor, action="内部备注", reason=words, public=False)
