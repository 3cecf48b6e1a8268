"""Read a tier standard from TOML into a Standard. policies/documents/standards/ shows every key."""

import re
import tomllib
from datetime import date
from decimal import Decimal
from itertools import pairwise

from policies.engine.loader import parameter_of
from policies.engine.reading import PolicyError, Table, unique, unknown_of
from policies.engine.standards import criteria, terms
from policies.engine.standards.sizes import GRADES, MEASURES, Industry, SizeTable
from policies.engine.standards.values import (
    KINDS,
    SCORE,
    TIERS,
    Applies,
    Criterion,
    DirectRoute,
    EquityRule,
    IpRule,
    Override,
    PassLine,
    Standard,
)
from policies.engine.values import Parameter

__all__ = ["PolicyError", "parse_standard"]


def parse_standard(text: str) -> Standard:
    """The document as a frozen value. PolicyError says which entry is wrong and how to mend it."""
    try:
        root = Table(tomllib.loads(text, parse_float=Decimal), "文件")
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"文件不是正确的 TOML：{error}。请按所指的行和列修改。") from error
    parameters = _parameters(root)
    tier = root.choice("tier", TIERS)
    of_sizes = tier == "company_size"
    standard = Standard(
        slug=_slug(root),
        revision=root.whole("revision", default=1),
        tier=tier,
        number=root.text("number"),
        title=root.text("title"),
        applies=_periods(root, parameters),
        parameters=parameters,
        gates=() if of_sizes else _gates(root),
        scored=tuple(s for t in _optional(root, "scored", "评分项") for s in criteria.scored_of(t)),
        routes=tuple(_route(table) for table in _optional(root, "route", "直通条件")),
        overrides=tuple(_override(table) for table in _optional(root, "override", "例外")),
        pass_line=_pass_line(root) if root.has("pass") else None,
        ip=_ip(root.table("ip")) if root.has("ip") else None,
        equity=_equity(root.table("equity")) if root.has("equity") else None,
        procedure=None if of_sizes else terms.procedure_of(root.table("procedure")),
        entry=terms.entry_of(root.table("entry")) if root.has("entry") else None,
        sizes=_sizes(root.tables("industry", "行业")) if of_sizes else None,
    )
    root.finish()
    _check(standard)
    return standard


def _slug(root: Table) -> str:
    slug = root.text("slug")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug, re.ASCII):
        raise root.error("slug", f"用小写字母、数字和短横，如 miit-63-innovative，实为 {slug!r}")
    return slug


def _optional(root: Table, key: str, name: str) -> list[Table]:
    return root.tables(key, name) if root.has(key) else []


def _parameters(root: Table) -> dict[str, Parameter]:
    tables = _optional(root, "parameter", "参数")
    unique((table.text("id") for table in tables), "参数")
    return {table.text("id"): parameter_of(table, None) for table in tables}


# ---- the periods ----------------------------------------------------------------------------------------
def _periods(root: Table, parameters: dict[str, Parameter]) -> tuple[Applies, ...]:
    found = []
    for table in root.tables("applies", "适用期"):
        period = _period(table)
        wanted = _when(table, parameters)
        table.finish()
        if wanted:
            found.append(period)
    for kind in KINDS:
        spans = sorted((p for p in found if p.kind == kind), key=lambda p: p.since)
        for one, other in pairwise(spans):
            if one.until is None or other.since <= one.until:
                raise PolicyError(f"适用期：{kind} 的两段 {one.since} 和 {other.since} 重叠，请核对起止日期")
    if not found:
        raise PolicyError("适用期：按现在的参数没有一段适用期，请核对 when")
    return tuple(found)


def _period(table: Table) -> Applies:
    since, until = _span(table)
    if since is None:
        raise table.error("from", "缺少这一项，请补上")
    return Applies(table.choice("kind", KINDS), since, until)


def _span(table: Table) -> tuple[date | None, date | None]:
    since = table.day("from") if table.has("from") else None
    until = table.day("until") if table.has("until") else None
    if since and until and until < since:
        raise table.error("until", f"{until} 早于 from {since}，请核对两个日期")
    return since, until


def _when(table: Table, parameters: dict[str, Parameter]) -> bool:
    """An entry with `when` counts only while its parameters have those answers."""
    if not table.has("when"):
        return True
    asked = table.table("when")
    held = True
    for name in asked.values:
        if name not in parameters:
            raise asked.error(name, f"没有参数 {name}，请补上 [[parameter]]")
        held &= asked.choice(name, parameters[name].options) == parameters[name].value
    return held


