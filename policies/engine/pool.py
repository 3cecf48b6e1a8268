"""就高: in a declaration year an entity enjoys one item of the pool, the highest. Losers are forfeited."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from policies.engine.reasons import Reason
from policies.engine.results import Decided, Outcome, Result, ref_order
from policies.engine.values import ZERO, Policy

Rank = tuple[Decimal, int, date, tuple[str, int, str]]


Share = tuple[Decimal, str]  # what a row is paid, and the winner that took it ("" when none did)
GRANTED = Outcome.GRANTED


def settle(results: list[Result], policy: Policy, decided: Sequence[Decided]) -> list[Result]:
    """Replace the rows that stood "as if alone" by what the pool leaves them, under both readings."""
    rivals = [result for result in results if result.outcome is GRANTED]
    if not rivals or (len(rivals) == 1 and not decided):
        return results
    this_year = [row for row in decided if row.amount and row.year in (0, rivals[0].claim.on.year)]
    shares = _shares(rivals, this_year, policy.pool.reading.items, policy)
    disputed = policy.pool.disputed
    if any(rival.claim.item in disputed for rival in rivals) or any(d.item in disputed for d in this_year):
        others = _shares(rivals, this_year, policy.pool.other.items, policy)
    else:
        others = shares
    settled = map(_settled, rivals, shares, others)
    return [next(settled) if result.outcome is GRANTED else result for result in results]


def _settled(result: Result, share: Share, other: Share) -> Result:
    claim, _, worth, _, _, reasons, _ = result
    amount, winner = share
    if winner:
        reasons = (Reason.HIGHER_AWARD, *reasons[1:])
        return Result(claim, Outcome.ABSORBED, worth, ZERO, other[0], reasons, winner)
    if amount != worth:
        reasons = (*reasons, Reason.TOP_UP)
    return Result(claim, GRANTED, worth, amount, other[0], reasons)


def _shares(
    rivals: list[Result], decided: Sequence[Decided], pool: frozenset[str], policy: Policy
) -> list[Share]:
    """What each rival is paid, when 就高 compares the items of `pool`."""
    inside = [rival for rival in rivals if rival.claim.item in pool]
    if not inside:
        return [(rival.worth, "") for rival in rivals]
    best = min(inside, key=lambda rival: _rank(rival, policy)) if len(inside) > 1 else inside[0]
    paid = [row for row in decided if row.item in pool]
    already = sum((row.amount for row in paid), ZERO)
    payable = best.worth - already
    if already and (payable <= 0 or not policy.top_up):
        winner = max(paid, key=lambda row: (row.worth or row.amount, -policy.items[row.item].order)).key
        lost, won = (ZERO, winner), (ZERO, winner)
    else:
        lost, won = (ZERO, best.claim.key), (payable, "")
    return [
        (rival.worth, "") if rival.claim.item not in pool else won if rival is best else lost
        for rival in rivals
    ]


def _rank(result: Result, policy: Policy) -> Rank:
    """Lowest wins: highest worth, then the document's tie order, then earlier date, then lower ref."""
    claim = result.claim
    return -result.worth, policy.items[claim.item].order, claim.on, ref_order(claim.ref)
