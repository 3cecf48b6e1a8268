"""Every worked case of cases/*.toml, its replay, and its explanation."""

import random

import pytest

from policies.engine import History, Outcome, claims, decode, determine, encode, explain_all
from tests.policies import worked

CASES = [pytest.param(slug, case, id=f"{slug} {case['name']}") for slug, case in worked.cases()]


def results_of(slug, case, history):
    policy = worked.policy(slug)
    return determine(
        claims(history, case["year"], policy),
        policy,
        factors=worked.factors(case),
        decided=worked.decided(case),
    )


@pytest.mark.parametrize(("slug", "case"), CASES)
def test_worked_case_comes_out_as_written(slug, case):
    results = results_of(slug, case, worked.history(case))

    assert [worked.in_words(r) for r in results] == case["rows"]
    assert sum(r.amount for r in results) == case.get("total", 0)
    assert sum(r.other_amount for r in results) == case.get("other", 0)


@pytest.mark.parametrize(("slug", "case"), CASES)
def test_worked_case_replays_from_what_is_stored(slug, case):
    results = results_of(slug, case, worked.history(case))

    again = determine(
        [decode(encode(r.claim)) for r in results],
        worked.policy(slug),
        factors=worked.factors(case),
        decided=worked.decided(case),
    )

    assert again == results


@pytest.mark.parametrize(("slug", "case"), CASES)
def test_worked_case_does_not_depend_on_the_order_of_facts(slug, case):
    history = worked.history(case)
    rng = random.Random(case["name"])
    shuffled = [rng.sample(facts, len(facts)) for facts in history[:4]]

    assert results_of(slug, case, History(*shuffled, history.elsewhere_now)) == results_of(
        slug, case, history
    )


@pytest.mark.parametrize(("slug", "case"), CASES)
def test_worked_case_explains_itself(slug, case):
    results = results_of(slug, case, worked.history(case))

    for result, explanation in zip(results, explain_all(results, worked.policy(slug)), strict=True):
        failed = [step for step in explanation.steps if step.passed is False]
        open_ = [step for step in explanation.steps if step.passed is None]
        assert bool(failed) == (result.outcome is Outcome.INELIGIBLE)
        assert open_ or result.outcome not in (Outcome.HELD, Outcome.ABSORBED)
        assert explanation.conclusion
        assert bool(explanation.arithmetic) == bool(result.worth)
        text = "".join(step.text for step in explanation.steps) + explanation.conclusion
        assert "{" not in text
        assert "None" not in text
