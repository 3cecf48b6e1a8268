"""Put a stored result into sentences: what was checked, by which clause, and how the money came about."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from policies.engine.determine import value
from policies.engine.reasons import Reason, reason_label
from policies.engine.results import Claim, Mark, Outcome, Result
from policies.engine.sentences import CONDITIONS, ENDS, SENTENCES, Condition
from policies.engine.values import Item, Policy, cents

NOTES = frozenset({Reason.LABEL_YEAR, Reason.PLATFORM_IMPLIED})
HOLDS = frozenset(
    {
        Reason.RETURNED,
        Reason.REVOKED,
        Reason.WINDOW_PARTLY,
        Reason.WINDOW_UNKNOWN,
        Reason.VALIDITY_UNKNOWN,
        Reason.AFTER_EXPIRY,
        Reason.SUBSIDY_OVERLAP,
    }
)
FACTOR = Decimal("0.000001")


class Step(NamedTuple):
    passed: bool | None  # None: a note, or for a person to judge
    text: str
    cite: str = ""


class Explanation(NamedTuple):
    steps: tuple[Step, ...]
    conclusion: str
    arithmetic: str  # "" when nothing was worked out


def explain(result: Result, policy: Policy, *, winner_worth: Decimal | None = None) -> Explanation:
    """The working of one result. `winner_worth`: what the winner of 就高 is worth, when the caller knows."""
    item = policy.items[result.claim.item]
    fields = _fields(result, item, policy, winner_worth)
    return Explanation(
        tuple(_steps(result, item, policy, fields)), _conclusion(result, fields), _arithmetic(result, item)
    )


def explain_all(results: Sequence[Result], policy: Policy) -> list[Explanation]:
    """The working of all results of one entity and year: losers name their winner with its money."""
    worth = {result.claim.key: result.worth for result in results}
    return [explain(result, policy, winner_worth=worth.get(result.absorbed_by)) for result in results]


def _steps(result: Result, item: Item, policy: Policy, fields: Mapping[str, str]) -> Iterator[Step]:
    reasons = result.reasons
    cites = {
        "item": f"{policy.number} {item.cite}",
        "validity": f"{policy.number} {policy.validity_cite}",
        "": "",
    }
    once = Reason.DECIDED_BEFORE if Reason.DECIDED_BEFORE in reasons else Reason.GRANTED_BEFORE
    if once in reasons:
        yield Step(False, SENTENCES[once].format_map(fields), cites["item"])
        return
    for condition in CONDITIONS[item.event]:
        step = _step(condition, reasons, fields, cites[condition.source])
        yield step
        if ENDS.intersection(condition.codes) and step.passed is False:
            break
    if Reason.LABEL_YEAR in reasons:
        yield Step(None, SENTENCES[Reason.LABEL_YEAR].format_map(fields))
    if Reason.BELOW_CENT in reasons:
        yield Step(False, SENTENCES[Reason.BELOW_CENT].format_map(fields), cites["item"])
    # Not chosen is not the same as not entitled: a loser of 就高 fails no condition.
    for code, passed in ((Reason.HIGHER_AWARD, None), (Reason.TOP_UP, True)):
        if code in reasons:
            yield Step(passed, SENTENCES[code].format_map(fields), f"{policy.number} {policy.pool.cite}")


def _step(condition: Condition, reasons: tuple[str, ...], fields: Mapping[str, str], cite: str) -> Step:
    for code in condition.codes:
        if code in reasons:
            passed = None if code in HOLDS or code in NOTES else False
            return Step(passed, SENTENCES[code].format_map(fields), cite)
    return Step(True, condition.holds.format_map(fields), cite)


def _conclusion(result: Result, fields: Mapping[str, str]) -> str:
    if result.outcome is Outcome.GRANTED:
        text = "补足差额，给予" if Reason.TOP_UP in result.reasons else "给予"
        return f"{text} {yuan(result.amount)} 元"
    if result.outcome is Outcome.ABSORBED:
        return SENTENCES[Reason.HIGHER_AWARD].format_map(fields)
    word = "待定" if result.outcome is Outcome.HELD else "不符合"
    labels = "、".join(reason_label(code) for code in result.reasons if code not in NOTES)
    return f"{word}：{labels}"


def _fields(result: Result, item: Item, policy: Policy, winner_worth: Decimal | None) -> dict[str, str]:
    claim = result.claim
    return {
        "on": str(claim.on),
        "valid_from": str(policy.valid_from),
        "valid_until": str(policy.valid_until),
        "outside_period": (
            f"早于政策施行日 {policy.valid_from}"
            if claim.on < policy.valid_from
            else f"晚于政策到期日 {policy.valid_until}"
        ),
        "outside_city": "现由外市管理" if Mark.MOVED in claim.marks else "称号在外市取得",
        "first": (
            "原称号已失效，按本政策口径可再次奖励" if Mark.LAPSED in claim.marks else "首次取得这一级称号"
        ),
        "earlier_on": str(claim.earlier_on or ""),
        "label_year": str(claim.label_year),
        "grade": claim.grade,
        "grades": "、".join(item.grades),
        "titles_name": item.titles_name,
        "window": f"{claim.invested_from or '不明'} 至 {claim.invested_until or '不明'}",
        "held": _periods(claim),
        "base": yuan(claim.amount),
        "above": yuan(item.above),
        "already": yuan(result.worth - result.amount),
        "paid": yuan(result.amount),
        "winner": _winner(result, policy, winner_worth),
    }


def _periods(claim: Claim) -> str:
    return "、".join(f"{start} 至 {until}" for start, until in claim.held)


def _winner(result: Result, policy: Policy, worth: Decimal | None) -> str:
    """The winner in words: its id, its name, and its money when known."""
    item = policy.items.get(result.absorbed_by.partition("@")[0])
    if item is None:
        return result.absorbed_by
    if worth is None and item.amount and not item.ceiling:
        worth = item.amount
    return f"{item.id} {item.name}" + (f" {yuan(worth)} 元" if worth is not None else "")


def _arithmetic(result: Result, item: Item) -> str:
    """How the worth came about, and what was left of it in a top-up."""
    claim, _, worth, amount, *_ = result
    if not worth:
        return ""
    full = value(claim, item)
    if item.rate:
        text = f"{yuan(claim.amount)} 元 × {percent(item.rate)} = {yuan(cents(claim.amount * item.rate))} 元"
        if item.cap and claim.amount * item.rate > item.cap:
            text += f"，按上限 {yuan(item.cap)} 元"
    elif item.grades:
        text = f"{claim.grade}定额 {yuan(full)} 元"
    else:
        text = f"{'上限' if item.ceiling else '定额'} {yuan(full)} 元"
    if worth != full:
        factor = (worth / full).quantize(FACTOR).normalize()
        text += f"；{yuan(full)} 元 × 核定系数 {factor:f} = {yuan(worth)} 元"
    if Reason.TOP_UP in result.reasons:
        text += f"；{yuan(worth)} 元 − 已决定 {yuan(worth - amount)} 元 = {yuan(amount)} 元"
    return text


def yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"
