"""Measure a record against a standard: one finding per criterion, the score, the direct routes, the verdict."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from policies.engine.standards.indicators import INDICATORS, measure, unit_of
from policies.engine.standards.measures import Gap, Measure, against, all_of, any_of
from policies.engine.standards.question import Rules
from policies.engine.standards.record import FirmRecord
from policies.engine.standards.results import Assessment, Finding, GroupScore, Route, Score, Verdict
from policies.engine.standards.values import SCORE, Args, Band, Condition, Criterion, Line, Side, Standard
from policies.engine.standards.words import plain, shown_value

EXEMPT = "已由“{route}”代替，不考察本项"
OPEN = "如符合“{route}”，不考察本项"
BORDER = "恰好在档线上，按高一档计分"


class Judged(NamedTuple):
    """A line with what was measured for it."""

    line: Line
    measure: Measure
    verdict: Verdict


class Scale(NamedTuple):
    """A scored criterion: certain points, possible points, the band reached."""

    low: Decimal
    high: Decimal
    band: Band | None


class Bench:
    """One record under one standard on one day; every indicator is measured once."""

    def __init__(self, record: FirmRecord, standard: Standard, on: date) -> None:
        self.record = record
        self.on = on
        self.rules = Rules(standard.ip, standard.equity)
        self.measured: dict[tuple[str, Args], Measure] = {}

    def of(self, record: FirmRecord) -> "Bench":
        """Another record under the same standard on the same day."""
        other = Bench.__new__(Bench)
        other.record, other.on, other.rules, other.measured = record, self.on, self.rules, {}
        return other

    def measure(self, line: Line) -> Measure:
        key = (line.indicator, line.args)
        if key not in self.measured:
            self.measured[key] = measure(self.record, self.on, line.indicator, line.args, self.rules)
        return self.measured[key]

    def judge(self, line: Line) -> Judged:
        found = self.measure(line)
        at = INDICATORS[line.indicator].line(Fraction(line.at))
        return Judged(line, found, against(found, line.side, at))

    def holds(self, condition: Condition) -> Verdict:
        return any_of(all_of(self.judge(line).verdict for line in lines) for lines in condition)

    def scale(self, criterion: Criterion) -> Scale:
        """Points that are certain, and those that missing data could still bring."""
        if not criterion.bands:
            return Scale(Decimal(0), criterion.most, None)
        verdicts = [(band, self.holds(band.condition)) for band in criterion.bands]
        reached = next((band for band, verdict in verdicts if verdict is Verdict.MET), None)
        low = reached.points if reached else Decimal(0)
        open_points = [band.points for band, verdict in verdicts if verdict is Verdict.MISSING]
        return Scale(low, max(low, *open_points) if open_points else low, reached)


def assess(
    record: FirmRecord,
    standard: Standard,
    *,
    kind: str,
    on: date,
    confirmed: Mapping[str, Verdict] | None = None,
) -> Assessment:
    """What the record reaches under the standard for a case of this kind accepted on this day.

    `confirmed` holds, by criterion key, what a person ticked; only criteria that a person must judge heed it.
    Missing data is never counted against the enterprise. Pure: the same arguments give the same result.
    """
    bench = Bench(record, standard, on)
    ticks = confirmed or {}
    routes = tuple(
        Route(
            route.criterion.key,
            route.criterion.name,
            route.replaces_name,
            _gate(bench, route.criterion, ticks),
            SCORE in route.replaces,
        )
        for route in standard.routes
        if kind in route.criterion.kinds
    )
    gates = _gates(bench, standard, kind, ticks, routes)
    scored = tuple(_scored(bench, criterion) for criterion in standard.scored)
    score = _score(bench, standard)
    stand_ins = _stand_ins(standard, routes, SCORE)
    by_route = next((route.key for route in stand_ins if route.finding.verdict is Verdict.MET), "")
    verdicts = [finding.verdict for finding in gates]
    if score is not None:
        verdicts.append(any_of([score.verdict, *(route.finding.verdict for route in stand_ins)]))
    verdict = all_of(verdicts)
    return Assessment(
        standard.slug,
        standard.revision,
        standard.tier,
        kind,
        on,
        verdict,
        gates,
        scored,
        score,
        routes,
        _passed_by(verdict, score, by_route),
    )


def _passed_by(verdict: Verdict, score: Score | None, by_route: str) -> str:
    if verdict is not Verdict.MET:
        return ""
    if score is None:
        return "gates"
    return "score" if score.verdict is Verdict.MET else f"route:{by_route}"


def _stand_ins(standard: Standard, routes: tuple[Route, ...], key: str) -> list[Route]:
    """The routes that stand for this gate or for the score."""
    replacing = {route.criterion.key for route in standard.routes if key in route.replaces}
    return [route for route in routes if route.key in replacing]


# ---- gates and routes -----------------------------------------------------------------------------------
def _gates(
    bench: Bench, standard: Standard, kind: str, ticks: Mapping[str, Verdict], routes: tuple[Route, ...]
) -> tuple[Finding, ...]:
    added, waived = overrides_of(standard, kind, bench.on)
    found = []
    for criterion in examined(standard, kind, bench.on):
        finding = _gate(bench, criterion, ticks)
        if criterion.key in waived:
            finding = finding._replace(verdict=Verdict.MET, note=waived[criterion.key])
        elif criterion.key in added:
            finding = finding._replace(note=added[criterion.key])
        found.append(_with_routes(finding, _stand_ins(standard, routes, criterion.key)))
    return tuple(found)


def _with_routes(finding: Finding, routes: list[Route]) -> Finding:
    """A gate that is not met is met by a route that stands for it, and open while such a route is open."""
    best = any_of([finding.verdict, *(route.finding.verdict for route in routes)])
    if best is finding.verdict:
        return finding
    route = next(route for route in routes if route.finding.verdict is best)
    if best is Verdict.MET:
        return finding._replace(
            verdict=best, note=EXEMPT.format(route=route.name), missing=(), missing_fields=()
        )
    return finding._replace(
        verdict=best,
        note=OPEN.format(route=route.name),
        missing=route.finding.missing,
        missing_fields=route.finding.missing_fields,
    )


def overrides_of(standard: Standard, kind: str, on: date) -> tuple[dict[str, str], dict[str, str]]:
    """(gates added, gates not examined) for this kind and day, each with the note that says why."""
    added: dict[str, str] = {}
    waived: dict[str, str] = {}
    for override in standard.overrides:
        if override.applies(kind, on):
            note = f"{override.gist}（{override.cite}）"
            added |= dict.fromkeys(override.adds, note)
            waived |= dict.fromkeys(override.waives, note)
    return added, waived


def examined(standard: Standard, kind: str, on: date) -> list[Criterion]:
    """The gates of this kind and day: those that an override adds only while it applies; waived ones stay listed."""
    added, _ = overrides_of(standard, kind, on)
    special = {key for override in standard.overrides for key in override.adds}
    return [
        gate
        for gate in standard.gates
        if kind in gate.kinds and (gate.key not in special or gate.key in added)
    ]


def _gate(bench: Bench, criterion: Criterion, ticks: Mapping[str, Verdict]) -> Finding:
    alternatives = [[bench.judge(line) for line in lines] for lines in criterion.condition]
    verdicts = [all_of(one.verdict for one in lines) for lines in alternatives]
    verdict = any_of(verdicts)
    main = _telling(alternatives)
    open_lines = [
        one
        for lines, found in zip(alternatives, verdicts, strict=True)
        if found is Verdict.MISSING
        for one in lines
        if one.verdict is Verdict.MISSING
    ]
    if criterion.judged:
        verdict = ticks.get(criterion.key, Verdict.PERSON if verdict is Verdict.MET else verdict)
    missing = [gap for one in open_lines for gap in one.measure.missing]
    return _finding(
        criterion,
        main,
        [one for lines in alternatives for one in lines],
        verdict=verdict,
        missing=tuple(dict.fromkeys(missing)) if verdict is Verdict.MISSING else (),
    )


def _telling(alternatives: list[list[Judged]]) -> Judged:
    """The line whose value is shown: what is in the way of the nearest alternative, else what it ends with."""
    nearest = min(alternatives, key=lambda lines: sum(one.verdict is not Verdict.MET for one in lines))
    return next((one for one in nearest if one.verdict is not Verdict.MET), nearest[-1])


def _finding(
    criterion: Criterion, main: Judged, judged: list[Judged], *, verdict: Verdict, missing: tuple[Gap, ...]
) -> Finding:
    inputs = dict(pair for one in judged for pair in one.measure.inputs)
    return Finding(
        key=criterion.key,
        name=criterion.name,
        group=criterion.group,
        verdict=verdict,
        value=_value(main),
        unit=unit_of(main.line),
        needed=criterion.needed,
        period=main.measure.period,
        source=main.measure.source,
        cite=criterion.cite,
        gist=criterion.gist,
        missing=tuple(dict.fromkeys(gap.label for gap in missing)),
        missing_fields=tuple(dict.fromkeys(gap.field for gap in missing)),
        inputs=tuple(inputs.items()),
        fields=tuple(dict.fromkeys(field for one in judged for field in one.measure.fields)),
    )


def _value(one: Judged) -> Decimal | str | None:
    """What is shown: the value when it is known, or the certain part of it when that decides."""
    indicator = INDICATORS[one.line.indicator]
    if one.line.indicator == "answer":
        return one.measure.inputs[0][1] if one.measure.inputs else None
    known = one.measure.exact
    if known is None and one.verdict is not Verdict.MISSING:
        known = one.measure.low if one.measure.low is not None else one.measure.high
    if known is None:
        return None
    return shown_value(indicator.shown(known), unit_of(one.line), up=one.line.side is not Side.AT_LEAST)


# ---- the score ------------------------------------------------------------------------------------------
def _scored(bench: Bench, criterion: Criterion) -> Finding:
    scale = bench.scale(criterion)
    if not criterion.bands:
        return Finding(
            criterion.key, criterion.name, criterion.group, Verdict.MISSING, None, "", criterion.needed, "", "",
            criterion.cite, criterion.gist, None, criterion.most, missing=(criterion.question,),
        )  # fmt: skip
    judged = [bench.judge(line) for line in criterion.lines()]
    main = _main_line(bench, criterion, scale, judged)
    unsure = scale.low != scale.high
    better = [line for band in criterion.bands if band.points > scale.low for line in band.lines()]
    missing = dict.fromkeys(
        gap
        for one in map(bench.judge, better)
        if one.verdict is Verdict.MISSING
        for gap in one.measure.missing
    )
    verdict = Verdict.MET if scale.low else Verdict.MISSING if unsure else Verdict.NOT_MET
    finding = _finding(criterion, main, judged, verdict=verdict, missing=tuple(missing) if unsure else ())
    return finding._replace(
        points=None if verdict is Verdict.MISSING else scale.low,
        most=criterion.most,
        band=scale.band.name if scale.band else "",
        note=_score_note(scale, main),
    )


def _main_line(bench: Bench, criterion: Criterion, scale: Scale, judged: list[Judged]) -> Judged:
    """The line whose value is shown: of the band reached the one that holds, else the first of the lowest band."""
    band = scale.band or criterion.bands[-1]
    lines = [[bench.judge(line) for line in lines] for lines in band.condition]
    return next((one[0] for one in lines if all_of(j.verdict for j in one) is Verdict.MET), lines[0][0])


def _score_note(scale: Scale, main: Judged) -> str:
    if scale.low != scale.high and scale.low:
        return f"补齐资料后最高可得 {plain(scale.high)} 分"
    line = main.line
    on_border = main.measure.exact == INDICATORS[line.indicator].line(Fraction(line.at))
    return BORDER if scale.band and on_border and INDICATORS[line.indicator].unit == "%" else ""


def _score(bench: Bench, standard: Standard) -> Score | None:
    rule = standard.pass_line
    if rule is None:
        return None
    scales = [(criterion, bench.scale(criterion)) for criterion in standard.scored]
    names = dict.fromkeys(criterion.group for criterion in standard.scored)
    low = {name: sum((s.low for c, s in scales if c.group == name), Decimal(0)) for name in names}
    high = {name: sum((s.high for c, s in scales if c.group == name), Decimal(0)) for name in names}
    most = {name: sum((c.most for c, _ in scales if c.group == name), Decimal(0)) for name in names}
    groups = tuple(GroupScore(name, low[name], most[name], rule.groups.get(name)) for name in names)

    def enough(points: Mapping[str, Decimal]) -> bool:
        return sum(points.values()) >= rule.total and all(
            points[name] >= least for name, least in rule.groups.items()
        )

    verdict = Verdict.MET if enough(low) else Verdict.MISSING if enough(high) else Verdict.NOT_MET
    points = sum(low.values(), Decimal(0))
    return Score(
        points,
        sum(high.values(), Decimal(0)) - points,
        sum(most.values(), Decimal(0)),
        rule.total,
        groups,
        verdict,
    )
