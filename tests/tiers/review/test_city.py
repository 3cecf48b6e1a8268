"""Taking up, drawing, publishing, objections, reporting."""

import datetime
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, DomainError
from core.models import CalendarDay
from core.workdays import workdays_after
from policies.queries import standard_of
from tests.factories import IntakeFactory, PublicityFactory, UserFactory, region
from tests.tiers.review.cases import again, case, city, county, edition, ready
from tests.tiers.review.draws import drawn
from tiers import draw as drawing
from tiers.enums import ApplicationState, ObjectionKind
from tiers.models import Application, Draw, Objection, Publicity, Recognition, Report
from tiers.queries.city import public_list, report_rows, reportable, unit_progress
from tiers.services.city import (
    decide_objection,
    draw_cases,
    publish_publicity,
    raise_objection,
    report_to_province,
    take_up_application,
)
from tiers.services.decisions import recommend_application

pytestmark = pytest.mark.django_db
D = datetime.date.fromisoformat


# ---- taking up ------------------------------------------------------------------------------------------


def test_the_city_takes_a_recommended_case_up_and_its_clock_starts():
    application, officer = case(ApplicationState.RECOMMENDED), city()
    take_up_application(application=application, actor=officer)
    application = again(application)
    days = standard_of(application.edition).procedure.city_review_working_days
    assert (application.state, application.assigned_to) == ("city_review", officer)
    assert application.due_on == workdays_after(D("2026-05-20"), days)


@pytest.mark.parametrize("state", [s for s in ApplicationState if s != "recommended"])
def test_only_a_recommended_case_is_taken_up(state):
    edition()
    application = case(state)
    with pytest.raises(Conflict):
        take_up_application(application=application, actor=city())


# ---- draw: the pure part --------------------------------------------------------------------------------

NUMBERS = [f"2026-410702-{n:05d}" for n in range(1, 21)]


def test_a_draw_can_be_done_again_by_hand():
    def order(number):
        return hashlib.sha256(f"20260520{number}".encode()).hexdigest()

    assert drawing.draw(NUMBERS, seed="20260520", size=5) == sorted(NUMBERS, key=order)[:5]
    assert drawing.pool_sha256(NUMBERS) == hashlib.sha256("\n".join(NUMBERS).encode()).hexdigest()


@given(st.permutations(NUMBERS), st.text(max_size=20), st.integers(1, 20))
def test_the_order_in_which_the_pool_was_written_down_does_not_matter(pool, seed, size):
    assert drawing.draw(pool, seed=seed, size=size) == drawing.draw(NUMBERS, seed=seed, size=size)
    assert drawing.pool_sha256(pool) == drawing.pool_sha256(NUMBERS)


@given(st.integers(0, 19))
def test_the_fingerprint_tells_any_change_of_the_pool(gone):
    less = [number for place, number in enumerate(NUMBERS) if place != gone]
    assert drawing.pool_sha256(less) != drawing.pool_sha256(NUMBERS)
    changed = [*less, NUMBERS[gone] + "1"]
    assert drawing.pool_sha256(changed) != drawing.pool_sha256(NUMBERS)


def test_a_published_draw_holds_only_as_it_was():
    good = {"seed": "1", "pool": NUMBERS, "pool_hash": drawing.pool_sha256(NUMBERS), "size": 3}
    drawn_now = drawing.draw(NUMBERS, seed="1", size=3)
    assert drawing.holds(**good, drawn=drawn_now)
    assert not drawing.holds(**good, drawn=drawn_now[::-1])
    assert not drawing.holds(**(good | {"seed": "2"}), drawn=drawn_now)
    assert not drawing.holds(**(good | {"pool": NUMBERS[:-1]}), drawn=drawn_now)
    assert not drawing.holds(**(good | {"size": 2}), drawn=drawn_now)


# ---- draw: the service ----------------------------------------------------------------------------------


def test_the_pool_is_what_stands_before_the_city():
    edition()
    intake = IntakeFactory()
    cases = {state: case(state, intake=intake) for state in ApplicationState if state != "draft"}
    elsewhere = case(ApplicationState.CITY_REVIEW)
    found = drawn(cases["recommended"], size=2)
    numbers = {cases["recommended"].number, cases["city_review"].number}
    assert set(found.pool) == set(found.drawn) == numbers
    assert elsewhere.number not in found.pool
    assert {e.application.number for e in cases["recommended"].events.model.objects.all()} == numbers
    assert not cases["recommended"].events.get().public


