"""The radar: titles that lapse with nothing behind them, what a review would say, and cards that count its rows."""

import datetime as dt
from datetime import date, timedelta

import pytest
from django.urls import reverse

from core import jobs
from core.models import Job
from enterprises.models import FirmProfile, YearlyFigures
from policies.engine.standards import Verdict
from tests.factories import EnterpriseFactory, UserFactory, region
from tests.tiers.lifecycle.sheets import read_sheet
from tiers.models import AnnualUpdate, Recognition
from tiers.queries.lifecycle import EXPIRED, in_window, lapsing, outlooks, verdicts, windows
from tiers.queries.titles import Documents

pytestmark = pytest.mark.usefixtures("standards")
TODAY = date(2026, 5, 20)
URL = "/titles/lists/"


def ends(days, **more):
    until = TODAY + timedelta(days=days)
    return {"valid_from": str(until - timedelta(days=1000)), "valid_until": str(until), **more}


def in_time(row):
    """The yearly updates that its validity asks for were done."""
    for year in range(2023, 2027):
        AnnualUpdate.objects.create(enterprise=row.enterprise, year=year, completed_on=date(year, 1, 5))
    return row


def look(row):
    [found] = outlooks(Recognition.objects.filter(pk=row.pk).select_related("enterprise"), TODAY, Documents())
    return found


# ---- which titles ---------------------------------------------------------------------------------------
def test_windows_are_the_reminder_days_of_the_documents_and_the_past():
    assert windows(TODAY, Documents()) == ["180", "90", "30", EXPIRED]


@pytest.mark.parametrize(
    ("days", "inside"),
    [(-1, {EXPIRED}), (0, {"30", "90"}), (30, {"30", "90"}), (31, {"90"}), (90, {"90"}), (91, set())],
)
def test_window_holds_both_of_its_ends(titled, days, inside):
    titled(**ends(days))
    found = {w for w in ("30", "90", EXPIRED) if in_window(Recognition.objects.all(), w, TODAY).exists()}
    assert found == inside


def test_only_tier_titles_with_nothing_behind_them_lapse(titled):
    alone = titled(**ends(10))
    renewed = titled(**ends(10))
    later = titled(enterprise=renewed.enterprise, **ends(800))
    lower = titled("innovative", **ends(10))
    higher = titled("national_giant", enterprise=lower.enterprise, **ends(800))
    titled("high_tech", **ends(10))
    titled(revoked_on=TODAY, **ends(10))
    assert set(lapsing(Recognition.objects.all())) == {alone, later, higher}


def test_revoked_successor_does_not_save_a_title(titled):
    first = titled(**ends(10))
    titled(enterprise=first.enterprise, revoked_on=TODAY, **ends(800))
    assert list(lapsing(Recognition.objects.all())) == [first]


def test_two_rows_that_end_together_are_one(titled):
    first = titled(**ends(10))
    second = titled(enterprise=first.enterprise, **ends(10))
    assert list(lapsing(Recognition.objects.all())) == [second]


# ---- what a review would say ----------------------------------------------------------------------------
def test_missing_data_is_not_a_failure(titled):
    found = look(in_time(titled(**ends(10))))
    assert found.verdict == Verdict.MISSING
    assert found.reasons == []
    assert found.missing


def test_figures_under_the_line_fail_with_value_and_need(titled):
    row = in_time(titled(**ends(10)))
    FirmProfile.objects.create(enterprise=row.enterprise)
    YearlyFigures.objects.create(enterprise=row.enterprise, year=2025, revenue=5_000_000, rd_expense=10)
    found = look(row)
    assert found.verdict == Verdict.NOT_MET
    assert any("营业收入" in reason for reason in found.reasons)


def test_lost_review_fails_whatever_the_figures_say(titled):
    row = titled(**ends(10))
    AnnualUpdate.objects.create(enterprise=row.enterprise, year=2024, completed_on=date(2024, 4, 30))
    found = look(row)
    assert found.verdict == Verdict.NOT_MET
    assert found.review_lost == ["没有在 2025-04-30 前（含当日）完成年度信息更新，取消本次到期的复核资格。"]
    assert not found.review_is_open


def test_days_left_and_the_window_of_the_review(titled):
    found = look(in_time(titled(**ends(10))))
    assert (found.days_left, found.review_is_open) == (10, True)
    assert found.window == (date(2025, 5, 30), date(2026, 11, 30))
    assert (found.update_due, found.updated_on) == (date(2026, 5, 31), date(2026, 1, 5))


@pytest.mark.parametrize("titles", [["provincial_srdi"], ["provincial_srdi", "national_giant", "innovative"]])
def test_queries_do_not_grow_with_enterprises(titled, titles, django_assert_max_num_queries):
    for title in titles:
        for _ in range(3):
            titled(title, **ends(10))
    rows = Recognition.objects.select_related("enterprise")
    one = rows.filter(title=titles[0])[:1]
    with django_assert_max_num_queries(60) as few:
        outlooks(one, TODAY, Documents())
    with django_assert_max_num_queries(60) as many:
        outlooks(rows.filter(title=titles[0]), TODAY, Documents())
    assert len(few) == len(many)


