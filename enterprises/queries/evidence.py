"""Where the files of an enterprise are used."""

from collections import defaultdict
from functools import cache

import pghistory
from django.conf import settings
from django.utils.module_loading import import_string

from enterprises.models import Enterprise, Evidence


@cache
def _references() -> tuple[tuple[type, str], ...]:
    """Every model and field that points at a file, in this app and those above; the history does not count."""
    found = {}
    for relation in Evidence._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete:
            model = relation.related_model
            if not issubclass(model, pghistory.models.Event) and not model._meta.auto_created:
                found[model, relation.field.name] = None
    return tuple(found)


def evidence_uses(enterprise: Enterprise) -> dict[int, list[str]]:
    """File → what uses it (知识产权、申报材料 …), each once. One query for each kind of use."""
    uses = defaultdict(dict)
    for model, name in _references():
        rows = model._base_manager.filter(**{f"{name}__enterprise": enterprise})
        for pk in rows.values_list(name, flat=True).distinct():
            uses[pk][str(model._meta.verbose_name)] = None
    return {pk: list(labels) for pk, labels in uses.items()}


def kept_because(evidence: Evidence) -> list[str]:
    """Why a file may not be deleted; [] when nothing uses it or has ever been handed in with it."""
    reasons = evidence_uses(evidence.enterprise).get(evidence.pk, [])
    return reasons + [
        reason for path in settings.EVIDENCE_KEEPERS if (reason := import_string(path)(evidence))
    ]
