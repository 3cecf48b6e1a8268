"""The public calculator: the questions that a standard asks, and the record that the answers make.

The questions come from the standard itself, so a new edition asks its own without a line of code. Lists of the
record (awards, patents, certificates …) are asked in one go: which of these do you have, how many, the best one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from enterprises.enums import Level
from enterprises.fields import FIELDS, Kind, RecordField, answer_key
from enterprises.queries import overlay
from policies.engine.standards import (
    CertificateFact,
    Criterion,
    EquityFact,
    FirmRecord,
    HonourFact,
    InstitutionFact,
    IpFact,
    Standard,
    StandardWorkFact,
    TitleHeld,
)
from policies.engine.standards.assess import examined, overrides_of
from policies.engine.standards.indicators import INDICATORS
from policies.engine.standards.values import Args, Line

OWNED, NOTHING = "owned", "none"
OWNED_LISTS = ("honours", "institutions", "standards", "certificates", "titles")
COUNTED = (*OWNED_LISTS, "ip")  # indicators that count entries of a list
# What the record asks for beside the number, a visitor need not bring along.
HINTS = {
    "rd_expense": "审计报告列示数。",
    "dev_score": "国家平台给出的得分。",
    "staff": "",
    "market_share": "",
}
SIZES = (("micro", "微型"), ("small", "小型"), ("medium", "中型"), ("large", "大型"))
SIZE = RecordField(
    key="company_size", label="企业规模", kind=Kind.CHOICE, part="standing", choices=SIZES,
    help="按中小企业划型标准，看行业、人数和营业收入。",
)  # fmt: skip


# Headings of the page, each with the parts of the record that stand under it.
GROUPS = (
    ("资格与合规", ("standing", "basic")),
    ("经营数据", ("figures",)),
    ("主导产品和市场", ("specialised", "refined", "distinctive", "chain", "field")),
    ("创新能力", ("innovation", "other")),
)


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. `lines`: what an answer other than a plain field stands for, by its code."""

    name: str  # of the input: "revenue.2025"
    field: RecordField
    year: int | None = None
    hint: str = ""
    lines: tuple[tuple[str, tuple[Line, ...]], ...] = ()

    @property
    def label(self) -> str:
        return self.field.label_in(self.year)

    def answers_for(self) -> set[str]:
        """The lists of the record that the answer fills."""
        if self.name.startswith("equity_"):
            return {"equity"}
        return {line.indicator for _, lines in self.lines for line in lines}


# ---- the questions --------------------------------------------------------------------------------------


def questions_for(standard: Standard, kind: str, on: date) -> tuple[Question, ...]:
    """What has to be known for a case of this kind accepted on the day, in the order of the record's parts."""
    _, waived = overrides_of(standard, kind, on)
    gates = [gate for gate in examined(standard, kind, on) if gate.key not in waived]
    routes = [route.criterion for route in standard.routes if kind in route.criterion.kinds]
    found: dict[str, Question] = {}
    owned: list[tuple[str, str, tuple[Line, ...]]] = []  # code, words, lines
    for criterion in (*gates, *standard.scored, *routes):
        lines = criterion.lines()
        if lines and all(line.indicator in COUNTED for line in lines):
            _ask_lists(criterion, found, owned)
            continue
        for line in lines:
            for question in _ask_line(line, criterion, on):
                found.setdefault(question.name, question)
            owned += _quality_parts(line)
    if owned:
        found[OWNED] = _owned_question(owned)
    parts = {part: place for place, (_, keys) in enumerate(GROUPS) for part in keys}
    fields = {key: place for place, key in enumerate(FIELDS)}
    return tuple(
        sorted(
            found.values(),
            key=lambda q: (parts[q.field.part], fields.get(q.field.key, len(fields)), -(q.year or 0)),
        )
    )