def test_cases_of_units_that_answer_to_the_province_are_not_drawn():
    intake = IntakeFactory(city=region("郑州市"))
    direct = case(ApplicationState.CITY_REVIEW, intake=intake, unit="郑州航空港经济综合实验区")
    mine = case(ApplicationState.CITY_REVIEW, intake=intake, unit="金水区")
    found = draw_cases(intake=intake, purpose="抽查", seed="1", size=1, actor=city("郑州市"))
    assert found.pool == [mine.number]
    assert direct.number not in found.pool


@pytest.mark.parametrize("size", [0, -1, 3])
def test_the_size_is_between_one_and_the_pool(size):
    intake = IntakeFactory()
    for _ in range(2):
        case(ApplicationState.CITY_REVIEW, intake=intake)
    with pytest.raises(DomainError, match="应在 1 至 2 之间"):
        draw_cases(intake=intake, purpose="抽查", seed="1", size=size, actor=city())


def test_an_empty_pool_and_a_used_seed_are_refused():
    intake = IntakeFactory()
    with pytest.raises(DomainError, match="没有可以抽取的对象"):
        draw_cases(intake=intake, purpose="抽查", seed="1", size=1, actor=city())
    application = case(ApplicationState.CITY_REVIEW, intake=intake)
    drawn(application)
    with pytest.raises(Conflict, match="不能重抽"):
        drawn(application)
    assert drawn(application, seed="2026052").seed == "2026052"


def test_a_draw_is_kept_for_good():
    from django.db.utils import InternalError

    found = drawn(case(ApplicationState.CITY_REVIEW))
    with pytest.raises(InternalError):
        Draw.objects.filter(pk=found.pk).update(seed="2")


# ---- public notice --------------------------------------------------------------------------------------


TOMORROW = D("2026-05-21")


def published(*cases, starts_on=TOMORROW, intake=None):
    return publish_publicity(
        intake=intake or cases[0].intake, applications=cases, title="关于拟推荐企业的公示", starts_on=starts_on,
        contact="新乡市工信局 0373-3050000", actor=city(),
    )  # fmt: skip


def in_review(**changes):
    application = ready(**changes)
    recommend_application(application=application, opinion="同意", actor=county())
    take_up_application(application=application, actor=city())
    return again(application)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2026-05-20", "2026-05-26"),  # Wednesday: five working days over a weekend
        ("2026-05-25", "2026-05-29"),  # Monday to Friday
        ("2026-05-23", "2026-05-29"),  # a Saturday does not count
        ("2026-09-28", "2026-10-09"),  # the National Day holiday does not count
    ],
)
def test_a_notice_runs_for_the_working_days_of_the_standard(starts, ends):
    notice = published(in_review(), starts_on=D(starts))
    assert (notice.starts_on, notice.ends_on) == (D(starts), D(ends))


def test_the_calendar_of_the_office_wins():
    CalendarDay.objects.create(day=D("2026-05-22"), is_workday=False, note="全市停电")
    assert published(in_review()).ends_on == D("2026-05-28")


def test_publishing_moves_the_cases_and_tells_them():
    one = in_review()
    two = in_review(intake=one.intake)
    notice = published(one, two)
    assert {(c.state, c.publicity_id, c.due_on) for c in Application.objects.all()} == {
        ("publicity", notice.pk, notice.ends_on)
    }
    assert again(one).events.last().reason == "公示期 2026-05-21 至 2026-05-27。"


@pytest.mark.parametrize(("day", "good"), [("2026-05-19", False), ("2026-05-20", True), ("2026-05-21", True)])
def test_a_notice_does_not_start_in_the_past(day, good):
    application = in_review()
    if good:
        assert published(application, starts_on=D(day)).starts_on == D(day)
    else:
        with pytest.raises(DomainError, match="不能早于今天"):
            published(application, starts_on=D(day))


def test_one_case_that_is_not_ready_stops_the_list_and_is_named():
    good = in_review()
    bad = in_review(intake=good.intake)
    drawn(bad, size=2)
    with pytest.raises(DomainError) as refusal:
        published(good, bad)
    assert bad.enterprise.name in str(refusal.value)
    assert not Publicity.objects.exists()


def test_a_case_that_has_moved_on_or_is_of_another_intake_is_refused():
    good = in_review()
    gone = case(ApplicationState.REJECTED, intake=good.intake)
    with pytest.raises(Conflict, match=gone.enterprise.name):
        published(good, gone)
    with pytest.raises(Conflict, match="不都在这个批次"):
        published(good, in_review())
    with pytest.raises(DomainError, match="至少选择一家"):
        published(intake=good.intake)


