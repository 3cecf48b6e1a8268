"""Read gates, scored criteria and the lines in them from a standard's document."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from policies.engine.reading import Table, unknown_of
from policies.engine.standards.indicators import INDICATORS, name_of, unit_of
from policies.engine.standards.profile import PROFILE_NAMES
from policies.engine.standards.values import (
    HELD_TITLES,
    KINDS,
    Args,
    Band,
    Condition,
    Criterion,
    Line,
    Side,
)
from policies.engine.standards.words import line_words, plain, side_words, spaced

OVERS = ("each", "any", "sum", "mean")
LISTS = ("kinds", "levels", "titles")
WHOLES = ("years", "within_years", "rank_most")
FLAGS = ("valid", "leading", "self_developed", "high_value", "applied")


def natural(table: Table, key: str, default: int | None = None) -> int:
    """A whole number, 0 allowed."""
    if default is not None and not table.has(key):
        return default
    value = table.take(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise table.error(key, f"应是不小于 0 的整数，实为 {value!r}")
    return value


def number(table: Table, key: str, value: Any) -> Decimal:
    """A number of the document, 0 allowed: growth has a line at 0."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise table.error(key, f"应是不带引号的数字，实为 {value!r}")
    found = Decimal(value)
    if not found.is_finite() or found < 0:
        raise table.error(key, f"不能小于 0，实为 {value}")
    return found


def kinds_of(table: Table) -> tuple[str, ...]:
    kinds = table.texts("kinds", KINDS)
    if unknown := unknown_of(kinds, KINDS):
        raise table.error("kinds", f"没有申报类型 {unknown}，可写：{'、'.join(KINDS)}")
    return kinds


# ---- lines ----------------------------------------------------------------------------------------------
def _args(table: Table, indicator: str) -> Args:
    accepts = INDICATORS[indicator].accepts
    found: dict[str, Any] = {}
    for key in ("over", "field", "values", *LISTS, *WHOLES, *FLAGS):
        name = "of" if key == "kinds" else key  # `kinds` are those of the case
        if not table.has(name):
            continue
        if key not in accepts:
            raise table.error(name, f"指标 {indicator} 没有这一项，请删去")
        found[key] = _arg(table, indicator, key, name)
    if ("years" in found) != ("over" in found):
        raise table.error("over", f"years 和 over 要一起写，over 可写：{'、'.join(OVERS)}")
    if ("field" in accepts) and found.get("field") not in _fields(found):
        raise table.error(
            "field", f"没有资料项 {found.get('field')!r}，可写：{'、'.join(sorted(PROFILE_NAMES))}"
        )
    return Args(**found)


def _fields(found: dict[str, Any]) -> set[str]:
    local = {found["field"]} if str(found.get("field", "")).startswith("local_feature_") else set()
    return set(PROFILE_NAMES) | local


def _arg(table: Table, indicator: str, key: str, name: str) -> Any:
    if key == "over":
        return table.choice(name, OVERS)
    if key == "field":
        return table.text(name)
    if key == "values":
        return _answers(table, name)
    if key in WHOLES:
        return table.whole(name, default=1)
    if key in FLAGS:
        return table.flag(name)
    named = table.texts(name)
    if key == "kinds" and indicator == "ip" and named not in (("class_one",), ("class_two",)):
        raise table.error(name, '写 ["class_one"]（Ⅰ类）或 ["class_two"]（Ⅱ类）')
    if key == "titles" and (unknown := unknown_of(named, HELD_TITLES)):
        raise table.error(name, f"没有称号 {unknown}，可写：{'、'.join(sorted(HELD_TITLES))}")
    return named


def _answers(table: Table, name: str) -> tuple[str | bool, ...]:
    value = table.take(name)
    if not isinstance(value, list) or not value or not all(isinstance(v, str | bool) for v in value):
        raise table.error(name, f'应是答案的列表，如 {name} = [true] 或 ["A"]，实为 {value!r}')
    return tuple(value)


def _side(table: Table) -> Side:
    given = [side for side in Side if table.has(side)]
    if len(given) != 1:
        raise table.error("", f"写且只写一个：{'、'.join(Side)}")
    return given[0]


def _line(table: Table) -> Line:
    """One line out of the keys of a table; `answer` needs no number, `values` says it all."""
    indicator = table.choice("indicator", INDICATORS)
    args = _args(table, indicator)
    if indicator == "answer":
        return Line(indicator, args, Side.AT_LEAST, Decimal(1))
    side = _side(table)
    if args.over in ("each", "any") and side is not Side.AT_LEAST:
        raise table.error("over", "each 和 any 只能与 at_least 一起用")
    return Line(indicator, args, side, number(table, side, table.take(side)))


def _condition(table: Table) -> Condition:
    """`any` is a list of alternatives, each a list of lines; without it the table itself is the one line."""
    if not table.has("any"):
        return ((_line(table),),)
    value = table.take("any")
    if not isinstance(value, list) or not value or not all(isinstance(v, list) and v for v in value):
        raise table.error("any", "应是列表的列表：外层任一组够即可，每组里各条都要够")
    return tuple(tuple(_inner(table, line) for line in lines) for lines in value)


def _inner(table: Table, value: object) -> Line:
    inner = Table(value, f"{table.where} 的 any")
    line = _line(inner)
    inner.finish()
    return line


# ---- words ----------------------------------------------------------------------------------------------
def _line_needed(line: Line, *, named: bool) -> str:
    words = side_words(line.side, line.at, unit_of(line))
    return f"{name_of(line.indicator, line.args)} {words}" if named else words


