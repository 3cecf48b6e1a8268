"""Verdicts of officers on criteria, and visits on site."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import Conflict
from tests.factories import SubmissionFactory, snapshot, snapshot_sha256
from tests.tiers.review.cases import (
    AGREES,
    JUDGED,
    again,
    case,
    city,
    county,
    edition,
    findings,
    judged,
    png,
    sections,
    submit,
    to_city,
    visited,
)
from tiers.enums import ApplicationState, ReviewLevel, VisitItem
from tiers.models import CriterionCheck, SiteVisit
from tiers.queries.criteria import criterion_rows
from tiers.services.review import Refused, Tick, check_criteria, check_criterion, record_visit

pytestmark = pytest.mark.django_db
COUNTY, CITY = ReviewLevel.COUNTY, ReviewLevel.CITY


def row(application, key, level=COUNTY):
    return next(one for one in criterion_rows(again(application), level) if one.key == key)


def check(application, key, verdict, note="", level=COUNTY):
    return check_criterion(
        application=application, level=level, criterion=key, verdict=verdict, note=note, actor=county()
    )


# ---- when a note is asked for ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("engine", "verdict", "note", "kept"),
    [
        ("met", "met", "", True),
        ("not_met", "not_met", "", True),
        ("met", "not_met", "", False),
        ("met", "not_met", "发票与台账不符", True),
        ("not_met", "met", "", False),
        ("not_met", "met", "审计报告为准", True),
        ("person", "met", "", False),
        ("person", "not_met", "", False),
        ("person", "met", "  ", False),
        ("person", "met", "—", False),
        ("person", "met", "查阅协会排名", True),
        ("missing", "met", "", False),
        ("missing", "met", "现场看过原件", True),
    ],
)
def test_a_note_is_mandatory_where_a_person_judges_or_disagrees(engine, verdict, note, kept):
    application = case(verdicts={"rd_ratio": engine})
    if kept:
        assert check(application, "rd_ratio", verdict, note).verdict == verdict
    else:
        with pytest.raises(Refused):
            check(application, "rd_ratio", verdict, note)
    assert application.checks.exists() == kept


def test_the_city_says_why_it_differs_from_the_county():
    application = case()
    judged(application, "met")
    to_city(application)
    check(application, "rd_ratio", "met", level=CITY)
    with pytest.raises(Refused, match="写明"):
        check(application, JUDGED, "not_met", level=CITY)
    check(application, JUDGED, "not_met", "排名材料是自行编制的", level=CITY)
    assert row(application, JUDGED, CITY).other.verdict == "met"


def test_several_ticks_are_kept_all_or_none():
    application = case()
    ticks = [Tick("rd_ratio", "met"), Tick(JUDGED, "met"), Tick("no_such", "met"), Tick("revenue", "maybe")]
    with pytest.raises(Refused) as refusal:
        check_criteria(application=application, level=COUNTY, ticks=ticks, actor=county())
    assert set(refusal.value.errors) == {JUDGED, "no_such", "revenue"}
    assert not application.checks.exists()


def test_a_verdict_that_stands_is_left_alone_and_a_new_one_is_recorded_with_the_old():
    application = case()
    first = judged(application)
    assert judged(application) is None
    judged(application, "not_met", "协会没有这份排名")
    assert CriterionCheck.objects.get().pk == first.pk
    event = application.events.last()
    assert (event.action, event.public) == ("审核指标", False)
    assert event.data["before"] == {"verdict": "met", "note": "查阅行业协会排名"}
    assert event.data["after"] == {"verdict": "not_met", "note": "协会没有这份排名"}


@pytest.mark.parametrize("note", ["a\x00b", "\ud800", "坏\x07的", "长" * 1001])
def test_bad_text_in_a_note_is_refused(note):
    application = case()
    with pytest.raises(Refused):
        check(application, JUDGED, "met", note)


@pytest.mark.parametrize(
    "state", [state for state in ApplicationState if state not in ("county_review", "returned_to_county")]
)
def test_the_county_checks_only_while_it_reviews(state):
    edition()
    application = case(state)
    with pytest.raises(Conflict):
        check(application, "rd_ratio", "met")


@pytest.mark.parametrize("state", [state for state in ApplicationState if state != "city_review"])
def test_the_city_checks_only_while_it_reviews(state):
    edition()
    application = case(state)
    with pytest.raises(Conflict):
        check(application, "rd_ratio", "met", level=CITY)


# ---- stale checks ---------------------------------------------------------------------------------------


def test_a_check_goes_stale_only_when_the_facts_of_its_criterion_change():
    application = case()
    judged(application)
    check(application, "rd_ratio", "met")
    check(application, "revenue", "met")
    submit(application, number=2, verdicts={"rd_ratio": "not_met"})
    assert {key: row(application, key).stale for key in ("rd_ratio", "revenue", JUDGED)} == {
        "rd_ratio": True, "revenue": False, JUDGED: False,
    }  # fmt: skip
    assert row(application, "rd_ratio").holds is None


def test_a_finding_without_inputs_rests_on_the_whole_form():
    application = case()

    def bare(number, **answers):
        found = [{k: v for k, v in one.items() if k != "inputs"} for one in findings()]
        content = snapshot(
            application, edition=application.edition, number=number, sections=sections(**answers),
            assessment={"verdict": "person", "points": None, "findings": found},
        )  # fmt: skip
        return SubmissionFactory(
            application=application, round=number, edition=application.edition, snapshot=content,
            sha256=snapshot_sha256(content),
        )  # fmt: skip

    bare(2)
    judged(application)
    bare(3)
    assert not row(application, JUDGED).stale
    bare(4, distinctive={"market_position": "省内第一"})
    assert row(application, JUDGED).stale


def test_new_evidence_for_a_criterion_makes_its_check_stale():
    application = case()
    judged(application)
    second = submit(application, number=2)
    assert not row(application, JUDGED).stale
    content = second.snapshot | {"round": 3}
    content["sections"]["other"] = {
        "answers": {}, "items": {}, "evidence": [{"slot": JUDGED, "name": "排名.pdf", "sha256": "ab" * 32}],
    }  # fmt: skip
    SubmissionFactory(
        application=application, round=3, edition=application.edition, snapshot=content,
        sha256=snapshot_sha256(content),
    )  # fmt: skip
    assert row(application, JUDGED).stale
    assert [file["name"] for file in row(application, JUDGED).evidence] == ["排名.pdf"]


def test_rows_take_as_many_queries_after_three_rounds_as_after_one(django_assert_num_queries):
    application = case()
    judged(application)
    with django_assert_num_queries(3):
        criterion_rows(application, COUNTY)
    submit(application, number=2)
    submit(application, number=3)
    check(application, "rd_ratio", "met")
    with django_assert_num_queries(3):
        criterion_rows(application, COUNTY)


# ---- on site --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "good"),
    [("2026-05-19", True), ("2026-05-20", True), ("2026-05-21", False), ("2027-05-20", False)],
)
def test_a_visit_is_not_in_the_future(day, good):
    application = case()
    if good:
        assert visited(application, visited_on=datetime.date.fromisoformat(day)).consistent
    else:
        with pytest.raises(Refused, match="不能晚于今天"):
            visited(application, visited_on=datetime.date.fromisoformat(day))


@pytest.mark.parametrize(("one", "other"), [("张三", "张三"), ("张三", "张 三"), ("Li Si", "ＬＩ　ｓｉ")])
def test_a_visit_is_by_two_different_officers(one, other):
    with pytest.raises(Refused, match="两名不同"):
        visited(case(), first_officer=one, second_officer=other)


def test_every_item_is_answered_and_a_disagreement_has_words():
    findings = {VisitItem.PREMISES: (True, ""), VisitItem.STAFF: (False, "")}
    with pytest.raises(Refused) as refusal:
        visited(case(), findings=findings)
    assert set(refusal.value.errors) == {"staff", "equipment", "laboratory", "finance", "ip"}


def test_a_visit_agrees_when_every_item_does():
    application = case()
    findings = AGREES | {"staff": (False, "社保 150 人，填报 180 人")}
    visit = visited(application, findings=findings, problems="厂区在搬迁")
    assert (visit.consistent, visit.problems) == (False, "社保人数：社保 150 人，填报 180 人\n厂区在搬迁")
    assert visit.findings["staff"] == {"agrees": False, "note": "社保 150 人，填报 180 人"}
    event = application.events.get()
    assert (event.action, event.public, event.data["visit"]) == ("登记实地核查", False, visit.pk)


def test_photos_are_kept_as_evidence_of_the_enterprise():
    application = case()
    visit = visited(application, photos=[SimpleUploadedFile("现场.png", png(), "image/png")])
    assert [photo.enterprise for photo in visit.photos.all()] == [application.enterprise]


def test_a_refused_photo_is_named_and_nothing_is_kept():
    application = case()
    with pytest.raises(Refused) as refusal:
        visited(application, photos=[SimpleUploadedFile("现场.png", b"MZ", "image/png")])
    assert set(refusal.value.errors) == {"photos"}
    assert not SiteVisit.objects.exists()


@pytest.mark.parametrize("state", ["submitted", "returned", "recommended", "publicity", "granted"])
def test_no_visit_is_recorded_out_of_review(state):
    edition()
    with pytest.raises(Conflict):
        visited(case(state))
    assert not SiteVisit.objects.exists()


def test_the_city_records_its_own_visit():
    application = case(ApplicationState.CITY_REVIEW)
    visit = record_visit(
        application=application, level=CITY, visited_on=datetime.date(2026, 5, 20), first_officer="王五",
        second_officer="赵六", findings=AGREES, actor=city(),
    )  # fmt: skip
    assert visit.level == CITY