def test_the_title_below_is_looked_at_again():
    application = in_review()
    Recognition.objects.update(valid_until=D("2026-05-19"))
    with pytest.raises(DomainError, match="还不能公示"):
        published(application)


def test_the_public_list_has_nothing_but_names_and_counties():
    one = in_review()
    two = in_review(intake=one.intake, unit="卫滨区")
    assert public_list(published(one, two)) == [
        (one.enterprise.name, "红旗区"),
        (two.enterprise.name, "卫滨区"),
    ]


# ---- objections -----------------------------------------------------------------------------------------


def object_to(application, day="2026-05-21", **changes):
    details = {
        "raised_by": "赵某",
        "contact": "13800000000",
        "content": "专利系受让取得",
        "raised_on": D(day),
        "actor": city(),
    }
    return raise_objection(application=application, **(details | changes))


@pytest.mark.parametrize(
    ("raised", "good"),
    [("2026-05-20", False), ("2026-05-21", True), ("2026-05-27", True), ("2026-05-28", False)],
)
def test_an_objection_is_raised_inside_the_notice(at, raised, good):
    application = in_review()
    published(application)  # 2026-05-21 to 2026-05-27
    at("2026-05-29")
    if good:
        object_to(application, raised)
        assert again(application).state == "objection"
    else:
        with pytest.raises(DomainError, match="公示期"):
            object_to(application, raised)


def test_an_objection_is_not_of_a_day_to_come(at):
    application = in_review()
    published(application)
    at("2026-05-25")
    with pytest.raises(DomainError, match="不能晚于今天"):
        object_to(application, "2026-05-26")


@pytest.mark.parametrize("field", ["raised_by", "contact", "content"])
def test_an_objection_is_under_a_real_name_with_words(at, field):
    application = in_review()
    published(application)
    at("2026-05-22")
    with pytest.raises(DomainError):
        object_to(application, **{field: " "})
    assert again(application).state == "publicity"


def test_what_was_objected_is_not_for_the_enterprise(at):
    application = in_review()
    published(application)
    at("2026-05-22")
    object_to(application)
    event = again(application).events.last()
    assert event.reason == ""
    assert "赵某" not in str(event.data)


def test_a_dismissed_objection_gives_the_case_back_once_none_is_open(at):
    application = in_review()
    notice = published(application)
    at("2026-05-22")
    one, two = object_to(application), object_to(application)
    decide_objection(objection=one, upheld=False, decision="专利为自主研发，查无此事", actor=city())
    assert again(application).state == "objection"
    decide_objection(objection=two, upheld=False, decision="同上", actor=city())
    application = again(application)
    assert (application.state, application.due_on) == ("publicity", notice.ends_on)
    assert {o.state for o in Objection.objects.all()} == {"dismissed"}


def test_an_upheld_objection_ends_the_case(at):
    application = in_review()
    published(application)
    at("2026-05-22")
    one, two = object_to(application), object_to(application)
    decide_objection(objection=one, upheld=True, decision="专利确系受让", actor=city())
    application = again(application)
    assert (application.state, application.recommended_as) == ("rejected", None)
    assert application.events.last().reason == "公示异议成立：专利确系受让"
    decide_objection(objection=two, upheld=False, decision="重复反映", actor=city())
    assert again(application).state == "rejected"


def test_a_decision_has_words_and_is_made_once(at):
    application = in_review()
    published(application)
    at("2026-05-22")
    objection = object_to(application)
    with pytest.raises(DomainError):
        decide_objection(objection=objection, upheld=True, decision=" ", actor=city())
    decide_objection(objection=objection, upheld=False, decision="查无此事", actor=city())
    with pytest.raises(Conflict, match="已经处理"):
        decide_objection(objection=objection, upheld=True, decision="改了主意", actor=city())
    assert again(application).state == "publicity"


# ---- report ---------------------------------------------------------------------------------------------


def report(*cases, on="2026-05-28", office="新乡市", intake=None, number="新工信〔2026〕12号"):
    return report_to_province(
        intake=intake or cases[0].intake, region=region(office), applications=cases, document_number=number,
        reported_on=D(on), actor=city(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "good"),
    [("2026-05-26", False), ("2026-05-27", False), ("2026-05-28", True), ("2026-06-01", True)],
)
def test_a_case_is_reported_only_after_the_last_day_of_its_notice(at, day, good):
    application = in_review()
    published(application)  # until 2026-05-27
    at(day)
    assert reportable(application.intake, region("新乡市"), D(day)).exists() == good
    if good:
        found = report(application, on=day)
        application = again(application)
        assert (application.state, application.report, application.due_on) == ("reported", found, None)
        assert application.events.last().reason == "以 新工信〔2026〕12号 上报。"
    else:
        with pytest.raises(DomainError, match="还没有结束"):
            report(application, on=day)


