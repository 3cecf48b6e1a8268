"""What an officer reads of a case: what was handed in, part by part, with sources, comments and changes."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from enterprises.fields import FIELDS, ITEMS
from enterprises.models import Evidence
from enterprises.queries import held_answers
from tiers.models import Application, ReturnPoint, ReturnRequest, Submission
from tiers.queries.content import Change, diff, shown, with_unit
from tiers.queries.review import rounds
from tiers.sections import FORM, Section, label_of, places, questions, years_of


class Answer(NamedTuple):
    name: str
    label: str
    text: str  # with its unit; "" when nothing was said
    source: str  # 审计报告, 企业填报 …; "" when the record says something else by now
    old: str | None  # what the submission before said, when that was something else


class Listed(NamedTuple):
    label: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Placed(NamedTuple):
    label: str
    files: tuple[Mapping[str, Any], ...]


class Part(NamedTuple):
    section: Section
    answers: tuple[Answer, ...]
    lists: tuple[Listed, ...]
    files: tuple[Placed, ...]
    changes: int


class Answered(NamedTuple):
    """A comment with what became of its place."""

    point: ReturnPoint
    label: str
    changes: tuple[Change, ...]


class Round(NamedTuple):
    request: ReturnRequest
    points: tuple[Answered, ...]
    others: tuple[Change, ...]  # changes that no comment asked for


# ---- what was handed in ---------------------------------------------------------------------------------


def parts(application: Application, submissions: list[Submission]) -> list[Part]:
    """The newest submission in the order of the form; `submissions` newest first. Three queries."""
    if not submissions:
        return []
    newest = submissions[0]
    changed = {
        (change.section, change.name): change.old
        for change in (diff(submissions[1], newest) if len(submissions) > 1 else ())
    }
    years = years_of(application)
    held = held_answers(application.enterprise, years)
    urls = evidence_ids(application, newest)
    return [
        _part(
            section, application, newest.snapshot["sections"].get(section.key, {}), changed, held, urls, years
        )
        for section in FORM
    ]


def _part(section, application, given, changed, held, urls, years) -> Part:
    said = given.get("answers", {})
    answers = tuple(
        Answer(
            question.name,
            question.label,
            with_unit(question.name, said.get(question.name, "")),
            _source(question.name, said.get(question.name, ""), held),
            changed.get((section.key, question.name)),
        )
        for question in questions(section, application.title, years)
    )
    lists = tuple(_listed(key, rows) for key, rows in given.get("items", {}).items() if key in ITEMS)
    files: dict[str, list] = {}
    for file in given.get("evidence", ()):
        files.setdefault(file["slot"], []).append({**file, "pk": urls.get(file["sha256"])})
    named = {place.name: place.label for place in places(section, application.title, years)}
    placed = tuple(
        Placed(named.get(slot) or label_of(section.key, slot), tuple(found)) for slot, found in files.items()
    )
    return Part(section, answers, lists, placed, sum(key == section.key for key, _ in changed))


def _source(name, text, held) -> str:
    """Where the record has the answer from, as long as it still says the same."""
    fact = held.get(name)
    field = FIELDS[name.partition(".")[0]]
    return fact.source_label if fact and text and shown(field, field.show(fact.value)) == text else ""


def _listed(key, rows) -> Listed:
    kind = ITEMS[key]
    columns = tuple(dict.fromkeys(("name", *kind.columns)))
    heads = tuple(kind.field(column).label for column in columns)
    return Listed(kind.label, heads, tuple(tuple(row.get(column, "") for column in columns) for row in rows))


def evidence_ids(application: Application, submission: Submission) -> dict[str, int]:
    """Hash → id of the files that were handed in, to link to them. One query."""
    hashes = {
        file["sha256"]
        for part in submission.snapshot["sections"].values()
        for file in part.get("evidence", ())
    }
    found = Evidence.objects.filter(enterprise=application.enterprise_id, sha256__in=hashes)
    return dict(found.values_list("sha256", "pk"))


# ---- corrections ----------------------------------------------------------------------------------------


def answered_rounds(application: Application, submissions: list[Submission]) -> list[Round]:
    """Every round of corrections, newest first: each comment with old → new of its place. Four queries."""
    by_id = {one.pk: one for one in submissions}
    by_round = {one.round: one for one in submissions}
    acts = application.events.filter(data__has_key="request").values_list("data", flat=True)
    made_on = {data["request"]: by_id.get(data.get("submission")) for data in acts}
    found = []
    for request in rounds(application):
        earlier = made_on.get(request.pk)
        later = by_round.get(earlier.round + 1) if earlier else None
        found.append(_round(request, diff(earlier, later) if later else []))
    return found


def _round(request, changes: Iterable[Change]) -> Round:
    changes, points, asked = list(changes), [], set()
    for point in request.points.all():
        mine = tuple(
            change
            for change in changes
            if change.section == point.section and point.field in ("", change.name)
        )
        asked.update(mine)
        points.append(Answered(point, place_label(point.section, point.field), mine))
    return Round(request, tuple(points), tuple(change for change in changes if change not in asked))


def place_label(section_key: str, name: str) -> str:
    """“经济效益和经营情况：2025 年营业收入”; the part alone for a comment on all of it."""
    title = next((section.title for section in FORM if section.key == section_key), section_key)
    return f"{title}：{label_of(section_key, name)}" if name else title
