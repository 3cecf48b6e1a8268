"""What the rules make of one unit's facts today. Reads and computes; services.py writes."""

from dataclasses import dataclass
from decimal import Decimal

from awards import histories, rows
from policies import engine
from policies.queries import policy_of


@dataclass
class UnitWork:
    """What one unit's facts say today."""

    lines: list[str]
    differences: list[tuple[int, engine.Result | None]]  # decided row → what the rules say now


def factors_of(run) -> dict[str, Decimal]:
    return {item: Decimal(factor) for item, factor in run.factors.items()}


def work_of(run, unit) -> UnitWork:
    """Facts → claims → results, one enterprise after the other."""
    policy, factors, year = policy_of(run.edition), factors_of(run), run.year
    titles = histories.titles_of(policy)
    decided, gone = histories.decided_rows(run, unit)
    line = rows.writer(run, unit, policy)
    claims, determine = engine.claims, engine.determine
    work = UnitWork([], [])
    add = work.lines.append
    for enterprise, history in histories.histories(city=run.city, year=year, titles=titles, unit=unit):
        found = claims(history, year, policy)
        frozen = decided.pop(enterprise, None) if decided else None
        if frozen is None:
            for result in determine(found, policy, factors=factors):
                add(line(enterprise, result))
        else:
            kept = {row.key for row in frozen if row.own}
            open_claims = [claim for claim in found if claim.key not in kept]
            facts = [row.as_fact() for row in frozen]
            for result in determine(open_claims, policy, factors=factors, decided=facts):
                add(line(enterprise, result))
            work.differences += _differences(found, frozen, policy, factors)
    for frozen in decided.values():  # their events were withdrawn
        work.differences += _differences([], frozen, policy, factors)
    if gone:
        left = dict(histories.histories(city=run.city, year=year, titles=titles, enterprises=gone, gone=True))
        for enterprise, frozen in gone.items():
            found = claims(left.get(enterprise, engine.History()), year, policy)
            work.differences += _differences(found, frozen, policy, factors)
    return work


def _differences(found, frozen: list[histories.DecidedRow], policy, factors):
    """Decided rows that would come out otherwise today: each decision is repeated with the facts of today and
    the decisions that had been taken before it. None: the event is gone."""
    differences = []
    for moment in sorted({row.decided_at for row in frozen if row.own}):
        together = {row.key: row for row in frozen if row.decided_at == moment and row.own}
        before = [row.as_fact() for row in frozen if row.decided_at < moment]
        again = [claim for claim in found if claim.key in together]
        results = {
            result.claim.key: result
            for result in engine.determine(again, policy, factors=factors, decided=before)
        }
        for key, row in together.items():
            now = results.get(key)
            if now is None or (now.outcome, now.amount, list(now.reasons)) != (
                row.outcome,
                row.amount,
                row.reasons,
            ):
                differences.append((row.pk, now))
    return differences
