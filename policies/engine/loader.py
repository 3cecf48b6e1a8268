"""Read an award document from TOML into a Policy. policies/documents/ shows every key."""

import re
import tomllib
from datetime import date
from decimal import Decimal

from policies.engine.reading import PolicyError, Table, unique, unknown_of
from policies.engine.values import TITLES, ZERO, Event, Item, Parameter, Policy, Pool, Reading

__all__ = ["PolicyError", "parse"]

# Every reading the engine can follow. A document must answer those that its items raise.
QUESTIONS = {
    "declaration_year": ("document_year",),
    "first_recognition": ("ever", "within_policy"),
    "review_as_recognition": ("no", "yes"),
    "after_lapse": ("hold", "refuse", "grant"),
    "same_year_topup": ("yes", "no"),
    "cross_year": ("full",),
    "absorbed_items": ("forfeit",),
}
QUESTIONS_OF_EVENT: dict[Event, dict[str, tuple[str, ...]]] = {
    Event.TITLE: {},
    Event.SUBSIDY: {
        "match_base": ("allocated",),
        "partly_covered": ("hold", "refuse"),
        "allocated_after_expiry": ("hold", "refuse"),
    },
    Event.ASSESSMENT: {"assessment_title": ("implied", "required")},
    Event.INVESTMENT: {"partly_covered": ("hold", "refuse")},
}


def parse(text: str) -> Policy:
    """The document as a frozen value. PolicyError says which entry is wrong and how to mend it."""
    try:
        root = Table(tomllib.loads(text, parse_float=Decimal), "文件")
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"文件不是正确的 TOML：{error}。请按所指的行和列修改。") from error
    pool = root.table("pool")
    tie_order = pool.texts("tie_order")
    items = _items(root.tables("item", "奖励项"), tie_order)
    period = _period(root)
    parameters = _parameters(root.tables("parameter", "参数"), items)
    policy = _policy(root, period, items, _pool(pool, tie_order, items, parameters), parameters)
    root.finish()
    return policy


def _policy(
    root: Table,
    period: tuple[date, date],
    items: dict[str, Item],
    pool: Pool,
    parameters: dict[str, Parameter],
) -> Policy:
    def answer(question: str) -> str:
        return parameters[question].value if question in parameters else ""

    validity = root.table("validity")
    policy = Policy(
        slug=_matching(root, "slug", r"[a-z0-9]+(-[a-z0-9]+)*", "用小写字母、数字和短横，如 city-2022-8"),
        revision=root.whole("revision", default=1),
        city_code=_matching(root, "city_code", r"\d{4}00", "写市的六位行政区划代码，如 410000"),
        number=root.text("number"),
        title=root.text("title"),
        valid_from=period[0],
        valid_until=period[1],
        validity_cite=validity.text("cite"),
        validity_gist=validity.text("gist"),
        items=items,
        pool=pool,
        parameters=parameters,
        title_items={item.title: item.id for item in items.values() if item.event is Event.TITLE},
        subsidy_item=_only(items, Event.SUBSIDY),
        assessment_item=_only(items, Event.ASSESSMENT),
        investment_item=_only(items, Event.INVESTMENT),
        first_since=period[0] if answer("first_recognition") == "within_policy" else None,
        review_counts=answer("review_as_recognition") == "yes",
        top_up=answer("same_year_topup") == "yes",
        after_lapse=answer("after_lapse"),
        holds_late_allocations=answer("allocated_after_expiry") == "hold",
        holds_partly_covered=answer("partly_covered") == "hold",
        implies_platform=answer("assessment_title") == "implied",
    )
    validity.finish()
    return policy


def _matching(table: Table, key: str, pattern: str, advice: str) -> str:
    value = table.text(key)
    if not re.fullmatch(pattern, value, re.ASCII):
        raise table.error(key, f"{advice}，实为 {value!r}")
    return value


def _period(root: Table) -> tuple[date, date]:
    start, until = root.day("valid_from"), root.day("valid_until")
    if until < start:
        raise root.error("valid_until", f"{until} 早于 valid_from {start}，请核对两个日期")
    return start, until


# ---- items ----------------------------------------------------------------------------------------------
def _items(tables: list[Table], tie_order: tuple[str, ...]) -> dict[str, Item]:
    ids = [table.text("id") for table in tables]
    unique(ids, "奖励项编号")
    if missing := unknown_of(ids, tie_order):
        raise PolicyError(f"pool 的 tie_order：缺少 {missing}，并列时要按它排先后，请补上")
    if unknown := unknown_of(tie_order, ids):
        raise PolicyError(f"pool 的 tie_order：没有奖励项 {unknown}，请核对编号")
    items = {item.id: item for item in (_item(table, tie_order) for table in tables)}
    unique((item.title for item in items.values() if item.title), "奖励项的称号")
    return items