def _ask_line(line: Line, criterion: Criterion, on: date) -> Iterator[Question]:
    """The fields that one line looks at."""
    indicator, args = INDICATORS[line.indicator], line.args
    last = on.year - 1
    for key, back in (
        (indicator.top, max(args.years - 1, indicator.growth)),
        (indicator.bottom, args.years - 1),
    ):
        for year in range(last, last - back - 1, -1) if key else ():
            field = FIELDS[key]
            yield Question(answer_key(field, year), field, year, HINTS.get(key, field.help_in(year)))
    if line.indicator == "equity":
        yield _equity_question(args, criterion)
    elif line.indicator == "niche_years":
        yield _plain_question(FIELDS["niche_since"], on)
    elif line.indicator == "established_years":
        yield _plain_question(FIELDS["established_on"], on)
    elif line.indicator == "quality_items":
        yield _plain_question(FIELDS["own_brand"], on)
    elif args.field:
        yield _plain_question(_profile_field(args, criterion), on)


def _plain_question(field: RecordField, on: date) -> Question:
    return Question(field.key, field, hint=HINTS.get(field.key, field.help_in(on.year - 1)))


def _profile_field(args: Args, criterion: Criterion) -> RecordField:
    """The record's own question; for what only a province's edition asks, its bands."""
    if args.field == SIZE.key or args.field in FIELDS:
        return SIZE if args.field == SIZE.key else FIELDS[args.field]
    bands = [(str(band.lines()[0].args.values[0]), band.name) for band in criterion.bands]
    choices = (*bands, (NOTHING, "都不符合"))
    return RecordField(
        key=args.field, label=criterion.name, kind=Kind.CHOICE, part="distinctive", choices=choices
    )


def _equity_question(args: Args, criterion: Criterion) -> Question:
    years = args.within_years
    field = RecordField(
        key=f"equity_{years}",
        label=f"近 {years} 年新增股权融资",
        kind=Kind.MONEY,
        part="innovation",
        unit="万元",
    )
    return Question(field.key, field, hint="合格机构投资者的实缴额合计，没有填 0。")


def _ask_lists(criterion: Criterion, found: dict[str, Question], owned: list) -> None:
    """A scored criterion asks for the best band, a number of patents for the number, all else goes on one list."""
    if criterion.bands:
        codes = [(str(place), band.name) for place, band in enumerate(criterion.bands)]
        field = RecordField(
            key=f"band_{criterion.key}", label=criterion.name, kind=Kind.CHOICE, part="innovation",
            choices=(*codes, (NOTHING, "都没有")),
        )  # fmt: skip
        lines = tuple((str(place), band.condition[0]) for place, band in enumerate(criterion.bands))
        found[field.key] = Question(field.key, field, hint=criterion.gist, lines=lines)
        return
    first = criterion.condition[0]
    if first[0].indicator == "ip":
        field = RecordField(
            key=f"number_{criterion.key}",
            label=criterion.name,
            kind=Kind.INT,
            part="innovation",
            unit="项",
            most=9999,
        )
        found[field.key] = Question(field.key, field, hint=criterion.gist, lines=(("", first),))
    else:
        owned.append((criterion.key, criterion.name, first))


def _quality_parts(line: Line) -> list[tuple[str, str, tuple[Line, ...]]]:
    """quality_items looks at three lists beside the own brand."""
    if line.indicator != "quality_items":
        return []
    parts = (
        ("quality_award", "质量奖", "honours", Args(kinds=("quality_award",), levels=line.args.levels)),
        ("management_system", "管理体系认证", "certificates", Args(kinds=("management_system",), valid=True)),
        ("standard_part", "参与制修订标准", "standards", Args()),
    )
    return [
        (code, words, (Line(indicator, args, line.side, Decimal(1)),))
        for code, words, indicator, args in parts
    ]


def _owned_question(owned: list[tuple[str, str, tuple[Line, ...]]]) -> Question:
    unique = {code: (words, lines) for code, words, lines in owned}
    field = RecordField(
        key=OWNED, label="有下列哪些（可多选）", kind=Kind.MULTICHOICE, part="innovation",
        choices=(*((code, words) for code, (words, _) in unique.items()), (NOTHING, "以上都没有")),
    )  # fmt: skip
    return Question(OWNED, field, lines=tuple((code, lines) for code, (_, lines) in unique.items()))


