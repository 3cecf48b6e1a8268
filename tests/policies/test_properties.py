"""Invariants on random histories: one award a year, one-time items once, no award without a policy, replay."""

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine import (
    NEW,
    REVIEW,
    AssessmentFact,
    Claim,
    Decided,
    History,
    InvestmentFact,
    Outcome,
    SubsidyFact,
    TitleFact,
    claims,
    decode,
    determine,
    encode,
)
from policies.engine.determine import judge
from tests.policies import worked

XINXIANG = worked.policy("xinxiang-2022-8")
ZHENGZHOU = worked.policy("zhengzhou-2024-2026")
EDGES = {
    day + timedelta(days=shift)
    for policy in (XINXIANG, ZHENGZHOU)
    for day in (policy.valid_from, policy.valid_until)
    for shift in (-1, 0, 1)
}

policies = st.sampled_from([XINXIANG, ZHENGZHOU])
days = st.one_of(st.dates(date(2020, 1, 1), date(2028, 12, 31)), st.sampled_from(sorted(EDGES)))
windows = st.one_of(
    st.just((None, None)),
    st.tuples(days, st.integers(0, 900)).map(lambda w: (w[0], w[0] + timedelta(days=w[1]))),
)
round_amounts = st.sampled_from([Decimal(n) * 100_000 for n in (8, 10, 12, 20, 200)])
amounts = st.one_of(st.decimals("0.01", "30000000", places=2), round_amounts)
title_names = st.sampled_from(sorted(worked.TITLES.values()))


