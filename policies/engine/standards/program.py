"""Write a standard out as a plain Python function over rows of whole numbers.

Cents are compared with cents and ratios are cross-multiplied, so nothing is rounded. A line, a criterion and the whole
become numbers 0 to 3 (not met, missing, person, met), so that "all of" is a minimum and "any of" a maximum.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from policies.engine.standards.assess import Bench, examined, overrides_of
from policies.engine.standards.figures import FIGURE_UNITS
from policies.engine.standards.indicators import INDICATORS, unit_of
from policies.engine.standards.values import SCORE, Args, Condition, Criterion, Line, Side, Standard

NOT_MET, MISSING, PERSON, MET = range(4)
PLAIN = Args()
SCALES = {"元": 100, "分": 100, "%": 10_000}  # cents, hundredths of a point and of a percent
SINGLE = frozenset(
    {"niche_years", "established_years", "number", "share", "answer"}
)  # known or not, no range
SIGNS = {Side.AT_LEAST: ">=", Side.AT_MOST: "<=", Side.BELOW: "<"}


class Key(NamedTuple):
    """What a column holds: a yearly figure so many years before the last finished one, or what an indicator
    measures: its `end` "low" counts for certain, "high" would count if more were known (unknown: no limit).
    """

    indicator: str
    args: Args
    back: int
    end: str


class Column(NamedTuple):
    name: str
    key: Key
    scale: int  # the value times this is in the row


def scaled(bench: Bench, column: Column) -> int | Fraction | None:
    """The value of a column for a record. Only a share may be no whole number; it compares just as well."""
    key = column.key
    value: Fraction | None
    if key.end:
        measured = bench.measure(Line(key.indicator, key.args, Side.AT_LEAST, Decimal(0)))
        value = measured.low if key.end == "low" else measured.high
    else:
        figures = bench.record.years.get(bench.on.year - 1 - key.back)
        figure = getattr(figures, key.indicator) if figures else None
        value = None if figure is None else Fraction(figure)
    if value is None:
        return None
    value *= column.scale
    return value.numerator if value.denominator == 1 else value


class Program:
    """Collects columns and statements; `source` defines assess_rows(rows)."""

    def __init__(self, standard: Standard, kind: str, on: date, null: int | None) -> None:
        self.standard, self.kind, self.on, self.null = standard, kind, on, null
        self.named: dict[Key, Column] = {}
        self.verdicts: dict[Line, str] = {}
        self.body: list[str] = []
        gates = examined(standard, kind, on)
        self.criteria = tuple(criterion.key for criterion in (*gates, *standard.scored))
        self._write(gates)
        self.columns = tuple(self.named.values())
        self.source = "\n".join(self._text())

    # ---- columns ----------------------------------------------------------------------------------------
    def _column(self, indicator: str, args: Args = PLAIN, back: int = 0, end: str = "") -> Column:
        key = Key(indicator, args, back, end)
        if key not in self.named:
            measured = unit_of(Line(indicator, args, Side.AT_LEAST, Decimal(0)))
            unit = measured if end else FIGURE_UNITS.get(indicator, "元")
            self.named[key] = Column(f"{indicator}_{len(self.named)}", key, SCALES.get(unit, 1))
        return self.named[key]

    def _unknown(self, *names: str) -> str:
        test = "is None" if self.null is None else f"== {self.null}"
        return " or ".join(f"{name} {test}" for name in names)

    # ---- lines ------------------------------------------------------------------------------------------
    def _line(self, line: Line) -> str:
        """The variable that holds the verdict of a line; worked out once."""
        if line not in self.verdicts:
            self.verdicts[line] = f"v{len(self.verdicts)}"
            self._add(f"{self.verdicts[line]} = {self._verdict(line)}")
        return self.verdicts[line]

    def _verdict(self, line: Line) -> str:
        if not INDICATORS[line.indicator].top and line.indicator not in SINGLE:
            return self._between(line)
        if line.args.over in ("each", "any"):
            years = [f"({_three(*self._of_year(line, back))})" for back in range(line.args.years)]
            return f"{'max' if line.args.over == 'any' else 'min'}({', '.join(years)})"
        return _three(*self._parts(line))

    def _parts(self, line: Line) -> tuple[str, str]:
        """(not known, holds) of a line on a value that is known or not."""
        indicator = INDICATORS[line.indicator]
        if line.indicator in SINGLE:
            column = self._column(line.indicator, line.args, end="low")
            return self._unknown(column.name), _compare(line, column.name, line.at * column.scale)
        if indicator.growth:
            return self._growth(line)
        if line.args.over:
            return self._total(line)
        return self._of_year(line, 0)

    def _between(self, line: Line) -> str:
        """A count with a certain and a possible end."""
        low, high = (self._column(line.indicator, line.args, end=end) for end in ("low", "high"))
        at = line.at * low.scale
        no_limit = self._unknown(high.name)
        if line.side is Side.AT_LEAST:
            open_ = f"{no_limit} or {_compare(line, high.name, at)}"
            return f"{MET} if {_compare(line, low.name, at)} else {MISSING} if {open_} else {NOT_MET}"
        sure = f"not ({no_limit}) and {_compare(line, high.name, at)}"
        return f"{MET} if {sure} else {MISSING} if {_compare(line, low.name, at)} else {NOT_MET}"

    def _of_year(self, line: Line, back: int) -> tuple[str, str]:
        indicator = INDICATORS[line.indicator]
        top = self._column(indicator.top, back=back)
        if not indicator.bottom:
            return self._unknown(top.name), _compare(line, top.name, line.at * top.scale)
        bottom = self._column(indicator.bottom, back=back).name
        above, below = line.at.as_integer_ratio()
        return (
            f"{self._unknown(top.name, bottom)} or {bottom} <= 0",
            f"{top.name} * {below} {SIGNS[line.side]} {bottom} * {above}",
        )

    def _total(self, line: Line) -> tuple[str, str]:
        columns = [self._column(line.indicator, back=back) for back in range(line.args.years)]
        names = [column.name for column in columns]
        at = line.at * columns[0].scale * (len(columns) if line.args.over == "mean" else 1)
        return self._unknown(*names), _compare(line, " + ".join(names), at)

    def _growth(self, line: Line) -> tuple[str, str]:
        indicator = INDICATORS[line.indicator]
        years = reversed(range(indicator.growth + 1))
        names = [self._column(indicator.top, back=back).name for back in years]
        rate = 1 + Fraction(line.at)
        if line.indicator == "main_growth":
            left, right = f"{names[1]} * {rate.denominator}", f"{names[0]} * {rate.numerator}"
        elif line.indicator == "main_growth_mean2":
            first, second, third = names
            left = f"({second} * {second} + {first} * {third}) * {rate.denominator}"
            right = f"{first} * {second} * {2 * rate.numerator}"
        else:
            left, right = f"{names[2]} * {rate.denominator**2}", f"{names[0]} * {rate.numerator**2}"
        unusable = " or ".join([self._unknown(*names), *(f"{name} <= 0" for name in names[:-1])])
        return unusable, f"{left} {SIGNS[line.side]} {right}"

    # ---- criteria ---------------------------------------------------------------------------------------
    def _condition(self, condition: Condition) -> str:
        """An expression with the verdict of alternatives, each of lines."""
        return _joined("max", [_joined("min", [self._line(line) for line in lines]) for lines in condition])

    def _gate(self, criterion: Criterion) -> str:
        found = self._condition(criterion.condition)
        return f"({PERSON} if {found} == {MET} else {found})" if criterion.judged else found

    def _score(self, place: int, criterion: Criterion) -> None:
        """Sets l<place> and h<place>: certain and possible points. Bands stand best first."""
        points = [_points(band.points) for band in criterion.bands]
        if not criterion.bands:
            self._add(f"l{place} = 0; h{place} = {_points(criterion.most)}")
        elif self._on_one_value(criterion):
            parts = [self._parts(band.condition[0][0]) for band in criterion.bands]
            self._add(f"if {parts[0][0]}: l{place} = 0; h{place} = {points[0]}")
            self._add(f"else: l{place} = h{place} = {_ladder(points, [test for _, test in parts])}")
        else:
            found = [self._condition(band.condition) for band in criterion.bands]
            self._add(f"l{place} = {_ladder(points, [f'{verdict} == {MET}' for verdict in found])}")
            self._add(
                f"h{place} = {_ladder(points, found)}"
            )  # met or missing: a band has nothing for a person

    def _on_one_value(self, criterion: Criterion) -> bool:
        """Bands of one line each on the same value: it is known for all of them or for none."""
        single = all(len(band.condition) == len(band.condition[0]) == 1 for band in criterion.bands)
        values = {(line.indicator, line.args) for line in criterion.lines()}
        [(indicator, args), *rest] = values
        plain = indicator in SINGLE or (INDICATORS[indicator].top and args.over not in ("each", "any"))
        return single and not rest and bool(plain)

    # ---- the whole --------------------------------------------------------------------------------------
    def _write(self, gates: list[Criterion]) -> None:
        stand_ins: dict[str, list[str]] = {}
        for place, route in enumerate(r for r in self.standard.routes if self.kind in r.criterion.kinds):
            self._add(f"r{place} = {self._gate(route.criterion)}")
            for key in route.replaces:
                stand_ins.setdefault(key, []).append(f"r{place}")
        _, waived = overrides_of(self.standard, self.kind, self.on)
        self._add(f"failed = waiting = 0; verdict = {MET}")
        for place, gate in enumerate(gates):
            if gate.key not in waived:
                self._in_the_way(place, _joined("max", [self._gate(gate), *stand_ins.get(gate.key, [])]))
        if self.standard.pass_line:
            self._write_score(len(gates), stand_ins.get(SCORE, []))
        else:
            self._add("low = possible = 0")

    def _in_the_way(self, place: int, verdict: str) -> None:
        self._add(f"g = {verdict}")
        self._add(f"if g != {MET}:")
        self._add("    if g < verdict: verdict = g")
        self._add(f"    if g: waiting |= {1 << place}")
        self._add(f"    else: failed |= {1 << place}")

    def _write_score(self, first: int, stand_ins: list[str]) -> None:
        rule, scored = self.standard.pass_line, self.standard.scored
        assert rule is not None
        for place, criterion in enumerate(scored):
            self._score(place, criterion)
        self._add(f"low = {_sum('l', range(len(scored)))}")
        self._add(f"high = {_sum('h', range(len(scored)))}")
        self._add("possible = high - low")
        enough = {end: self._enough(end, rule.groups) for end in "lh"}
        sure = f"low >= {_points(rule.total)}{enough['l']}"
        open_ = f"high >= {_points(rule.total)}{enough['h']}"
        score = f"{MET} if {sure} else {MISSING} if {open_} else {NOT_MET}"
        self._add(f"s = {_joined('max', [f'({score})', *stand_ins])}")
        self._add(f"if s != {MET}:")
        self._add("    if s < verdict: verdict = s")
        for place in range(len(scored)):
            bit = 1 << (first + place)
            self._add(f"    if not l{place}:")
            self._add(f"        if h{place}: waiting |= {bit}")
            self._add(f"        else: failed |= {bit}")

    def _enough(self, end: str, groups: Mapping[str, Decimal]) -> str:
        tests = ""
        for name, least in groups.items():
            places = [
                place for place, criterion in enumerate(self.standard.scored) if criterion.group == name
            ]
            tests += f" and {_sum(end, places)} >= {_points(least)}"
        return tests

    def _add(self, statement: str) -> None:
        self.body.append(statement)

    def _text(self) -> Iterator[str]:
        yield "def assess_rows(rows):"
        yield f"    for ref, {', '.join(column.name for column in self.columns)} in rows:"
        yield from (f"        {statement}" for statement in self.body)
        yield "        yield ref, verdict, low, possible, failed, waiting"


def _three(unknown: str, test: str) -> str:
    return f"{MISSING} if {unknown} else {MET} if {test} else {NOT_MET}"


def _compare(line: Line, value: str, at: Decimal) -> str:
    return f"{value} {SIGNS[line.side]} {_points(at)}"


def _joined(function: str, verdicts: list[str]) -> str:
    return verdicts[0] if len(verdicts) == 1 else f"{function}({', '.join(verdicts)})"


def _ladder(points: list[str], tests: list[str]) -> str:
    return " else ".join(f"{worth} if {test}" for worth, test in zip(points, tests, strict=True)) + " else 0"


def _sum(end: str, places: "range | list[int]") -> str:
    return " + ".join(f"{end}{place}" for place in places)


def _points(number: Decimal) -> str:
    """A number as Python writes it."""
    return str(int(number)) if number == int(number) else f"Decimal('{number}')"
