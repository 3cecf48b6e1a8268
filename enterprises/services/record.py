"""Writing the living record: single answers, entries of lists, and that a list is complete.

The enterprise row is locked first. What changed goes into the audit trail in words, and into the history of the rows.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import Conflict, DomainError
from enterprises.fields import RecordField, Store, split_key
from enterprises.models import Enterprise, Evidence, FirmProfile, YearlyFigures
from enterprises.queries.record import answers_in

SAVED = "更新企业档案"
PROOFS = {"evidence": "审计报告", "dev_score_evidence": "得分截图"}


class StaleAnswers(Conflict):
    """Somebody else changed these answers since they were shown. `now`: key → what would stand in the input."""

    def __init__(self, now: dict[str, str], labels: list[str]):
        self.now = now
        super().__init__(f"刚刚有人修改了{'、'.join(labels)}，请刷新页面，看过新内容后再改。")


@transaction.atomic
def save_answers(
    *,
    enterprise: Enterprise,
    answers: Mapping[str, Any],
    source: str,
    as_of: date,
    actor,
    seen: Mapping[str, str] | None = None,
) -> dict[str, list[str]]:
    """Keep clean answers by key (“revenue.2025” → yuan); None takes an answer back. Others stay as they are.

    `source` and `as_of` mark what is new or different. `seen`: what stood in the inputs when they were shown; an
    answer that somebody else changed since, to something else, refuses the whole (StaleAnswers). Safe to repeat.
    Returns what changed: key → [before, after] in words. Refuses keys that are no question of the record.
    """
    questions = {key: _question(key) for key in answers}
    enterprise = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    FirmProfile.objects.get_or_create(enterprise=enterprise)
    profile = FirmProfile.objects.select_for_update().get(enterprise=enterprise)
    years = {year for _, year in questions.values() if year}
    rows = {
        row.year: row
        for row in YearlyFigures.objects.select_for_update().filter(enterprise=enterprise, year__in=years)
    }
    held = answers_in(enterprise, profile, rows)
    before = {key: held[key].value if key in held else None for key in answers}
    _refuse_stale(questions, before, answers, seen or {})
    changed = {key: value for key, value in answers.items() if value != before[key]}
    if not changed:
        return {}
    _write(enterprise, profile, rows, questions, changed, actor)
    _mark(profile, questions, changed, source, as_of)
    profile.updated_by, profile.updated_at = actor, timezone.now()
    profile.save()
    words = {
        key: [field.words(before[key]), field.words(value)]
        for key, value in changed.items()
        for field in [questions[key][0]]
    }
    audit.record(SAVED, enterprise, actor=actor, source=source, changed=words)
    return words


def _question(key: str) -> tuple[RecordField, int | None]:
    try:
        return split_key(key)
    except KeyError:
        raise DomainError(f"企业档案里没有“{str(key)[:60]}”这一项，请刷新页面后重试。") from None


def _refuse_stale(questions, before, answers, seen) -> None:
    now = {}
    for key, shown in seen.items():
        if key in answers and answers[key] != before[key]:
            there = questions[key][0].show(before[key])
            if there != shown:
                now[key] = there
    if now:
        raise StaleAnswers(now, [questions[key][0].label_in(questions[key][1]) for key in now])


def _write(enterprise, profile, rows, questions, changed, actor) -> None:
    """Put values into the columns that are theirs."""
    columns, touched = [], {}
    for key, value in changed.items():
        field, year = questions[key]
        if field.store is Store.FIRM:
            column = Enterprise._meta.get_field(field.key)
            setattr(enterprise, field.key, column.get_default() if value is None else value)
            columns.append(field.key)
        elif field.store is Store.FIGURES:
            row = rows.setdefault(year, YearlyFigures(enterprise=enterprise, year=year))
            empty = None if YearlyFigures._meta.get_field(field.key).null else ""
            setattr(row, field.key, empty if value is None else value)
            touched[year] = row
    if columns:
        enterprise.save(update_fields=columns)
    for row in touched.values():
        row.updated_by, row.updated_at = actor, timezone.now()
        row.save()


def _mark(profile, questions, changed, source, as_of) -> None:
    """Facts are kept with their mark; of columns the mark repeats the value, so that a later import unmarks it."""
    for key, value in changed.items():
        if value is None:
            profile.facts.pop(key, None)
        else:
            packed = questions[key][0].pack(value)
            profile.facts[key] = {"value": packed, "source": str(source), "as_of": as_of.isoformat()}


@transaction.atomic
def prove_figures(*, enterprise: Enterprise, year: int, proofs: Mapping[str, Evidence | None], actor) -> None:
    """Say which files prove the figures of a year: "evidence" the audit report, "dev_score_evidence" the score.

    None takes a file away. Refuses a file of another enterprise. Safe to repeat.
    """
    enterprise = Enterprise.objects.select_for_update(of=["self"]).get(pk=enterprise.pk)
    row = YearlyFigures.objects.filter(enterprise=enterprise, year=year).first()
    row = row or YearlyFigures(enterprise=enterprise, year=year)
    changed = {
        name: file for name, file in proofs.items() if getattr(row, f"{name}_id") != (file and file.pk)
    }
    if any(file and file.enterprise_id != enterprise.pk for file in changed.values()):
        raise DomainError("请从本企业的佐证材料中选择。")
    if not changed:
        return
    for name, file in changed.items():
        setattr(row, name, file)
    row.updated_by, row.updated_at = actor, timezone.now()
    row.save()
    files = {PROOFS[name]: file.name if file else "—" for name, file in changed.items()}
    audit.record("更新年度数据佐证", enterprise, actor=actor, year=year, files=files)