# ---- the record that the answers make -------------------------------------------------------------------


def record_of(
    questions: Iterable[Question], answers: Mapping[str, Any], standard: Standard, on: date
) -> FirmRecord:
    """Answers are clean values by the question's name; None is not answered, and stays not known in the record.

    A list is known once every question about it is answered.
    """
    plain: dict[str, Any] = {}
    profile: dict[str, Any] = {}
    lists: dict[str, list | None] = {}
    for question in questions:
        answer = answers.get(question.name)
        if not question.lines and question.field.kind is Kind.CHOICE and question.name not in FIELDS:
            profile[question.name] = answer
        elif question.name.startswith("equity_"):
            _add(lists, "equity", None if answer is None else _equity(answer, on))
        elif question.lines:
            for key, facts in _facts_of(question, answer, standard, on).items():
                _add(lists, key, facts)
        elif answer is not None:
            plain[question.name] = question.field.show(answer)
    record = overlay(FirmRecord(), plain)
    known = {key: tuple(facts) for key, facts in lists.items() if facts is not None}
    return replace(record, profile={**record.profile, **profile}, **known)


def _add(lists: dict[str, list | None], key: str, facts: list | None) -> None:
    """Facts of a list from several questions; one that is not answered leaves the list unknown."""
    before = lists.get(key, [])
    lists[key] = None if facts is None or before is None else before + facts


def _equity(amount: Decimal, on: date) -> list[EquityFact]:
    return [EquityFact("", on, amount, qualified=True, share=Decimal(0))] if amount else []


def _facts_of(question: Question, answer: Any, standard: Standard, on: date) -> dict[str, list | None]:
    """List → the facts that the answer stands for; None when there is no answer."""
    asked = [line for _, lines in question.lines for line in lines]
    touched: dict[str, list | None] = {line.indicator: [] for line in asked}
    if any(line.args.titles for line in asked):  # an honour may also be a title on a list
        touched.setdefault("titles", [])
    if answer is None:
        return dict.fromkeys(touched)
    chosen = dict(question.lines)
    if question.field.kind is Kind.INT:
        picked = [chosen[""]] * answer
    else:
        codes = answer if isinstance(answer, tuple) else (answer,)
        picked = [chosen[code] for code in codes if code != NOTHING]
    for lines in picked:
        for line in lines:
            number = 1 if question.field.kind is Kind.INT else int(line.at)
            touched[line.indicator] += [_fact(line, standard, on)] * number
    return touched


def _fact(line: Line, standard: Standard, on: date) -> Any:
    """An entry that keeps to all that the line asks for, and to no more."""
    args = line.args
    level = args.levels[0] if args.levels else Level.BELOW_CITY.value
    if line.indicator == "ip":
        return _right(args, standard, on)
    if line.indicator == "honours":
        return HonourFact("", args.kinds[0], level, on, rank=1)
    if line.indicator == "institutions":
        return InstitutionFact("", level, on)
    if line.indicator == "standards":
        return StandardWorkFact("", level, leading=args.leading, on=on, rank=1)
    if line.indicator == "certificates":
        return CertificateFact("", args.kinds[0], valid_until=on)
    return TitleHeld(args.titles[0], on, on)


def _right(args: Args, standard: Standard, on: date) -> IpFact:
    rule = standard.ip
    kinds = rule.class_two if "class_two" in args.kinds else rule.class_one
    kind = min(sorted(kinds), key=lambda one: rule.class_two.get(one, 0))
    kept = rule.class_two.get(kind, 0)
    # Assigned long enough ago counts, yet not as self-developed; where assigned ones never count it is an own one.
    assigned = rule.assigned_counts and not (args.self_developed or args.high_value)
    return IpFact(
        "",
        kind,
        granted_on=on.replace(year=on.year - kept - 1, day=1) if kept else None,
        self_developed=not assigned,
        assigned_on=on.replace(year=on.year - rule.assigned_years - 1, day=1) if assigned else None,
        holder_rank=1,
        for_lead_product=True,
        applied=True,
        high_value=args.high_value,
    )