def test_an_objection_holds_its_case_and_no_other(at):
    one = in_review()
    two = in_review(intake=one.intake)
    published(one, two)
    at("2026-05-22")
    objection = object_to(one)
    at("2026-05-28")
    with pytest.raises(Conflict, match=one.enterprise.name):
        report(one, two)
    report(two)
    decide_objection(objection=objection, upheld=False, decision="查无此事", actor=city())
    report(one, number="新工信〔2026〕13号")
    assert Report.objects.count() == 2


def test_a_report_is_not_of_a_day_to_come_nor_before_the_notice_ended(at):
    application = in_review()
    published(application)
    at("2026-05-28")
    with pytest.raises(DomainError, match="不能晚于今天"):
        report(application, on="2026-05-29")
    with pytest.raises(DomainError, match="还没有结束"):
        report(application, on="2026-05-27")


def test_an_appeal_holds_nothing(at):
    application = in_review()
    published(application)
    at("2026-05-28")
    Objection.objects.create(
        kind=ObjectionKind.APPEAL, application=application, raised_by="甲", contact="1", content="x",
        raised_on=D("2026-05-21"), recorded_by=city(),
    )  # fmt: skip
    assert report(application).pk


def test_a_unit_that_answers_to_the_province_reports_its_own_list():
    hub, intake = "郑州航空港经济综合实验区", IntakeFactory(city=region("郑州市"))
    listed = ready(unit=hub, intake=intake)
    other = ready(unit=hub, intake=intake)
    recommend_application(application=listed, opinion="同意", actor=county(hub))
    with pytest.raises(DomainError, match="没有列入本单位推荐名单"):
        report(listed, other, office=hub, on="2026-05-20")
    with pytest.raises(Conflict):
        report(listed, office="郑州市", on="2026-05-20")
    report(listed, office=hub, on="2026-05-20")
    assert (again(listed).state, again(other).state) == ("reported", "county_review")


def test_such_a_list_is_looked_at_again_before_it_goes():
    hub, intake = "郑州航空港经济综合实验区", IntakeFactory(city=region("郑州市"))
    listed = ready(unit=hub, intake=intake)
    recommend_application(application=listed, opinion="同意", actor=county(hub))
    Recognition.objects.update(valid_until=D("2026-05-19"))
    with pytest.raises(DomainError, match="还不能上报"):
        report(listed, office=hub, on="2026-05-20")


def test_lines_of_the_summary():
    application = case(ApplicationState.PUBLICITY, recommended_as=3)
    [row] = report_rows([again(application)])
    assert (row.number, row.city, row.unit, row.industry, row.product, row.score, row.visit, row.place) == (
        1, "新乡市", "红旗区", "3525", "精密滚珠丝杠副", "符合认定条件", "未核查", 3,
    )  # fmt: skip
    assert (row.contact, row.phone) == ("李工", "13803730002")


def test_the_summary_takes_as_many_queries_for_three_as_for_one(django_assert_max_num_queries):
    intake = IntakeFactory()
    notice = PublicityFactory(intake=intake)
    for _ in range(3):
        case(ApplicationState.PUBLICITY, intake=intake, publicity=notice, recommended_as=None)
    cases = Application.objects.select_related("enterprise", "managing_unit__parent", "edition")
    with django_assert_max_num_queries(3):
        report_rows(cases[:1])
    with django_assert_max_num_queries(3):
        assert len(report_rows(cases)) == 3


# ---- progress -------------------------------------------------------------------------------------------


def test_completeness_by_county(django_assert_num_queries):
    edition()
    intake = IntakeFactory()
    for state in ("submitted", "county_review", "recommended", "rejected"):
        case(ApplicationState(state), intake=intake)
    case(ApplicationState.CITY_REVIEW, intake=intake, unit="卫滨区")
    reader = UserFactory()
    with django_assert_num_queries(2):
        rows = unit_progress(intake, Application.objects.visible_to(reader))
    found = {row["unit"]: (row["total"], row["handed_in"], row["finished"]) for row in rows}
    assert found == {"红旗区": (4, 4, 2), "卫滨区": (1, 1, 1)}
