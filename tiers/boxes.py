"""One part of an application as its page shows it: a box for every question, list and file place."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from enterprises.fields import FIELDS, ItemKind, Kind
from enterprises.models import Evidence
from enterprises.queries import slips
from tiers.models import ApplicationEvidence, ReturnPoint, Submission
from tiers.queries.cases import Case, gaps, problem_of
from tiers.queries.content import flat, part, shown, with_unit
from tiers.sections import Group, Place, Question, Section, group_questions, label_of, targets


@dataclass
class Spot:
    """Something in the form that a comment can stand at."""

    name: str
    label: str
    open: bool
    problem: str = ""
    points: list[ReturnPoint] = field(default_factory=list)
    before: str = ""  # what was handed in, while it is open for correction

    @property
    def id(self) -> str:
        return anchor(self.name)


@dataclass
class Box(Spot):
    """One question with the answer as typed."""

    question: Question | None = None
    value: str = ""
    warnings: list[str] = field(default_factory=list)
    theirs: str | None = None  # what somebody else has saved meanwhile

    @property
    def kind(self) -> str:
        return self.question.field.kind.value

    @property
    def chosen(self) -> list[str]:
        return self.value.split(",") if self.value else []

    @property
    def plain(self) -> str:
        """The answer as a person reads it, without its unit."""
        return shown(self.question.field, self.value)

    @property
    def words(self) -> str:
        return with_unit(self.name, self.plain)

    @property
    def help(self) -> str:
        return self.question.field.help_in(self.question.year)

    @property
    def is_wide(self) -> bool:
        return self.kind in (Kind.MULTILINE, Kind.MULTICHOICE)

    @property
    def described_by(self) -> str:
        parts = {
            "help": self.help,
            "problem": self.problem,
            "warning": self.warnings,
            "theirs": self.theirs is not None,
        }
        return " ".join(f"{self.id}-{part}" for part, there in parts.items() if there)


@dataclass
class FileBox(Spot):
    place: Place | None = None
    files: list[ApplicationEvidence] = field(default_factory=list)


@dataclass
class ListBox(Spot):
    kind: ItemKind | None = None
    entries: list = field(default_factory=list)
    complete: bool = False
    handed_in: str = ""  # while it may not be changed: what was handed in, whatever the record says now

    @property
    def said_none(self) -> bool:
        return self.complete and not self.entries

    @property
    def columns(self) -> list[str]:
        return [self.kind.field(key).label for key in self.kind.columns]

    @property
    def rows(self) -> list[tuple]:
        """(entry, [(column, text)])"""
        words = [(entry, self.kind.words(entry)) for entry in self.entries]
        return [
            (entry, [(self.kind.field(key).label, text[key]) for key in self.kind.columns])
            for entry, text in words
        ]


@dataclass
class Line:
    """A figure over the years."""

    label: str
    unit: str
    required: bool
    boxes: list[Box]


@dataclass
class GroupBox:
    title: str
    boxes: list[Box]
    lines: list[Line]


def anchor(name: str) -> str:
    return f"f-{name.replace('.', '-')}"


class Sheet:
    """A part of a case with its boxes.

    `typed`: unsaved answers in place of the stored ones; `theirs`: what somebody else has saved; `strict`: also say
    what is missing, not only what is wrong.
    """

    def __init__(
        self,
        case: Case,
        section: Section,
        *,
        typed: Mapping[str, str] | None = None,
        theirs: Mapping[str, str] | None = None,
        strict: bool = False,
    ):
        self.case, self.section = case, section
        self.typed, self.theirs = typed or {}, theirs or {}
        self.missing = {gap.name: gap.problem for gap in gaps(case, section)} if strict else {}
        handed_in = case.submission.snapshot["sections"] if case.returned and case.submission else {}
        self.before = flat(handed_in.get(section.key, {}))
        self.answers = {**case.answers(section.key), **self.typed}
        self.warnings = warnings_of(section, self.answers)
        self.groups = [self._group(group) for group in section.groups]
        self.lists = [self._list(kind) for kind in section.kinds]
        self.places = [self._place(place) for place in case.places(section)]

    @property
    def boxes(self) -> list[Box]:
        return [box for group in self.groups for box in group.boxes]

    @property
    def problems(self) -> list[Spot]:
        """What has to be looked at, in the order of the page."""
        return [spot for spot in (*self.boxes, *self.lists, *self.places) if spot.problem]

    def _spot(self, name: str) -> dict:
        points = [point for point in self.case.points_of(self.section) if point.field == name]
        is_open = self.case.is_open(self.section, name)
        before = self.before.get(name, "") if points else ""
        return {"name": name, "open": is_open, "points": points, "before": before}

    def _group(self, group: Group) -> GroupBox:
        boxes = [
            self._box(one) for one in group_questions(group, self.case.application.title, self.case.years)
        ]
        return GroupBox(group.title, boxes, _lines(boxes) if group.per_year else [])

    def _box(self, question: Question) -> Box:
        name = question.name
        value = self.answers.get(name, "")
        wrong = problem_of(question.field, value, required=False)
        return Box(
            **self._spot(name),
            label=question.label,
            problem=wrong or self.missing.get(name, ""),
            question=question,
            value=value,
            warnings=[] if wrong else self.warnings.get(name, []),
            theirs=with_unit(name, self.theirs[name]) if name in self.theirs else None,
        )

    def _list(self, kind: ItemKind) -> ListBox:
        return ListBox(
            **self._spot(kind.key),
            label=kind.label,
            problem=self.missing.get(kind.key, ""),
            kind=kind,
            entries=self.case.entries[kind.key],
            complete=kind.key in self.case.complete,
            handed_in="" if self.case.is_open(self.section, kind.key) else self.before.get(kind.key, ""),
        )

    def _place(self, place: Place) -> FileBox:
        return FileBox(
            **self._spot(place.name),
            label=place.label,
            problem=self.missing.get(place.name, ""),
            place=place,
            files=self.case.files_at(place.name),
        )


def _lines(boxes: list[Box]) -> list[Line]:
    """Boxes of one figure side by side, one for each year."""
    lines: dict[str, Line] = {}
    for box in boxes:
        asked = box.question.field
        line = lines.setdefault(asked.key, Line(asked.label, asked.unit, False, []))
        line.required = line.required or box.question.required
        line.boxes.append(box)
    return list(lines.values())


def warnings_of(section: Section, answers: Mapping[str, str]) -> dict[str, list[str]]:
    """Likely slips beside the figures of a part, by name; each year is compared with the one before it. No query."""
    return slips(answers, {}) if any(group.per_year for group in section.groups) else {}


def choosable(case: Case) -> list[Evidence]:
    """Files that the enterprise has uploaded before, latest first."""
    return list(case.application.enterprise.evidence.order_by("-pk")[:100])


# ---- reading it over ------------------------------------------------------------------------------------


@dataclass
class Row:
    """One place as it would be handed in. `before`: what was handed in, where that was something else."""

    id: str
    label: str
    text: str
    before: str | None = None
    open: bool = False


@dataclass
class Reading:
    """A part to be read: figures by year in a table, everything else line by line."""

    section: Section
    years: list[int]
    figures: list[tuple[str, list[Row]]]
    rows: list[Row]
    open: bool = False


def reading_of(case: Case, section: Section) -> Reading:
    """Every place of a part as it stands now."""
    handed_in = case.submission.snapshot["sections"] if case.returned and case.submission else None
    old = handed_in.get(section.key, {}) if handed_in is not None else None
    now, before = flat(part(case, section, old)), flat(old or {})
    names = dict(targets(section, case.application.title, case.years))
    names |= {name: label_of(section.key, name) for name in now if name not in names}
    unsaid = {gap.name for gap in gaps(case, section) if gap.name in section.items}

    def row(name: str, label: str) -> Row:
        text, was = "" if name in unsaid else now.get(name, ""), before.get(name, "")
        changed = old is not None and was != text
        return Row(anchor(name), label, text, was if changed else None, case.is_open(section, name))

    return _laid_out(
        section, {name: row(name, label) for name, label in names.items()}, case.is_open(section)
    )


def reading_of_submission(submission: Submission, section: Section) -> Reading:
    """All that a submission says in a part."""
    stored = flat(submission.snapshot["sections"].get(section.key, {}))
    rows = {name: Row("", label_of(section.key, name), text) for name, text in stored.items() if text}
    return _laid_out(section, rows, False)


def _laid_out(section: Section, rows: Mapping[str, Row], is_open: bool) -> Reading:
    """Rows of yearly figures go into a table, a line for each figure."""
    table: dict[str, dict[int, Row]] = {}
    rest = []
    for name, row in rows.items():
        key, _, year = name.partition(".")
        if key in FIELDS and FIELDS[key].per_year:
            table.setdefault(key, {})[int(year)] = row
        else:
            rest.append(row)
    years = sorted({year for line in table.values() for year in line}, reverse=True)
    figures = [
        (FIELDS[key].label, [line.get(year, Row("", "", "")) for year in years])
        for key, line in table.items()
    ]
    return Reading(section, years, figures, rest, is_open)
