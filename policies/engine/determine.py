"""Judge each claim by its item's conditions, then let the pool settle who is paid."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from policies.engine.pool import settle
from policies.engine.reasons import Reason
from policies.engine.results import Claim, Decided, Mark, Outcome, Result
from policies.engine.values import ZERO, Event, Item, Policy, cents

Factors = Mapping[str, Decimal]
NO_FACTORS: Factors = MappingProxyType({})
ENTITLED = (Reason.ENTITLED,)
GRANTED = Outcome.GRANTED
TITLE = Event.TITLE
SUBSIDY = Event.SUBSIDY
NEW_RESULT = tuple.__new__  # a third of the time of Result(…), and there are millions


class Verdict(NamedTuple):
    """Reason codes found so far. Any refusal makes a claim ineligible, else any hold holds it."""

    refused: list[str]
    held: list[str]
    notes: list[str]


def determine(
    claims: Sequence[Claim], policy: Policy, *, factors: Factors = NO_FACTORS, decided: Sequence[Decided] = ()
) -> list[Result]:
    """The results of one entity and year, in the order of `claims` (all of that year together).

    `factors`: item id → approved share of an "at most" amount, above 0 and at most 1.
    `decided`: frozen rows; what they paid is never paid again, a later higher award tops up.
    Raises ValueError for a factor that the document does not allow.
    """
    if factors:
        check_factors(factors, policy)
    items = policy.items
    results = [judge(claim, items[claim.item], policy, factors) for claim in claims]
    if decided:
        results = [_refuse_decided(result, items[result.claim.item], decided) for result in results]
    elif len(results) == 1:
        return results
    return settle(results, policy, decided)


def check_factors(factors: Factors, policy: Policy) -> None:
    """Refuse a factor for an unknown item, a fixed amount, or outside 0 < factor ≤ 1."""
    for item_id, factor in factors.items():
        item = policy.items.get(item_id)
        if item is None or not item.ceiling:
            raise ValueError(f"{item_id}：本政策没有这个按上限核定的奖励项，不能设核定系数")
        if not ZERO < factor <= 1:
            raise ValueError(f"{item_id}：核定系数 {factor} 应大于 0 且不超过 1")


def judge(claim: Claim, item: Item, policy: Policy, factors: Factors = NO_FACTORS) -> Result:
    """One claim by itself: granted (as if alone), ineligible or held."""
    if not claim.marks and policy.valid_from <= claim.on <= policy.valid_until:  # the common case, fast
        event = item.event
        if event is TITLE or (event is SUBSIDY and _covered(claim)):
            worth = item.amount or value(claim, item)
            if factors:
                worth = _approved(worth, item, factors)
            if worth:
                return NEW_RESULT(Result, (claim, GRANTED, worth, worth, worth, ENTITLED, ""))
    verdict = Verdict([], [], [])
    _general(claim, policy, verdict)
    JUDGES[item.event](claim, item, policy, verdict)
    return _result(claim, item, factors, verdict)


def _result(claim: Claim, item: Item, factors: Factors, verdict: Verdict) -> Result:
    refused, held, notes = verdict
    worth = ZERO if refused else _approved(value(claim, item), item, factors)
    if not refused and not worth:
        refused.append(Reason.BELOW_CENT)
    if refused:
        return Result(claim, Outcome.INELIGIBLE, ZERO, ZERO, ZERO, (*refused, *notes))
    if held:
        proposal = ZERO if Reason.RETURNED in held else worth
        return Result(claim, Outcome.HELD, proposal, ZERO, ZERO, (*held, *notes))
    return Result(claim, GRANTED, worth, worth, worth, (*ENTITLED, *notes))


def value(claim: Claim, item: Item) -> Decimal:
    """What the item is worth for this claim before an approved factor, in yuan to the cent."""
    if item.rate:
        share = cents(claim.amount * item.rate)
        return min(share, item.cap) if item.cap else share
    if item.grades:
        return item.grades.get(claim.grade, ZERO)
    return item.amount


def _approved(amount: Decimal, item: Item, factors: Factors) -> Decimal:
    factor = factors.get(item.id)
    return amount if factor is None else cents(amount * factor)


def _general(claim: Claim, policy: Policy, verdict: Verdict) -> None:
    """What does not depend on the kind of item: the policy's period, the city, the year."""
    if claim.on < policy.valid_from:
        verdict.refused.append(Reason.NO_POLICY)
    elif claim.on > policy.valid_until:
        if _bought_in_force(claim, policy):
            verdict.held.append(Reason.AFTER_EXPIRY)
        else:
            verdict.refused.append(Reason.NO_POLICY)
    marks = claim.marks
    if Mark.MOVED in marks or Mark.OUTSIDE in marks:
        verdict.refused.append(Reason.OUTSIDE_CITY)
    if Mark.LABEL in marks:
        verdict.notes.append(Reason.LABEL_YEAR)


