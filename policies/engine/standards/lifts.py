"""What would lift an enterprise over each line: the distance to the cent, and the cheapest way."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from policies.engine.standards.assess import Bench, Judged
from policies.engine.standards.indicators import INDICATORS, name_of, unit_of
from policies.engine.standards.record import FirmRecord
from policies.engine.standards.results import Assessment, Finding, Lift, Verdict
from policies.engine.standards.values import Condition, Criterion, Line, Side, Standard
from policies.engine.standards.ways import Way, changed, name_of_field, ways_over
from policies.engine.standards.words import amount_words, decimal_of, line_words, plain


class Plan(NamedTuple):
    """One alternative of a condition: the changes it takes and the lines that cannot be measured yet."""

    ways: tuple[Way, ...]
    unknown: tuple[Judged, ...]

    def cost(self) -> tuple[int, bool, Fraction]:
        """Fewest open lines first; among plans in yuan the cheaper one."""
        yuan = all(way.unit == "元" for way in self.ways)
        total = sum((abs(way.distance) for way in self.ways), Fraction(0))
        return (
            len({way.line for way in self.ways}) + len(self.unknown),
            not yuan,
            total if yuan else Fraction(0),
        )


def lifts(record: FirmRecord, standard: Standard, assessment: Assessment) -> tuple[Lift, ...]:
    """What stands between the record and each line of the standard it was assessed against, in its order.

    A gate that is not met comes with its distance; a scored criterion below its highest band with the next band
    and, when that is not enough, with the band that closes the gap of the score alone. Missing data and what a
    person has to judge come without a distance. All changes named for one criterion together reach its line.
    """
    bench = Bench(record, standard, assessment.on)
    criteria = {criterion.key: criterion for criterion in standard.criteria()}
    found: list[Lift] = []
    for gate in assessment.gates:
        found += _of_gate(bench, criteria[gate.key], gate)
    found += _of_routes(bench, standard, criteria, assessment)
    score = assessment.score
    gap = max(score.least - score.points, Decimal(0)) if score else Decimal(0)
    for scored in assessment.scored:
        found += _of_scored(bench, criteria[scored.key], scored, gap)
    return tuple(found)


# ---- gates and routes -----------------------------------------------------------------------------------
def _of_gate(bench: Bench, criterion: Criterion, finding: Finding) -> list[Lift]:
    if finding.verdict is Verdict.MISSING:
        return [_to_fill_in(finding)]
    if finding.verdict is Verdict.PERSON:
        return [Lift(finding.key, f"由审核人员核实：{finding.name}", None, "")]
    if finding.verdict is Verdict.MET:
        return []
    plan = _cheapest(bench, criterion.condition)
    return (
        _of_plan(finding, plan, finding.name)
        if plan
        else [Lift(finding.key, f"要求：{finding.needed}", None, "")]
    )


def _of_routes(
    bench: Bench, standard: Standard, criteria: dict[str, Criterion], assessment: Assessment
) -> list[Lift]:
    """Direct routes that are a matter of a number, while what they stand for is still open."""
    open_keys = {finding.key for finding in assessment.gates if finding.verdict is not Verdict.MET}
    if not assessment.score_stands():
        open_keys.add("score")
    wanted = {route.criterion.key for route in standard.routes if open_keys & set(route.replaces)}
    found = []
    for route in assessment.routes:
        if route.key in wanted and route.finding.verdict is Verdict.NOT_MET:
            plan = _cheapest(bench, criteria[route.key].condition)
            if plan and all(way.unit == "元" for way in plan.ways):
                found += _of_plan(route.finding, plan, route.name, f"，可代替{route.replaces}")
    return found


def _to_fill_in(finding: Finding, gains: Decimal | None = None) -> Lift:
    words = "" if gains is None else f"，最多再得 {plain(gains)} 分"
    field = finding.missing_fields[0] if finding.missing_fields else ""
    return Lift(finding.key, f"请补充：{'、'.join(finding.missing)}{words}", None, "", gains, field)


# ---- scored criteria ------------------------------------------------------------------------------------
def _of_scored(bench: Bench, criterion: Criterion, finding: Finding, gap: Decimal) -> list[Lift]:
    if not criterion.bands:
        return [Lift(finding.key, f"文件待补：{criterion.question}", None, "", criterion.most)]
    scale = bench.scale(criterion)
    found = [_to_fill_in(finding, scale.high - scale.low)] if finding.missing else []
    better = [band for band in reversed(criterion.bands) if band.points > scale.low]
    chosen = better[:1]
    closing = next((band for band in better if band.points - scale.low >= gap), None)
    if closing and closing not in chosen:
        chosen.append(closing)
    for band in chosen:
        if bench.holds(band.condition) is Verdict.NOT_MET:
            gains = band.points - scale.low
            ending = f"，多得 {plain(gains)} 分"
            plan = _cheapest(bench, band.condition)
            if plan:
                found += _of_plan(finding, plan, f"“{band.name}”", ending, gains)
            else:
                found.append(Lift(finding.key, f"如达到“{band.name}”{ending}", None, "", gains))
    return found


# ---- plans ----------------------------------------------------------------------------------------------
def _cheapest(bench: Bench, condition: Condition) -> Plan | None:
    plans = [plan for lines in condition if (plan := _plan(bench, lines))]
    return min(plans, key=Plan.cost, default=None)


def _plan(bench: Bench, lines: Iterable[Line]) -> Plan | None:
    """The changes for one alternative, each worked out after the ones before it; None when numbers cannot do it."""
    ways: list[Way] = []
    unknown: list[Judged] = []
    for line in lines:
        one = bench.judge(line)
        if one.verdict is Verdict.MISSING:
            unknown.append(one)
        elif one.verdict is Verdict.NOT_MET:
            steps = ways_over(bench.record, bench.on.year - 1, line, one.measure)
            if steps is None:
                return None
            if one.measure.missing and line.args.over == "each":
                unknown.append(one)  # the other year is not known yet
            ways += steps
            for step in steps:
                bench = bench.of(changed(bench.record, step))
    return Plan(tuple(ways), tuple(unknown))


def _of_plan(
    finding: Finding, plan: Plan, goal: str, ending: str = "", gains: Decimal | None = None
) -> list[Lift]:
    """`goal` is what a thing that is counted counts for."""
    found = [_lift(finding, way, goal, ending, gains) for way in plan.ways]
    gaps = [gap for one in plan.unknown for gap in one.measure.missing]
    if gaps:
        labels = "、".join(dict.fromkeys(gap.label for gap in gaps))
        found.append(Lift(finding.key, f"请补充：{labels}{ending}", None, "", gains, gaps[0].field))
    return found


def _lift(finding: Finding, way: Way, goal: str, ending: str, gains: Decimal | None) -> Lift:
    percent = way.unit == "%"
    distance = decimal_of(abs(way.distance) * (100 if percent else 1), 2)
    unit = "个百分点" if percent else way.unit
    return Lift(
        finding.key,
        f"{_sentence(way, goal)}{ending}",
        distance,
        unit,
        gains,
        way.field,
        way.year,
    )


def _sentence(way: Way, goal: str) -> str:
    line = way.line
    percent = way.unit == "%"
    amount = amount_words(abs(way.distance) * (100 if percent else 1), "个百分点" if percent else way.unit)
    reach = line_words(line.at, unit_of(line))
    if way.unit in ("项", "个"):
        if line.at == 1:
            return f"还缺{goal}"
        return f"{goal}再增 {amount}即达 {reach}"
    if line.side is Side.AT_MOST:
        return f"{_subject(way)}再减 {amount}即降至 {reach}"
    if INDICATORS[line.indicator].growth:
        return f"{_subject(way)}再增 {amount}，增长率即达 {reach}"
    if line.args.over in ("sum", "mean"):
        return f"{_subject(way)}再增 {amount}，{name_of(line.indicator, line.args)}即达 {reach}"
    return f"{_subject(way)}{'再满' if way.unit == '年' else '再增'} {amount}即达 {reach}"


def _subject(way: Way) -> str:
    year = f"{way.year} 年" if way.year is not None and way.line.args.over == "each" else ""
    if way.year is None and way.line.indicator not in ("share", "number"):
        return name_of(way.line.indicator, way.line.args)
    return f"{year}{name_of_field(way)}"
