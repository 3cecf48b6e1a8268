"""What must hold for every record: missing is never "not met", more is never worse, order does not matter."""

from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine.standards import EquityFact, Verdict, assess
from tests.policies.standards import firms, worked

RANK = {Verdict.NOT_MET: 0, Verdict.MISSING: 1, Verdict.PERSON: 1, Verdict.MET: 2}
FIGURES = [
    "staff",
    "rd_staff",
    "revenue",
    "main_revenue",
    "net_profit",
    "assets",
    "liabilities",
    "rd_expense",
]
checked = settings(max_examples=150, deadline=None)
cases = st.tuples(firms.slugs, firms.kinds, firms.acceptances)


def assessed(record, case, confirmed=None):
    slug, kind, on = case
    return assess(record, worked.standard(slug), kind=kind, on=on, confirmed=confirmed)


def findings(assessment):
    return {
        f.key: f for f in (*assessment.gates, *assessment.scored, *(r.finding for r in assessment.routes))
    }


def rose(before, after):
    """No criterion, not the score and not the whole is worse than before."""
    old, new = findings(before), findings(after)
    assert all(RANK[new[key].verdict] >= RANK[old[key].verdict] for key in old)
    assert RANK[after.verdict] >= RANK[before.verdict]
    if before.score:
        assert after.score.points >= before.score.points
        assert after.score.points + after.score.possible >= before.score.points + before.score.possible


@checked
@given(firms.records, st.integers(2021, 2026), st.integers(1, 10**12), cases)
def test_more_research_never_lowers_a_verdict(record, year, cents, case):
    figures = record.years.get(year)
    if figures is None or figures.rd_expense is None:
        return
    more = replace(figures, rd_expense=figures.rd_expense + Decimal(cents) / 100)
    richer = replace(record, years={**record.years, year: more})
    rose(assessed(record, case), assessed(richer, case))


@checked
@given(firms.records, cases, st.data())
def test_one_more_entry_of_a_list_never_lowers_a_verdict(record, case, data):
    field = data.draw(st.sampled_from(firms.LIST_FIELDS))
    if getattr(record, field) is None:
        return
    more = firms.Maker(Random(data.draw(firms.seeds)), missing=True).entries(field)
    rose(assessed(record, case), assessed(replace(record, **{field: (*getattr(record, field), *more)}), case))


@checked
@given(firms.whole_records, cases, st.data())
def test_what_is_no_longer_known_is_never_counted_against(record, case, data):
    """Taking data away turns a verdict to missing, never from met or missing to not met; nor the other way round."""
    poorer = firms.without(
        record,
        figure=(data.draw(st.integers(2021, 2026)), data.draw(st.sampled_from(FIGURES))),
        fields=data.draw(st.sets(st.sampled_from(firms.LIST_FIELDS))),
        keys=data.draw(st.sets(st.sampled_from(sorted(record.profile)))),
    )
    before, after = assessed(record, case), assessed(poorer, case)
    old, new = findings(before), findings(after)
    for key in old:
        if new[key].verdict is Verdict.NOT_MET:
            assert old[key].verdict is Verdict.NOT_MET, key
        if new[key].verdict is Verdict.MET:
            assert old[key].verdict in (Verdict.MET, Verdict.PERSON), key
    assert not (after.verdict is Verdict.NOT_MET and before.verdict is not Verdict.NOT_MET)
    if before.score:
        assert after.score.points <= before.score.points
        assert before.score.points <= after.score.points + after.score.possible


@checked
@given(cases)
def test_an_empty_record_is_missing_everywhere(case):
    found = assessed(firms.FirmRecord(), case)
    waived = {finding.key for finding in found.gates if finding.note.find("不考察") >= 0}
    assert {f.verdict for key, f in findings(found).items() if key not in waived} == {Verdict.MISSING}
    assert all(f.missing for f in findings(found).values() if f.key not in waived)
    assert found.verdict is Verdict.MISSING
    if found.score:
        assert (found.score.points, found.score.possible) == (0, found.score.most)


@checked
@given(firms.records, cases, st.randoms(use_true_random=False))
def test_order_of_facts_does_not_matter(record, case, random):
    def shuffled(entries):
        return None if entries is None else tuple(random.sample(entries, len(entries)))

    mixed = replace(
        record,
        years=dict(random.sample(list(record.years.items()), len(record.years))),
        profile=dict(random.sample(list(record.profile.items()), len(record.profile))),
        **{field: shuffled(getattr(record, field)) for field in firms.LIST_FIELDS},
    )

    def told(assessment):
        # Which of several missing things is named first may differ, what is missing may not.
        return [
            (f._replace(missing=(), missing_fields=()), set(f.missing)) for f in findings(assessment).values()
        ]

    before, after = assessed(record, case), assessed(mixed, case)
    assert told(before) == told(after)
    assert (before.verdict, before.score, before.passed_by) == (after.verdict, after.score, after.passed_by)


@checked
@given(firms.records, firms.ticks, cases, st.data())
def test_a_better_tick_never_lowers_a_verdict(record, ticks, case, data):
    before = assessed(record, case, ticks)
    key = data.draw(st.sampled_from(["market_share", "key_link", "lead_field", "market_position"]))
    old = findings(before).get(key)
    better = {**ticks, key: Verdict.MET}
    after = assessed(record, case, better)
    assert RANK[after.verdict] >= RANK[before.verdict]
    if old is not None:
        assert findings(after)[key].verdict is Verdict.MET


@checked
@given(firms.records, cases)
def test_ticks_change_nothing_but_what_a_person_judges(record, case):
    judged = {criterion.key for criterion in worked.standard(case[0]).gates if criterion.judged}
    plain = findings(assessed(record, case))
    ticked = findings(assessed(record, case, dict.fromkeys(plain, Verdict.MET)))
    assert {key for key in plain if plain[key] != ticked[key]} <= judged


@checked
@given(firms.records, cases)
def test_a_pass_names_what_it_rests_on(record, case):
    found = assessed(record, case)
    assert bool(found.passed_by) == (found.verdict is Verdict.MET)
    assert {f.verdict for f in found.open()} <= {Verdict.NOT_MET, Verdict.MISSING, Verdict.PERSON}
    if found.verdict is Verdict.MET:
        assert not found.open()
    if found.verdict is Verdict.NOT_MET:
        assert (
            any(f.verdict is Verdict.NOT_MET for f in found.open()) or found.score.verdict is Verdict.NOT_MET
        )
    for finding in found.scored:
        assert (finding.points is None) == (finding.verdict is Verdict.MISSING)
        assert finding.points is None or 0 <= finding.points <= finding.most
    for finding in findings(found).values():
        assert finding.needed
        assert finding.cite
        assert bool(finding.missing) or finding.verdict is not Verdict.MISSING


@checked
@given(firms.records, cases)
def test_same_arguments_give_the_same_result(record, case):
    assert assessed(record, case) == assessed(record, case)


def test_equity_of_unknown_amount_leaves_the_sum_open():
    record = firms.FirmRecord(
        equity=(
            EquityFact("a", firms.TODAY, Decimal(5_000_000), True, Decimal("0.1")),
            EquityFact("b", firms.TODAY, None),
        )
    )
    found = assess(record, worked.standard("miit-63-innovative"), kind="new", on=firms.TODAY)
    assert found.finding("equity").verdict is Verdict.MET
    assert found.finding("equity").value == Decimal(5_000_000)