def _needed(condition: Condition) -> str:
    named = len(condition) > 1 or len(condition[0]) > 1
    return "，或".join("、".join(_line_needed(line, named=named) for line in lines) for lines in condition)


def _bands_needed(bands: tuple[Band, ...]) -> str:
    return "；".join(f"{spaced(band.name)}得 {plain(band.points)} 分" for band in bands)


# ---- criteria -------------------------------------------------------------------------------------------
def _told(table: Table) -> dict[str, Any]:
    return {
        "key": table.text("key"),
        "name": table.text("name"),
        "cite": table.text("cite"),
        "gist": table.text("gist"),
    }


def gate_of(table: Table) -> Criterion:
    """A condition that must hold, also that of a direct route."""
    table.where = f"{table.where.split()[0]} {table.values.get('key', table.where.split()[-1])}"
    condition = _condition(table)
    if any(line.indicator == "answer" for lines in condition for line in lines) and not table.has("needed"):
        raise table.error("needed", "这一条比的是答案，不是数字，请写明要求是什么")
    gate = Criterion(
        **_told(table),
        group=table.text("group", "") if table.has("group") else "",
        needed=table.text("needed") if table.has("needed") else _needed(condition),
        condition=condition,
        judged=table.flag("judged"),
        kinds=kinds_of(table),
    )
    table.finish()
    return gate


def scored_of(table: Table) -> tuple[Criterion, ...]:
    """A scored criterion; one that the province fills in becomes as many as it has rows."""
    table.where = f"{table.where.split()[0]} {table.values.get('key', table.where.split()[-1])}"
    told = {**_told(table), "group": table.text("group")}
    if table.has("rows"):
        return _local(table, told)
    bands = _named_bands(table) if table.has("bands") else _number_bands(table)
    for one, other in pairwise(bands):
        if one.points <= other.points:
            raise table.error("bands", "各档按分数从高到低写，分数不能相同")
    table.finish()
    return (Criterion(**told, needed=_bands_needed(bands), bands=bands, most=bands[0].points),)


def _number_bands(table: Table) -> tuple[Band, ...]:
    """at_least = [[0.4, 20], [0.2, 15]]: the number and its points, best first."""
    indicator = table.choice("indicator", INDICATORS)
    args, side = _args(table, indicator), _side(table)
    value = table.take(side)
    if (
        not isinstance(value, list)
        or not value
        or not all(isinstance(v, list) and len(v) == 2 for v in value)
    ):
        raise table.error(side, f"应是 [数字, 分数] 的列表，如 {side} = [[0.4, 20], [0.2, 15]]")
    unit = unit_of(Line(indicator, args, side, Decimal(0)))
    ats = [number(table, side, at) for at, _ in value]
    if ats != sorted(set(ats), reverse=side is Side.AT_LEAST):
        raise table.error(side, "各档从最好的写起，数字不能重复")
    return tuple(
        Band(
            number(table, side, points),
            _band_name(side, at, ats[place - 1] if place else None, unit),
            ((Line(indicator, args, side, at),),),
        )
        for place, (at, (_, points)) in enumerate(zip(ats, value, strict=True))
    )


def _band_name(side: Side, at: Decimal, better: Decimal | None, unit: str) -> str:
    if better is None:
        return side_words(side, at, unit)
    if side is Side.AT_LEAST:
        return f"{side_words(side, at, unit)}、不足 {line_words(better, unit)}"
    return f"超过 {line_words(better, unit)}、{side_words(side, at, unit)}"


def _named_bands(table: Table) -> tuple[Band, ...]:
    value = table.take("bands")
    if not isinstance(value, list) or not value:
        raise table.error("bands", "应是档次的列表")
    bands = []
    for place, one in enumerate(value, start=1):
        inner = Table(one, f"{table.where} 的第 {place} 档")
        points, condition = number(inner, "points", inner.take("points")), _condition(inner)
        bands.append(Band(points, inner.text("name") if inner.has("name") else _needed(condition), condition))
        inner.finish()
    return tuple(bands)


def _local(table: Table, told: dict[str, Any]) -> tuple[Criterion, ...]:
    """Rows that the province fills in, each {name, options}: what was not yet filled in stays open points."""
    most, question, rows = table.number("most"), table.text("question"), table.take("rows")
    table.finish()
    if not isinstance(rows, list):
        raise table.error("rows", "应是指标的列表，没有定的写 []")
    if not rows:
        return (Criterion(**told, needed=f"最高 {plain(most)} 分", most=most, question=question),)
    found = []
    for place, row in enumerate(rows, start=1):
        inner = Table(row, f"{table.where} 的第 {place} 行")
        field = f"{told['key']}_{place}"
        options = inner.table("options")
        points = {answer: number(options, answer, options.take(answer)) for answer in options.values}
        bands = tuple(
            Band(
                worth,
                answer,
                ((Line("answer", Args(field=field, values=(answer,)), Side.AT_LEAST, Decimal(1)),),),
            )
            for answer, worth in sorted(points.items(), key=lambda pair: -pair[1])
            if worth
        )
        told_row = {**told, "key": field, "name": inner.text("name")}
        found.append(Criterion(**told_row, needed=_bands_needed(bands), bands=bands, most=bands[0].points))
        inner.finish()
    if sum(criterion.most for criterion in found) != most:
        raise table.error("rows", f"各行的最高分合计应是 {plain(most)} 分，请核对")
    return tuple(found)
