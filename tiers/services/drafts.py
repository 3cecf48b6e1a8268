"""What the enterprise does with a case it holds: answers are kept as typed, files are attached and taken away.

Every function locks the case first and checks on the locked copy. Saving is not audited line by line: the part says
who saved it last and when, and what is handed in is locked by the submission.
"""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.errors import Conflict, DomainError
from core.fields import FieldError, clean_text
from enterprises.fields import Kind
from enterprises.services import add_evidence
from policies.queries import standard_edition_for, standard_of
from tiers.enums import ApplicationState
from tiers.models import Application, ApplicationEvidence, ApplicationSection
from tiers.queries.cases import Case, answer_gaps, gaps, load_case
from tiers.queries.content import section_of
from tiers.sections import BY_KEY, Question, Section
from tiers.services.steps import locked

LONGEST = 5000  # characters of one answer as typed; how many an answer may have is told beside the field
FILES_PER_PLACE = 10


class Stale(Conflict):
    """Somebody else saved the part meanwhile. `theirs`: what now stands there, by name, where it differs."""

    def __init__(self, row: ApplicationSection, theirs: Mapping[str, str]):
        who = row.saved_by or "另一位同事"
        when = timezone.localtime(row.saved_at).strftime("%H:%M") if row.saved_at else "刚才"
        super().__init__(f"{who}在 {when} 保存了这一部分。请看一下各项旁边对方填的内容，再决定保存哪一个。")
        self.row, self.theirs = row, theirs


def writable_case(application: Application) -> Case:
    """The case, locked, while the enterprise may work on it. Refuses (Conflict) any other state."""
    now = locked(application)
    if now.state not in ApplicationState.with_firm():
        raise Conflict(
            f"这份申报现在是“{now.public_state}”，不能修改。需要修改的，请联系受理的工信部门退回。"
        )
    now.intake, now.enterprise = application.intake, application.enterprise  # read already
    return load_case(now)


# ---- answers --------------------------------------------------------------------------------------------


@transaction.atomic
def save_section(
    *,
    application,
    key: str,
    raw: Mapping[str, str],
    version: int,
    actor,
    done: bool | None = None,
    seen: Mapping[str, str] | None = None,
) -> ApplicationSection:
    """Keep the answers of one part as typed, incomplete and wrong ones too; places not in `raw` stay as they are.

    `version`: of the part when it was shown. When it has been saved since, answers that differ from what stands
    there now are refused (Stale, with that); given `seen` (what stood in the inputs when they were shown), only
    those that somebody else has changed. `done`: True marks the part as finished if nothing is missing, False takes
    the mark away, None keeps it as long as the answers stay complete. Refuses unknown and closed places, and texts
    that a database cannot hold. Saving the same again changes nothing.
    """
    case = writable_case(application)
    section = _section(case, key)
    typed = _typed(case, section, raw)
    row = case.rows.get(key) or ApplicationSection(application=case.application, key=key)
    changed = {name: text for name, text in typed.items() if row.answers.get(name, "") != text}
    if row.version != version:
        _refuse_stale(row, changed, seen)
    finished = row.done
    row.answers |= changed
    case.rows[key] = row
    if done is not None:
        finished = done and not gaps(case, section)
    elif finished:
        finished = not answer_gaps(case, section)
    if changed or finished != row.done or not row.version:
        row.done = finished
        row.version += 1
        row.saved_by, row.saved_at = actor, timezone.now()
        row.save()
    return row


def _refuse_stale(row, changed: Mapping[str, str], seen: Mapping[str, str] | None) -> None:
    now = {name: row.answers.get(name, "") for name in changed}
    theirs = {name: text for name, text in now.items() if seen is None or text != seen.get(name, "")}
    if theirs:
        raise Stale(row, theirs)


def _section(case: Case, key: str) -> Section:
    section = BY_KEY.get(key)
    if section is None or section.office:
        raise DomainError("申报表里没有这一部分，请从目录进入。")
    if not case.is_open(section):
        raise Conflict(f"“{section.title}”没有退回修改，不能改动。")
    return section