def _item(table: Table, tie_order: tuple[str, ...]) -> Item:
    event = Event(table.choice("event", [e.value for e in Event]))
    amount, rate, grades = _formula(table, event)
    item_id = table.text("id")
    item = Item(
        id=item_id,
        name=table.text("name"),
        event=event,
        cite=table.text("cite"),
        gist=table.text("gist"),
        order=tie_order.index(item_id),
        once=table.flag("once"),
        ceiling=table.flag("ceiling"),
        title=table.choice("title", sorted(TITLES)) if event is Event.TITLE else "",
        titles=_titles(table, "titles", needed=event is not Event.TITLE),
        titles_name=table.text("titles_name") if event is not Event.TITLE else "",
        barred_titles=_titles(table, "barred_titles", needed=False),
        amount=amount,
        rate=rate,
        grades=grades,
        above=table.yuan("above", ZERO) if rate else ZERO,
        cap=table.yuan("cap", ZERO) if rate else ZERO,
        not_with_subsidy=table.flag("not_with_subsidy") if event is Event.INVESTMENT else False,
    )
    table.finish()
    return item


def _formula(table: Table, event: Event) -> tuple[Decimal, Decimal, dict[str, Decimal]]:
    """(amount, rate, grades): the one that fits the event, the others empty."""
    if event is Event.TITLE:
        return table.yuan("amount"), ZERO, {}
    if event is Event.ASSESSMENT:
        grades = table.table("grades")
        amounts = {grade: grades.yuan(grade) for grade in grades.values}
        if not amounts:
            raise table.error("grades", "至少写一个等次和金额")
        return ZERO, ZERO, amounts
    rate = table.number("rate")
    if rate > 1:
        raise table.error("rate", f"比例写成小数，百分之七写 0.07，实为 {rate}")
    return ZERO, rate, {}


def _titles(table: Table, key: str, *, needed: bool) -> frozenset[str]:
    titles = table.texts(key, None if needed else ())
    if unknown := unknown_of(titles, TITLES):
        raise table.error(key, f"没有称号 {unknown}，可写：{'、'.join(sorted(TITLES))}")
    return frozenset(titles)


def _only(items: dict[str, Item], event: Event) -> Item | None:
    found = [item for item in items.values() if item.event is event]
    if len(found) > 1:
        raise PolicyError(f"奖励项 {'、'.join(i.id for i in found)} 都由 {event} 触发，只能有一个")
    return found[0] if found else None


# ---- parameters and pool --------------------------------------------------------------------------------
def _parameters(tables: list[Table], items: dict[str, Item]) -> dict[str, Parameter]:
    asked: dict[str, tuple[str, ...]] = dict(QUESTIONS)
    for item in items.values():
        asked |= QUESTIONS_OF_EVENT[item.event]
    ids = [table.text("id") for table in tables]
    unique(ids, "参数")
    if missing := unknown_of(asked, ids):
        raise PolicyError(f"缺少参数 {missing}：政策没有写明的口径要写成 [[parameter]]，请补上")
    parameters = {}
    for table in tables:
        name = table.text("id")
        if name not in (*asked, "pool"):
            raise table.error("id", f"没有这个参数，可写：{'、'.join((*asked, 'pool'))}")
        parameters[name] = parameter_of(table, asked.get(name))
    return parameters


def parameter_of(table: Table, known: tuple[str, ...] | None) -> Parameter:
    options = table.table("options")
    meanings = {option: options.text(option) for option in options.values}
    if known and (unknown := unknown_of(meanings, known)):
        raise table.error("options", f"不支持 {unknown}，可写：{'、'.join(known)}")
    default = table.choice("default", meanings)
    parameter = Parameter(
        id=table.text("id"),
        question=table.text("question"),
        options=meanings,
        default=default,
        value=table.choice("value", meanings, default),
        since=table.day("since"),
        decided_by=table.text("decided_by"),
    )
    table.finish()
    return parameter


def _pool(
    table: Table, tie_order: tuple[str, ...], items: dict[str, Item], parameters: dict[str, Parameter]
) -> Pool:
    if "pool" not in parameters:
        raise PolicyError("缺少参数 pool：哪些奖励项参加就高，要写成两种口径，请补上")
    readings = table.table("readings")
    meanings = parameters["pool"].options
    if len(meanings) != 2 or set(meanings) != set(readings.values):
        raise PolicyError("pool 的 readings：应与参数 pool 的 options 同名，正好两种口径")
    found = {}
    for name in readings.values:
        named = readings.texts(name)
        if unknown := unknown_of(named, items):
            raise readings.error(name, f"没有奖励项 {unknown}，请核对编号")
        found[name] = Reading(id=name, meaning=meanings[name], items=frozenset(named))
    chosen = found.pop(parameters["pool"].value)
    other = found.popitem()[1]
    pool = Pool(
        cite=table.text("cite"),
        gist=table.text("gist"),
        tie_order=tie_order,
        reading=chosen,
        other=other,
        disputed=chosen.items ^ other.items,
    )
    table.finish()
    return pool
