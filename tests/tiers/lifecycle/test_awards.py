"""What awards make of the life of a title: a review never pays, a revoked title is never paid silently."""

from datetime import date

import pytest
from openpyxl import load_workbook

from accounts.models import Region
from awards.exports import facts_workbook
from awards.histories import histories, titles_of
from policies.engine import Outcome, claims, determine
from policies.queries import policy_of
from tests.factories import (
    ApplicationFactory,
    ProvincialSubsidyFactory,
    RecognitionFactory,
    published_edition,
    region,
)
from tiers.enums import ApplicationState, RecognitionKind, RevocationReason
from tiers.services.revocations import revoke_title

DAY = date(2025, 5, 20)


@pytest.fixture
def policy(db):
    return policy_of(published_edition())


def results(policy, enterprise, year):
    found = dict(
        histories(city=region("新乡市"), year=year, titles=titles_of(policy), enterprises=[enterprise.pk])
    )
    return determine(claims(found[enterprise.pk], year, policy), policy)


def test_review_that_a_case_has_won_extends_the_title_and_pays_nothing(policy, titled):
    first = titled("provincial_srdi", "2022-07-01", "2025-06-30", documented_on=date(2022, 6, 20))
    assert [r.outcome for r in results(policy, first.enterprise, 2022)] == [Outcome.GRANTED]
    review = titled(
        "provincial_srdi",
        "2025-07-01",
        "2028-06-30",
        enterprise=first.enterprise,
        kind=RecognitionKind.REVIEW,
        documented_on=date(2025, 6, 20),
    )
    ApplicationFactory(
        enterprise=first.enterprise,
        title="provincial_srdi",
        kind="review",
        state=ApplicationState.GRANTED,
        recognition=review,
    )
    [result] = results(policy, first.enterprise, 2025)
    assert (result.outcome, result.amount) == (Outcome.INELIGIBLE, 0)
    assert first.enterprise.recognitions.valid_on(date(2028, 6, 30)).get() == review


def revoked(titled, city, title="national_giant", revoked_on=date(2024, 3, 10), **more):
    row = titled(title, "2023-07-01", "2026-06-30", documented_on=date(2023, 7, 14), **more)
    revoke_title(
        recognition=row,
        reason=RevocationReason.FABRICATION,
        detail="数据不实",
        document_number="工信部企业函〔2024〕9号",
        revoked_on=revoked_on,
        actor=city,
    )
    return row


def test_revoked_title_is_held_for_the_city_to_judge(policy, standards, titled, city, at):
    at(DAY)
    row = revoked(titled, city)
    [result] = results(policy, row.enterprise, 2023)
    assert (result.outcome, result.amount, result.reasons) == (Outcome.HELD, 0, ("title_revoked",))


def test_revoked_review_stays_without_an_award(policy, standards, titled, city, at):
    at(DAY)
    row = revoked(titled, city, kind=RecognitionKind.REVIEW)
    [result] = results(policy, row.enterprise, 2023)
    assert result.outcome == Outcome.INELIGIBLE


@pytest.mark.parametrize(
    ("invested_until", "reasons"),
    [
        (date(2024, 3, 9), ("entitled",)),  # the last day in force
        (date(2024, 3, 10), ("window_partly_covered",)),
    ],
)
def test_investments_count_while_the_title_was_in_force(
    policy, standards, titled, city, at, invested_until, reasons
):
    at(DAY)
    row = revoked(titled, city)
    ProvincialSubsidyFactory(
        enterprise=row.enterprise,
        allocated_on=date(2024, 9, 1),
        invested_from=date(2023, 8, 1),
        invested_until=invested_until,
    )
    [result] = results(policy, row.enterprise, 2024)
    assert result.reasons == reasons


def test_title_taken_away_before_it_began_covers_nothing(policy, standards, titled, city, at):
    at(DAY)
    row = titled("national_giant", "2024-01-01", "2026-12-31", documented_on=date(2023, 7, 14))
    revoke_title(
        recognition=row,
        reason=RevocationReason.FABRICATION,
        detail="数据不实",
        document_number="工信部企业函〔2023〕99号",
        revoked_on=date(2023, 12, 1),
        actor=city,
    )
    ProvincialSubsidyFactory(
        enterprise=row.enterprise,
        allocated_on=date(2024, 9, 1),
        invested_from=date(2023, 11, 1),
        invested_until=date(2024, 3, 1),
    )
    [result] = results(policy, row.enterprise, 2024)
    assert result.reasons == ("no_title",)


def test_workbook_of_facts_says_the_same(policy, standards, titled, city, at, tmp_path):
    at(DAY)
    revoked(titled, city)
    RecognitionFactory()
    path = tmp_path / "facts.xlsx"
    facts_workbook(city=Region.objects.get(name="新乡市"), target=str(path))
    rows = list(load_workbook(path)["认定"].iter_rows(values_only=True))
    head = rows[0]
    kinds = [dict(zip(head, row, strict=True)) for row in rows[1:]]
    assert [(row["类型"], row["有效期止"].date()) for row in kinds] == [
        ("已撤销", date(2024, 3, 9)),
        ("新认定", date(2026, 6, 30)),
    ]