def _typed(case: Case, section: Section, raw: Mapping[str, str]) -> dict[str, str]:
    """Name → text, checked to be storable and to belong to what may be changed."""
    asked = {question.name: question for question in case.questions(section)}
    if unknown := [str(name)[:60] for name in raw if name not in asked]:
        raise DomainError(f"这一部分没有“{'、'.join(unknown[:3])}”，请刷新页面后重试。")
    found = {name: storable(asked[name], text) for name, text in raw.items()}
    stored = case.answers(section.key)
    closed = [
        asked[name].label
        for name, text in found.items()
        if not case.is_open(section, name) and text != stored.get(name, "")
    ]
    if closed:
        raise Conflict(f"{'、'.join(closed[:3])}没有退回修改，不能改动。")
    return found


def storable(question: Question, text) -> str:
    """The text as typed, blanks at its ends dropped. Refuses (FieldError) what is no text, too long, or holds
    characters that a database or a printed page cannot hold."""
    if not isinstance(text, str):
        raise FieldError(f"{question.label}：内容格式不对，请重新填写。")
    if not text.strip():
        return ""
    try:
        return clean_text(text, max_length=LONGEST, multiline=question.field.kind is Kind.MULTILINE)
    except FieldError as refusal:
        raise FieldError(f"{question.label}：{refusal}") from None


# ---- files ----------------------------------------------------------------------------------------------


@transaction.atomic
def attach_evidence(*, application, slot: str, actor, file=None, evidence=None) -> ApplicationEvidence:
    """Use a file in a case: a new upload (`file`), or one that the enterprise has uploaded before (`evidence`).

    `slot`: a file place of a part, or the key of a criterion of the standard in force. The same file in the same
    place is kept once. Refuses places that may not be changed now, and foreign files.
    """
    case = writable_case(application)
    section = _place(case, slot)
    if file is not None:
        evidence = add_evidence(enterprise=case.application.enterprise, file=file, actor=actor)
    if evidence is None or evidence.enterprise_id != case.application.enterprise_id:
        raise DomainError("请选择一个文件。")
    here = case.files_at(slot)
    if known := next((use for use in here if use.evidence_id == evidence.pk), None):
        return known
    if len(here) >= FILES_PER_PLACE:
        raise DomainError(f"一处最多放 {FILES_PER_PLACE} 个文件，请合并成一个 PDF 再上传。")
    try:
        with transaction.atomic():
            use = ApplicationEvidence.objects.create(
                application=case.application, slot=slot, evidence=evidence, added_by=actor
            )
    except IntegrityError:
        raise Conflict("这个文件已经用在这里。") from None
    audit.record(
        "添加申报材料", case.application, actor=actor, place=slot, file=evidence.name, part=section.key
    )
    return use


@transaction.atomic
def detach_evidence(*, application, use_pk: int, actor) -> None:
    """Take a file away from a place; the file itself stays with the enterprise. Safe to repeat."""
    case = writable_case(application)
    use = next((one for one in case.files if one.pk == use_pk), None)
    if use is None:
        return
    section = _place(case, use.slot)
    use.delete()
    required = any(place.name == use.slot and place.required for place in case.places(section))
    if required and len(case.files_at(use.slot)) == 1 and (row := case.rows.get(section.key)) and row.done:
        row.done = False
        row.save(update_fields=["done"])
    audit.record(
        "移除申报材料",
        case.application,
        actor=actor,
        place=use.slot,
        file=use.evidence.name,
        part=section.key,
    )


def _place(case: Case, slot: str) -> Section:
    """The part of a file place that may be changed now."""
    section = BY_KEY[section_of(slot)]
    known = {place.name for place in case.places(section)} | _criteria(case.application)
    if slot not in known:
        raise DomainError("没有这个上传位置，请刷新页面后重试。")
    if not case.is_open(section, slot):
        raise Conflict("这里的材料没有退回修改，不能改动。")
    return section


def _criteria(application: Application) -> set[str]:
    """Keys of the criteria that files can be bound to: those of the pinned standard, or of the one of today."""
    edition = application.edition or standard_edition_for(
        application.title, application.kind, timezone.localdate()
    )
    if edition is None:
        return set()
    return {criterion.key for criterion in standard_of(edition).criteria()}