# ---- the page -------------------------------------------------------------------------------------------
@pytest.fixture
def world(titled, at):
    at(TODAY)
    rows = [titled(**ends(days)) for days in (5, 60, 150, -20)]
    titled(enterprise=EnterpriseFactory(managing_unit=region("金水区")), **ends(5))
    other = EnterpriseFactory(
        managing_unit=region("卫滨区"), created_at=dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
    )
    titled(enterprise=other, **ends(20))
    YearlyFigures.objects.create(enterprise=rows[0].enterprise, year=2025, revenue=5_000_000)
    return rows


def shown(page):
    return {row.recognition.pk for row in page.context["page"]}


def test_cards_count_the_rows_behind_them(client, world, city):
    client.force_login(city)
    page = client.get(URL)
    counts = {card["window"]: card["count"] for card in page.context["cards"]}
    assert counts == {"180": 4, "90": 3, "30": 2, "expired": 1}
    for card in page.context["cards"]:
        assert client.get(URL + card["url"]).context["page"].paginator.count == card["count"]
    failing = client.get(URL, {"window": "180", "verdict": "not_met"})
    assert failing.context["page"].paginator.count == page.context["failing"] > 0


def test_county_sees_its_own_titles_and_filters_narrow_them(client, world, county):
    client.force_login(county)
    assert shown(client.get(URL)) == {row.pk for row in world[:3]}
    assert shown(client.get(URL, {"window": "30"})) == {world[0].pk}
    assert shown(client.get(URL, {"q": world[1].enterprise.uscc})) == {world[1].pk}
    assert shown(client.get(URL, {"title": "national_giant"})) == set()


def test_wrong_filters_are_answered_and_never_a_server_error(client, world, city):
    client.force_login(city)
    for query in (
        {"window": "7"},
        {"window": "x" * 500},
        {"title": "\x00"},
        {"verdict": "no"},
        {"page": "-1"},
    ):
        assert client.get(URL, query).status_code == 200


def test_verdicts_for_counting_are_those_of_the_full_assessment(titled, at):
    at(TODAY)
    rows = [titled(title, **ends(10)) for title in ("innovative", "provincial_srdi", "national_giant")]
    rows += [in_time(titled(**ends(10))), titled("innovative", **ends(-400))]
    for row, revenue in zip(rows, (1, 5_000_000, 80_000_000, 20_000_000, 9_000_000), strict=True):
        for year in (2024, 2025):
            YearlyFigures.objects.create(
                enterprise=row.enterprise, year=year, revenue=revenue, rd_expense=revenue // 20, staff=80
            )
    found = Recognition.objects.select_related("enterprise")
    full = {one.recognition.pk: one.verdict for one in outlooks(found, TODAY, Documents())}
    assert verdicts(found, TODAY, Documents()) == full
    assert len(set(full.values())) > 1


def test_queries_of_the_page_do_not_grow_with_its_rows(
    client, titled, city, at, django_assert_max_num_queries
):
    at(TODAY)
    client.force_login(city)
    titled(**ends(5))
    client.get(URL)
    with django_assert_max_num_queries(80) as one:
        client.get(URL)
    for _ in range(3):
        titled(**ends(5))
    with django_assert_max_num_queries(80) as four:
        client.get(URL)
    assert len(one) == len(four)


def test_export_holds_the_rows_of_the_page(client, world, city):
    client.force_login(city)
    answer = client.post(f"{reverse('tiers:title_radar_export')}?window=90")
    job = Job.objects.get()
    assert answer.url == reverse("core:job_detail", args=[job.pk])
    jobs.run(job.pk)
    job.refresh_from_db()
    rows = read_sheet(job)
    assert {row["统一社会信用代码"] for row in rows} == {
        row.recognition.enterprise.uscc for row in client.get(URL, {"window": "90"}).context["page"]
    }
    assert [row["剩余天数"] for row in rows] == [5, 20, 60]


def test_api_gives_the_same_rows(client, world, county):
    client.force_login(county)
    answer = client.get("/api/title-radar/", {"window": "90"}).json()
    assert [row["recognition"] for row in answer["results"]] == [world[0].pk, world[1].pk]
    assert answer["results"][0]["verdict"] == "not_met"
    assert client.get("/api/title-radar/", {"window": "7"}).status_code == 400


def test_others_have_no_radar(client, world, member):
    for user in (member(world[0].enterprise), UserFactory(finance=True), UserFactory(sysadmin=True)):
        client.force_login(user)
        assert client.get(URL).status_code == 403