@st.composite
def histories(draw):
    numbers = iter(draw(st.permutations(range(1, 13))))
    titles = [
        TitleFact(
            f"title:{next(numbers)}",
            draw(title_names),
            draw(st.sampled_from([NEW, NEW, NEW, REVIEW])),
            draw(days),
            *draw(windows),
            label_year=draw(st.sampled_from([None, 2022, 2024, 2025])),
            elsewhere=draw(st.sampled_from([False, False, False, True])),
        )
        for _ in range(draw(st.integers(0, 6)))
    ]
    subsidies = [
        SubsidyFact(f"subsidy:{next(numbers)}", draw(days), draw(amounts), *draw(windows))
        for _ in range(draw(st.integers(0, 2)))
    ]
    assessments = [
        AssessmentFact(
            f"assessment:{next(numbers)}",
            draw(st.integers(2021, 2026)),
            draw(st.sampled_from(["一等奖", "二等奖", "三等奖", "合格|%"])),
            draw(days),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    investments = [
        InvestmentFact(
            f"investment:{next(numbers)}", draw(days), draw(amounts), *draw(windows), draw(st.booleans())
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    moved = draw(st.sampled_from([False] * 9 + [True]))
    return History(titles, subsidies, assessments, investments, moved)


def years(history):
    return sorted({fact.on.year for facts in history[:4] for fact in facts})


def over_the_years(history, policy):
    """Every year determined with what earlier years granted as decided: all results, year by year."""
    decided, found = [], {}
    for year in years(history):
        found[year] = determine(claims(history, year, policy), policy, decided=decided)
        decided += [
            Decided(r.claim.item, r.claim.ref, r.amount, r.worth, year)
            for r in found[year]
            if r.outcome is Outcome.GRANTED
        ]
    return found


def granted(results):
    return [r for r in results if r.outcome is Outcome.GRANTED]


@given(histories(), policies)
def test_one_award_of_the_pool_a_year(history, policy):
    for year in years(history):
        results = determine(claims(history, year, policy), policy)
        inside = [r for r in granted(results) if r.claim.item in policy.pool.reading.items]
        assert len(inside) <= 1
        losers = [r for r in results if r.outcome is Outcome.ABSORBED]
        assert {r.absorbed_by for r in losers} <= {r.claim.key for r in inside}


@given(histories(), policies)
def test_one_time_item_is_granted_once_in_a_life(history, policy):
    times = Counter(
        r.claim.item
        for results in over_the_years(history, policy).values()
        for r in granted(results)
        if policy.items[r.claim.item].once
    )
    assert all(count == 1 for count in times.values())


@given(histories(), policies)
def test_nothing_is_paid_without_a_policy_in_force(history, policy):
    for year in years(history):
        for result in determine(claims(history, year, policy), policy):
            if result.amount or result.other_amount or result.outcome is Outcome.ABSORBED:
                assert policy.valid_from <= result.claim.on <= policy.valid_until


@given(histories(), policies)
def test_stored_claims_replay_to_the_same_results(history, policy):
    for year in years(history):
        results = determine(claims(history, year, policy), policy)
        assert determine([decode(encode(r.claim)) for r in results], policy) == results


@given(histories(), policies, st.randoms(use_true_random=False))
def test_order_of_facts_does_not_matter(history, policy, rng: random.Random):
    shuffled = History(*(rng.sample(facts, len(facts)) for facts in history[:4]), history.elsewhere_now)
    for year in years(history):
        assert claims(shuffled, year, policy) == claims(history, year, policy)


@given(histories(), policies, st.randoms(use_true_random=False))
def test_order_of_claims_does_not_matter(history, policy, rng: random.Random):
    for year in years(history):
        found = claims(history, year, policy)
        results = {r.claim.key: r for r in determine(found, policy)}
        again = {r.claim.key: r for r in determine(rng.sample(found, len(found)), policy)}
        assert again == results


def cents_of(amount):
    return int(amount * 100)


def owed(found, policy, pool, paid=0):
    """The model in whole cents: the best of the pool less what was paid, and everything outside it."""
    alone = [(r.claim.item, cents_of(r.worth)) for r in (judge(c, policy.items[c.item], policy) for c in found)
             if r.outcome is Outcome.GRANTED]  # fmt: skip
    best = max((worth for item, worth in alone if item in pool), default=0)
    return max(0, best - paid) + sum(worth for item, worth in alone if item not in pool)


@given(histories(), policies)
def test_year_pays_the_highest_of_the_pool_under_both_readings(history, policy):
    for year in years(history):
        found = claims(history, year, policy)
        results = determine(found, policy)
        assert sum(cents_of(r.amount) for r in results) == owed(found, policy, policy.pool.reading.items)
        assert sum(cents_of(r.other_amount) for r in results) == owed(found, policy, policy.pool.other.items)


@given(histories(), policies, amounts, st.data())
def test_decided_rows_are_topped_up_to_the_highest(history, policy, amount, data):
    item = data.draw(st.sampled_from(sorted(policy.pool.reading.items)))
    for year in years(history):
        found = [c for c in claims(history, year, policy) if c.item != item]
        results = determine(found, policy, decided=[Decided(item, "earlier:1", amount)])
        paid = cents_of(amount)
        assert sum(cents_of(r.amount) for r in results) == owed(
            found, policy, policy.pool.reading.items, paid
        )
        other = policy.pool.other.items
        assert sum(cents_of(r.other_amount) for r in results) == owed(
            found, policy, other, paid if item in other else 0
        )
        assert all(r.amount > 0 for r in granted(results))


@given(histories(), policies)
@settings(max_examples=50)
def test_late_facts_end_where_one_run_would(history, policy):
    """Rows decided one by one, in any order of arrival, pay together what one run would have paid."""
    for year in years(history):
        found = claims(history, year, policy)
        at_once = sum(r.amount for r in determine(found, policy))
        decided = []
        for claim in found:
            (result,) = determine([claim], policy, decided=decided)
            if result.outcome is Outcome.GRANTED:
                decided.append(Decided(claim.item, claim.ref, result.amount, result.worth))
        assert sum(row.amount for row in decided) == at_once


@given(histories(), policies)
def test_results_keep_their_promises(history, policy):
    for year in years(history):
        found = claims(history, year, policy)
        results = determine(found, policy)
        assert [r.claim for r in results] == found
        for r in results:
            assert r.reasons
            assert (r.amount > 0) == (r.outcome is Outcome.GRANTED)
            assert bool(r.absorbed_by) == (r.outcome is Outcome.ABSORBED)
            assert r.amount <= r.worth
            assert r.worth == 0 or r.outcome is not Outcome.INELIGIBLE
            assert r.worth == r.worth.quantize(Decimal("0.01"))


@given(
    st.builds(
        Claim,
        item=st.sampled_from(sorted(XINXIANG.items)),
        ref=st.text(min_size=1, max_size=12),
        on=days,
        marks=st.text("RELOMYUSPTB", max_size=4),
        label_year=st.sampled_from([0, 2024]),
        earlier_on=st.none() | days,
        amount=amounts | st.just(Decimal(0)),
        invested_from=st.none() | days,
        invested_until=st.none() | days,
        held=st.lists(st.tuples(days, days), max_size=2).map(tuple),
    )
)
def test_codec_brings_any_claim_back(claim):
    line = encode(claim)
    assert decode(line) == claim
    assert len(line.splitlines()) <= 1


@given(st.text(min_size=1, max_size=12))
def test_codec_brings_any_grade_back(grade):
    claim = Claim("XX-ASSESS", "assessment:1", date(2024, 1, 1), "T", 2023, None, grade)
    assert decode(encode(claim)) == claim