# ---- gates, routes, overrides ---------------------------------------------------------------------------
def _gates(root: Table) -> tuple[Criterion, ...]:
    return tuple(criteria.gate_of(table) for table in root.tables("gate", "条件"))


def _route(table: Table) -> DirectRoute:
    replaces, name = table.texts("replaces"), table.text("replaces_name")
    return DirectRoute(criterion=criteria.gate_of(table), replaces=replaces, replaces_name=name)


def _override(table: Table) -> Override:
    since, until = _span(table)
    found = Override(
        id=table.text("id"),
        kinds=criteria.kinds_of(table),
        since=since,
        until=until,
        adds=table.texts("adds", ()),
        waives=table.texts("waives", ()),
        cite=table.text("cite"),
        gist=table.text("gist"),
    )
    table.finish()
    return found


# ---- what counts, the pass line, sizes ------------------------------------------------------------------
def _ip(table: Table) -> IpRule:
    second = table.table("class_two")
    rule = IpRule(
        class_one=frozenset(table.texts("class_one")),
        class_two={kind: criteria.natural(second, kind) for kind in second.values},
        assigned_counts=table.flag("assigned_counts"),
        assigned_years=criteria.natural(table, "assigned_years", 0),
        holder_rank_most=criteria.natural(table, "holder_rank_most", 0),
        high_value_years=criteria.natural(table, "high_value_years", 0),
        cite=table.text("cite"),
        gist=table.text("gist"),
    )
    table.finish()
    return rule


def _equity(table: Table) -> EquityRule:
    rule = EquityRule(share_most=table.number("share_most"), cite=table.text("cite"), gist=table.text("gist"))
    table.finish()
    return rule


def _pass_line(root: Table) -> PassLine:
    table = root.table("pass")
    groups = table.table("groups") if table.has("groups") else None
    line = PassLine(
        total=table.number("total"),
        groups={name: groups.number(name) for name in groups.values} if groups else {},
        cite=table.text("cite"),
        gist=table.text("gist"),
    )
    table.finish()
    return line


def _sizes(tables: list[Table]) -> SizeTable:
    industries = []
    for table in tables:
        limits = {grade: table.table(grade) for grade in GRADES}
        for grade, limit in limits.items():
            if unknown := unknown_of(limit.values, MEASURES):
                raise table.error(grade, f"没有指标 {unknown}，可写：{'、'.join(MEASURES)}")
        industry = Industry(
            name=table.text("name"),
            codes=table.texts("codes"),
            limits={
                grade: {measure: limit.number(measure) for measure in limit.values}
                for grade, limit in limits.items()
            },
            cite=table.text("cite"),
        )
        table.finish()
        industries.append(industry)
    unique((code for industry in industries for code in industry.codes), "行业代码")
    return SizeTable(tuple(industries), {code: one for one in industries for code in one.codes})


# ---- the whole ------------------------------------------------------------------------------------------
def _check(standard: Standard) -> None:
    """What hangs together: names that must exist, groups that must be scored."""
    unique((criterion.key for criterion in standard.criteria()), "条件的 key")
    gates = {gate.key for gate in standard.gates}
    targets = gates | ({SCORE} if standard.pass_line else set())
    for route in standard.routes:
        if unknown := unknown_of(route.replaces, targets):
            raise PolicyError(f"直通条件 {route.criterion.key} 的 replaces：没有 {unknown}，请核对")
    for override in standard.overrides:
        if unknown := unknown_of((*override.adds, *override.waives), gates):
            raise PolicyError(f"例外 {override.id}：没有条件 {unknown}，请核对 adds 和 waives")
    _check_scores(standard)
    for criterion in standard.criteria():
        _check_rules(standard, criterion)


def _check_scores(standard: Standard) -> None:
    if bool(standard.pass_line) != bool(standard.scored):
        raise PolicyError("评分项和 [pass] 要么都有，要么都没有，请补上或删去")
    if standard.pass_line:
        groups = {criterion.group for criterion in standard.scored}
        if unknown := unknown_of(standard.pass_line.groups, groups):
            raise PolicyError(f"pass 的 groups：没有评分组 {unknown}，请核对")


def _check_rules(standard: Standard, criterion: Criterion) -> None:
    used = {line.indicator for line in criterion.lines()}
    if "ip" in used and standard.ip is None:
        raise PolicyError(f"条件 {criterion.key}：用到知识产权，请写 [ip] 说明怎样计数")
    if "equity" in used and standard.equity is None:
        raise PolicyError(f"条件 {criterion.key}：用到股权融资，请写 [equity] 说明怎样计数")