def _bought_in_force(claim: Claim, policy: Policy) -> bool:
    """Allocated too late, but for investments that may lie within the policy's period."""
    if policy.items[claim.item].event is not Event.SUBSIDY or not policy.holds_late_allocations:
        return False
    start, until = claim.invested_from, claim.invested_until
    starts_later = start is not None and start > policy.valid_until
    ended_before = until is not None and until < policy.valid_from
    return not starts_later and not ended_before


def _judge_title(claim: Claim, item: Item, policy: Policy, verdict: Verdict) -> None:
    marks = claim.marks
    if Mark.REVIEW in marks:
        verdict.refused.append(Reason.REVIEW)
    elif Mark.EARLIER in marks:
        verdict.refused.append(Reason.NOT_FIRST)
    elif Mark.LAPSED in marks:
        answer = policy.after_lapse
        if answer == "refuse":
            verdict.refused.append(Reason.NOT_FIRST)
        elif answer == "hold":
            verdict.held.append(Reason.RETURNED)
    if Mark.REVOKED in marks:
        verdict.held.append(Reason.REVOKED)


def _judge_subsidy(claim: Claim, item: Item, policy: Policy, verdict: Verdict) -> None:
    _judge_window(claim, policy, verdict)


def _judge_investment(claim: Claim, item: Item, policy: Policy, verdict: Verdict) -> None:
    if Mark.SUBSIDISED in claim.marks:
        verdict.refused.append(Reason.SUBSIDISED)
        return
    if claim.amount <= item.above:
        verdict.refused.append(Reason.NOT_ABOVE)
    if Mark.OVERLAP in claim.marks:
        verdict.held.append(Reason.SUBSIDY_OVERLAP)
    _judge_window(claim, policy, verdict)


def _covered(claim: Claim) -> bool:
    """Does one joined validity hold the whole investment window?"""
    start, until = claim.invested_from, claim.invested_until
    if start is None or until is None or start > until:
        return False
    for valid_from, valid_until in claim.held:
        if valid_from <= start and until <= valid_until:
            return True
    return False


def _judge_window(claim: Claim, policy: Policy, verdict: Verdict) -> None:
    """Was everything bought while a wanted title was valid?"""
    undated = Mark.UNDATED in claim.marks
    if not claim.held and not undated:
        verdict.refused.append(Reason.NO_TITLE)
        return
    start, until = claim.invested_from, claim.invested_until
    if _covered(claim):
        return
    if start is None or until is None or start > until:
        verdict.held.append(Reason.WINDOW_UNKNOWN)
    elif undated:
        verdict.held.append(Reason.VALIDITY_UNKNOWN)
    elif not any(a <= until and start <= b for a, b in claim.held):
        verdict.refused.append(Reason.OUTSIDE_TITLE)
    elif policy.holds_partly_covered:
        verdict.held.append(Reason.WINDOW_PARTLY)
    else:
        verdict.refused.append(Reason.PARTLY_REFUSED)


def _judge_assessment(claim: Claim, item: Item, policy: Policy, verdict: Verdict) -> None:
    if claim.grade not in item.grades:
        verdict.refused.append(Reason.GRADE)
        return
    if Mark.EARLIER in claim.marks:
        verdict.refused.append(Reason.ASSESSED_BEFORE)
    if Mark.ON_FILE in claim.marks:
        return
    if Mark.BARRED in claim.marks:
        verdict.refused.append(Reason.ONLY_BASE)
    elif policy.implies_platform:
        verdict.notes.append(Reason.PLATFORM_IMPLIED)
    else:
        verdict.refused.append(Reason.NO_PLATFORM)


Judge = Callable[[Claim, Item, Policy, Verdict], None]
JUDGES: Mapping[Event, Judge] = {
    Event.TITLE: _judge_title,
    Event.SUBSIDY: _judge_subsidy,
    Event.ASSESSMENT: _judge_assessment,
    Event.INVESTMENT: _judge_investment,
}


def _refuse_decided(result: Result, item: Item, decided: Sequence[Decided]) -> Result:
    """A decided row is not judged again, and a one-time award is paid once."""
    claim = result.claim
    for row in decided:
        if row.item != claim.item:
            continue
        if row.ref == claim.ref:
            return Result(claim, Outcome.INELIGIBLE, ZERO, ZERO, ZERO, (Reason.DECIDED_BEFORE,))
        if item.once and row.amount and result.outcome is not Outcome.INELIGIBLE:
            return Result(claim, Outcome.INELIGIBLE, ZERO, ZERO, ZERO, (Reason.GRANTED_BEFORE,))
    return result
