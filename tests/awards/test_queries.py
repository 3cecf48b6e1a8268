"""Facts for the engine, totals for the pages, work queues and explanations."""

import datetime
from decimal import Decimal

import pytest

from awards import queries, services
from awards.histories import histories as read_histories
from awards.histories import titles_of
from policies import engine
from tests.awards.runs import run_all
from tests.factories import (
    EnterpriseFactory,
    EquipmentInvestmentFactory,
    PlatformAssessmentFactory,
    ProvincialSubsidyFactory,
    RecognitionFactory,
    published_edition,
    region,
)

pytestmark = pytest.mark.django_db
DAY = datetime.date


def histories(year=2023, unit="红旗区", **kwargs):
    titles = titles_of(queries.policy_of(published_edition()))
    if "enterprises" not in kwargs:
        kwargs["unit"] = region(unit)
    return dict(read_histories(city=region("新乡市"), year=year, titles=titles, **kwargs))


def test_histories_carry_every_kind_of_fact():
    enterprise = EnterpriseFactory()
    title = RecognitionFactory(enterprise=enterprise, label_year=2022)
    subsidy = ProvincialSubsidyFactory(enterprise=enterprise)
    assessment = PlatformAssessmentFactory(enterprise=enterprise)
    investment = EquipmentInvestmentFactory(enterprise=enterprise, subsidised=True)

    found = histories()[enterprise.pk]

    assert found == engine.History(
        [
            engine.TitleFact(
                f"recognition:{title.pk}",
                "national_giant",
                "new",
                DAY(2023, 7, 14),
                DAY(2023, 7, 1),
                DAY(2026, 6, 30),
                "",
                2022,
                False,
            )
        ],
        [
            engine.SubsidyFact(
                f"subsidy:{subsidy.pk}",
                DAY(2023, 9, 1),
                Decimal("2400000.00"),
                DAY(2023, 7, 1),
                DAY(2023, 8, 31),
            )
        ],
        [engine.AssessmentFact(f"assessment:{assessment.pk}", 2023, "一等奖", DAY(2023, 11, 20))],
        [
            engine.InvestmentFact(
                f"investment:{investment.pk}",
                DAY(2025, 9, 1),
                Decimal("5000000.00"),
                DAY(2025, 1, 1),
                DAY(2025, 8, 31),
                True,
            )
        ],
    )
    assert isinstance(found.titles[0], engine.TitleFact)


def test_histories_hold_only_enterprises_with_an_event_but_then_all_years():
    old = RecognitionFactory(documented_on=DAY(2021, 7, 1))
    again = RecognitionFactory(documented_on=DAY(2020, 7, 1)).enterprise
    RecognitionFactory(enterprise=again, kind="review", documented_on=DAY(2023, 12, 31))

    found = histories()

    assert old.enterprise_id not in found
    assert [fact.on.year for fact in sorted(found[again.pk].titles, key=lambda f: f.on)] == [2020, 2023]


@pytest.mark.parametrize(("day", "year"), [(DAY(2023, 1, 1), 2023), (DAY(2023, 12, 31), 2023)])
def test_histories_include_both_ends_of_the_year(day, year):
    enterprise = RecognitionFactory(documented_on=day).enterprise

    assert set(histories(year)) == {enterprise.pk}
    assert histories(year - 1) == histories(year + 1) == {}


def test_histories_skip_titles_that_no_item_asks_for():
    only = RecognitionFactory(title="innovative").enterprise
    both = RecognitionFactory().enterprise
    RecognitionFactory(enterprise=both, title="high_tech")

    found = histories()

    assert only.pk not in found
    assert [fact.title for fact in found[both.pk].titles] == ["national_giant"]


def test_histories_follow_the_present_unit():
    enterprise = RecognitionFactory(enterprise__managing_unit=region("牧野区")).enterprise

    assert (set(histories()), set(histories(unit="牧野区"))) == (set(), {enterprise.pk})


def test_histories_mark_titles_of_other_cities():
    elsewhere = RecognitionFactory(managing_unit=region("洛阳市")).enterprise
    inside = RecognitionFactory(managing_unit=region("长垣市")).enterprise

    found = histories()

    assert [found[e.pk].titles[0].elsewhere for e in (elsewhere, inside)] == [True, False]


def test_histories_of_listed_enterprises_can_be_marked_as_gone():
    enterprise = RecognitionFactory(enterprise__managing_unit=region("金水区")).enterprise
    RecognitionFactory()

    found = histories(enterprises=[enterprise.pk], gone=True)

    assert set(found) == {enterprise.pk}
    assert found[enterprise.pk].elsewhere_now


def test_totals_show_both_readings_by_item_unit_and_outcome(django_assert_num_queries):
    national = RecognitionFactory()
    ProvincialSubsidyFactory(enterprise=national.enterprise, amount=Decimal("3000000"))
    RecognitionFactory(enterprise__managing_unit=region("牧野区"))
    run = run_all()

    with django_assert_num_queries(3):
        by_item = list(queries.totals_by_item(run))
        by_unit = list(queries.totals_by_unit(run))
        by_outcome = list(queries.totals_by_outcome(run))

    def figures(rows, *names):
        return [
            (*(row[name] for name in names), row["rows"], row["total"], row["other_total"]) for row in rows
        ]

    assert figures(by_item, "item", "outcome") == [
        ("XX-EQ", "granted", 1, 750_000, 750_000),
        ("XX-NAT", "absorbed", 1, 0, 500_000),
        ("XX-NAT", "granted", 1, 500_000, 500_000),
    ]
    assert figures(by_unit, "managing_unit__name", "outcome") == [
        ("红旗区", "absorbed", 1, 0, 500_000),
        ("红旗区", "granted", 1, 750_000, 750_000),
        ("牧野区", "granted", 1, 500_000, 500_000),
    ]
    assert figures(by_outcome, "outcome") == [
        ("absorbed", 1, 0, 500_000),
        ("granted", 2, 1_250_000, 1_250_000),
    ]
    assert [reading.id for reading in queries.readings(run)] == ["all_fiscal", "reward_only"]


def test_competitors_are_the_other_rows_of_the_year():
    national = RecognitionFactory()
    RecognitionFactory(enterprise=national.enterprise, title="provincial_srdi")
    run = run_all()
    row = run.determinations.get(item="XX-PROV")

    assert [other.item for other in queries.competitors(row)] == ["XX-NAT"]


def test_explanation_names_the_winner_and_its_money():
    national = RecognitionFactory()
    RecognitionFactory(enterprise=national.enterprise, title="provincial_srdi")
    run = run_all()

    explained = queries.explanation(run.determinations.get(item="XX-PROV"))

    assert explained.steps[-1].passed is None  # not chosen, yet entitled
    assert "小巨人" in str(explained.steps)


def test_progress_counts_units():
    published_edition()
    run = services.start_run(city=region("新乡市"), year=2023, actor=None)
    assert (queries.run_progress(run).done, queries.run_progress(run).total) == (0, 15)

    services.determine_region(run=run, unit=region("红旗区"))
    run.refresh_from_db()

    assert (queries.run_progress(run).done, queries.run_progress(run).percent) == (1, 6)
    assert queries.run_progress(run_done()).percent == 100


def run_done():
    return run_all(2022)


def test_undetermined_units_are_those_without_rows():
    RecognitionFactory()
    run_all()

    names = [unit.name for unit in queries.undetermined_units(region("新乡市"), 2023)]

    assert "红旗区" not in names
    assert len(names) == 14
