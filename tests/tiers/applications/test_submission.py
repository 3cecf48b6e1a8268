"""Handing in, correcting what was sent back, the snapshot and its hash."""

import datetime
import json

import pytest
from django.utils import timezone

from core.errors import Conflict, DomainError
from core.workdays import workdays_after
from enterprises.models import IntellectualProperty
from enterprises.queries import answers_of
from enterprises.services import save_answers
from tests.factories import ApplicationFactory, MembershipFactory, UserFactory, region
from tests.tiers.applications.filled import TODAY, evidence, fill, filled, firm, open_intake, started
from tests.tiers.applications.threads import in_threads
from tiers.enums import ApplicationState, Origin, PointState, ReviewLevel, SectionStatus
from tiers.models import Submission
from tiers.queries.cases import (
    check_status,
    diff,
    editable,
    latest_submission,
    load_case,
    open_points,
    task_list,
    waiting_for,
)
from tiers.queries.content import flat
from tiers.services.cases import start_application
from tiers.services.drafts import attach_evidence, save_section
from tiers.services.returns import NewPoint, return_application
from tiers.services.review import accept_application
from tiers.services.submission import (
    AlreadySubmitted,
    canonical,
    fingerprint,
    submit_application,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standards")]
DAY = datetime.timedelta(days=1)
YEAR = TODAY().year - 1


def submit(application, user, by="张建国", words=""):
    submission = submit_application(application=application, actor=user, declared_by=by, words=words)
    application.refresh_from_db()
    return submission


def change(application, user, key, **raw):
    version = load_case(application).rows[key].version
    return save_section(application=application, key=key, raw=raw, version=version, actor=user)


# ---- the first time -------------------------------------------------------------------------------------


def test_submission_passes_the_case_to_the_county_with_number_and_deadline():
    application, user = filled()
    submission = submit(application, user, words="请审核")
    assert (application.state, submission.round) == (ApplicationState.SUBMITTED, 1)
    assert application.number == f"{TODAY().year}-410702-{application.pk:05d}"
    assert application.due_on > TODAY()
    event = application.events.last()
    assert (event.action, event.reason, event.data["submission"]) == ("提交申报", "请审核", submission.pk)


def test_snapshot_has_all_that_was_handed_in_and_its_hash_can_be_checked():
    application, user = filled()
    stored = Submission.objects.get(pk=submit(application, user).pk)
    snapshot = stored.snapshot
    assert set(snapshot) == {
        "enterprise", "title", "kind", "intake", "edition", "sections", "assessment", "declared_by", "round",
    }  # fmt: skip
    assert fingerprint(snapshot) == stored.sha256
    assert json.loads(canonical(snapshot)) == snapshot
    assert snapshot["edition"]["sha256"] == stored.edition.sha256
    figures = snapshot["sections"]["figures"]
    assert figures["answers"][f"revenue.{YEAR}"] == "8,642.50"
    assert snapshot["sections"]["distinctive"]["answers"]["own_brand"] == "是"
    assert {file["slot"] for file in figures["evidence"]} == {
        f"audit.{YEAR}",
        f"audit.{YEAR - 1}",
        "staff_proof",
    }
    assert {finding["verdict"] for finding in snapshot["assessment"]["findings"]} >= {"met"}
    assert snapshot["declared_by"] == "张建国"


def test_snapshot_reads_in_the_order_of_the_form_after_the_database_has_kept_it():
    application, user = filled()
    sections = Submission.objects.get(pk=submit(application, user).pk).snapshot["sections"]
    names = list(flat(sections["basic"]))
    assert names[:3] == ["established_on", "industry_code", "registered_address"]
    assert names[-1] == "licence"
    years = [name for name in flat(sections["figures"]) if name.startswith(("revenue", "audit."))]
    assert years == [f"revenue.{YEAR - n}" for n in range(3)] + [f"audit.{YEAR - n}" for n in range(2)]


def test_living_record_takes_the_valid_answers():
    application, user = filled()
    change(application, user, "basic", email="")
    submit(application, user)
    known = answers_of(application.enterprise, (YEAR,))
    assert (known[f"revenue.{YEAR}"], known["lead_product"]) == ("8,642.50", "精密滚珠丝杠副")
    assert "email" not in known
    assert application.enterprise.profile.facts["lead_product"]["source"] == "firm"


def test_wrong_answers_stand_in_the_way_even_where_none_is_required():
    application, user = filled()
    change(application, user, "basic", postcode="45300")
    with pytest.raises(DomainError, match="企业基本情况的“邮政编码”"):
        submit(application, user)


def test_gaps_are_named():
    application, user = started()
    fill(application, user, but=("lead_product", "licence"))
    with pytest.raises(DomainError, match="企业基本情况的“营业执照”；专业化的“主导产品名称”。请补全"):
        submit(application, user)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "张", "a\x00b", "长" * 41])
def test_declaration_needs_a_name(name):
    application, user = filled()
    with pytest.raises(DomainError, match="承诺人姓名"):
        submit(application, user, by=name)


@pytest.mark.parametrize(
    ("opens", "closes", "accepted"), [(1, 5, False), (0, 5, True), (-5, 0, True), (-5, -1, False)]
)
def test_deadline_is_a_day_of_the_database(opens, closes, accepted):
    application, user = filled()
    intake = application.intake
    intake.opens_on, intake.closes_on = TODAY() + opens * DAY, TODAY() + closes * DAY
    intake.save()
    if accepted:
        assert submit(application, user).round == 1
        return
    with pytest.raises(DomainError, match="今天不能提交"):
        submit(application, user)


def test_title_below_is_looked_at_again():
    application, user = filled()
    application.enterprise.recognitions.update(valid_until=TODAY() - DAY)
    with pytest.raises(DomainError, match="现在不能提交"):
        submit(application, user)


def test_firm_that_moved_meanwhile_goes_to_its_new_unit_or_is_refused():
    application, user = filled()
    application.enterprise.managing_unit = region("卫滨区")
    application.enterprise.save()
    submission = submit(application, user)
    assert application.managing_unit == region("卫滨区")
    assert submission.snapshot["enterprise"]["unit"] == "卫滨区"
    other, user = filled()
    other.enterprise.managing_unit = region("金水区")
    other.enterprise.save()
    with pytest.raises(DomainError, match="企业现由郑州市"):
        submit(other, user)


def test_second_press_is_told_that_it_is_done():
    application, user = filled()
    submit(application, user)
    with pytest.raises(AlreadySubmitted, match=f"编号 {application.number}，不用再提交"):
        submit(application, user)


@pytest.mark.parametrize("state", ApplicationState)
def test_only_a_case_with_the_firm_can_be_handed_in(state):
    application = ApplicationFactory(state=state)
    if state in ApplicationState.with_firm():
        return
    refusal = Conflict if state in ApplicationState.final() else AlreadySubmitted
    with pytest.raises(refusal):
        submit_application(application=application, actor=application.started_by, declared_by="张建国")


def test_entry_by_staff_is_marked_to_the_end():
    application, _ = started()
    officer = UserFactory(county=True)
    application.origin = Origin.STAFF
    application.save()
    fill(application, officer)
    submit(application, officer)
    assert application.events.last().action == "代企业提交申报"
    assert application.enterprise.profile.facts["lead_product"]["source"] == "staff"


# ---- corrections ----------------------------------------------------------------------------------------


def returned(*points, of=None):
    """(application, user, officer): handed in, accepted, sent back with comments on (part, place)."""
    application, user = of or filled()
    application.refresh_from_db()
    submit(application, user)
    officer = UserFactory(county=True)
    accept_application(application=application, actor=officer)
    return_application(
        application=application,
        level=ReviewLevel.COUNTY,
        target="enterprise",
        comment="请核对",
        points=[NewPoint(section, field, "请核对这一项") for section, field in points],
        actor=officer,
    )
    application.refresh_from_db()
    return application, user, officer


MARKED = (("specialised", "niche"), ("figures", f"revenue.{YEAR}"))


def test_only_marked_places_are_open():
    application, user, _ = returned(*MARKED)
    assert editable(application) == set(MARKED)
    change(application, user, "specialised", niche="机床用丝杠")
    for key, raw in (("specialised", {"lead_product": "导轨"}), ("basic", {"address": "别处"})):
        with pytest.raises(Conflict, match="没有退回修改"):
            change(application, user, key, **raw)
    with pytest.raises(Conflict, match="没有退回修改"):
        attach_evidence(
            application=application,
            slot="licence",
            evidence=evidence(application.enterprise, user),
            actor=user,
        )


def test_closed_answers_may_be_sent_along_unchanged():
    application, user, _ = returned(*MARKED)
    row = change(application, user, "specialised", niche="机床用丝杠", lead_product="精密滚珠丝杠副")
    assert row.answers["niche"] == "机床用丝杠"


def counted_rights(application) -> list[str]:
    """Value of the criterion on intellectual property in each submission, the first one first."""
    found = []
    for submission in application.submissions.order_by("round"):
        findings = {one["key"]: one["value"] for one in submission.snapshot["assessment"]["findings"]}
        found.append(findings["ip_one"])
    return found


@pytest.mark.parametrize(("marked", "counted"), [(MARKED[0], ["1", "1"]), (("innovation", "ip"), ["1", "2"])])
def test_list_that_was_not_marked_counts_as_it_was_handed_in(marked, counted):
    application, user = filled()

    def grant(number):
        IntellectualProperty.objects.create(
            enterprise=application.enterprise, kind="invention", name=f"发明{number}", number=number, origin="self",
            granted_on=TODAY() - datetime.timedelta(days=500), holder_rank=1, for_lead_product=True, applied=True,
        )  # fmt: skip

    grant("ZL1")
    application, user, _ = returned(marked, of=(application, user))
    grant("ZL2")
    submit(application, user)
    assert counted_rights(application) == counted


def test_comment_on_a_whole_part_opens_all_of_it():
    application, user, _ = returned(("basic", ""))
    assert {section for section, _ in editable(application)} == {"basic"}
    change(application, user, "basic", address="新地址")
    attach_evidence(
        application=application, slot="licence", evidence=evidence(application.enterprise, user), actor=user
    )
    assert [change.name for change in load_case(application).changes] == ["address", "licence"]


def test_task_list_shows_what_to_change_and_what_has_been():
    application, user, _ = returned(*MARKED)

    def shown():
        return {task.section.key: task.status for task in task_list(application) if task.points}

    assert shown() == {"specialised": SectionStatus.NEEDS_CHANGE, "figures": SectionStatus.NEEDS_CHANGE}
    change(application, user, "specialised", niche="机床用丝杠")
    assert shown() == {"specialised": SectionStatus.CHANGED, "figures": SectionStatus.NEEDS_CHANGE}
    assert check_status(load_case(application)) == SectionStatus.NOT_STARTED


def test_changes_that_wait_are_counted_until_they_are_handed_in():
    application, user, _ = returned(*MARKED)
    colleague = MembershipFactory(enterprise=application.enterprise).user

    def waiting():
        return [(one.changes, one.left) for one in waiting_for(colleague)]

    assert waiting() == [(0, 2)]
    change(application, user, "specialised", niche="机床用丝杠")
    assert waiting() == [(1, 1)]
    change(application, user, "specialised", niche="数控机床用滚珠丝杠副")  # back to what it was
    assert waiting() == [(0, 2)]
    change(application, user, "figures", **{f"revenue.{YEAR}": "8,642.5"})  # the same amount
    assert waiting() == [(0, 2)]
    change(application, user, "figures", **{f"revenue.{YEAR}": "8700"})
    submit(application, user)
    assert waiting() == []


def test_corrections_go_back_to_who_asked_with_the_days_that_were_left():
    application, user, _ = returned(*MARKED)
    left = application.days_left
    change(application, user, "figures", **{f"revenue.{YEAR}": "8700"})
    first, second = latest_submission(application), submit(application, user)
    assert (application.state, application.returned_by) == (ApplicationState.COUNTY_REVIEW, "")
    assert (application.due_on, application.days_left) == (workdays_after(TODAY(), left), None)
    assert [(one.name, one.old, one.new) for one in diff(first, second)] == [
        (f"revenue.{YEAR}", "8,642.50 万元", "8,700.00 万元")
    ]
    points = {point.field: point.state for point in application.returns.get().points.all()}
    assert points == {"niche": PointState.OPEN, f"revenue.{YEAR}": PointState.CHANGED}
    assert application.returns.get().answered_at is not None
    assert open_points(application) == []
    with pytest.raises(AlreadySubmitted):
        submit(application, user)


def test_corrections_for_the_city_go_to_the_city():
    application, user, _ = returned(*MARKED)
    application.returned_by = ReviewLevel.CITY
    application.save()
    submit(application, user)
    assert application.state == ApplicationState.CITY_REVIEW


def test_what_was_not_marked_stays_as_it_was_handed_in():
    application, user, _ = returned(("specialised", "niche"))
    first = latest_submission(application)
    save_answers(  # the living record goes on meanwhile
        enterprise=application.enterprise,
        answers={"lead_product": "导轨"},
        source="firm",
        as_of=TODAY(),
        actor=user,
    )
    from enterprises.models import IntellectualProperty

    IntellectualProperty.objects.create(enterprise=application.enterprise, name="新专利", kind="invention")
    change(application, user, "specialised", niche="机床用丝杠")
    second = submit(application, user)
    assert [change.name for change in diff(first, second)] == ["niche"]


def test_marked_list_is_taken_anew_from_the_record():
    application, user, _ = returned(("innovation", "ip"))
    from enterprises.models import IntellectualProperty

    IntellectualProperty.objects.create(
        enterprise=application.enterprise, name="一种丝杠", kind="invention", number="ZL1"
    )
    first, second = latest_submission(application), submit(application, user)
    [only] = diff(first, second)
    assert (only.label, only.old, only.new) == ("知识产权", "没有", "一种丝杠，发明专利，ZL1")


def test_entries_that_nobody_touched_are_no_change():
    from enterprises.models import IntellectualProperty

    enterprise, user = firm()
    application = start_application(intake=open_intake(), enterprise=enterprise, actor=user)
    IntellectualProperty.objects.create(
        enterprise=enterprise, name="一种丝杠", kind="invention", number="ZL1", origin="self", applied=True
    )
    fill(application, user)
    application, user, _ = returned(("innovation", ""), of=(application, user))
    assert load_case(application).changes == []
    assert submit(application, user).round == 2
    assert diff(*application.submissions.order_by("round")) == []


def test_corrections_may_be_handed_in_after_the_intake_and_without_the_title_below():
    application, user, _ = returned(*MARKED)
    application.intake.closes_on = TODAY() - DAY
    application.intake.opens_on = TODAY() - 9 * DAY
    application.intake.save()
    application.enterprise.recognitions.update(valid_until=TODAY() - DAY)
    change(application, user, "specialised", niche="机床用丝杠")
    assert submit(application, user).round == 2


def test_corrections_keep_the_standard_of_the_acceptance():
    application, user, _ = returned(*MARKED)
    assert submit(application, user).edition == application.edition


# ---- at the same time -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_colleagues_that_submit_together_hand_in_once():
    application, user = filled()
    colleague = MembershipFactory(enterprise=application.enterprise).user
    errors = in_threads(*[
        lambda person=person: submit_application(application=application, actor=person, declared_by="张建国")
        for person in (user, colleague, user, colleague)
    ])  # fmt: skip
    assert [type(error) for error in errors] == [AlreadySubmitted] * 3
    assert application.submissions.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_edit_beside_a_submission_is_in_it_or_refused():
    application, user = filled()
    version = load_case(application).rows["specialised"].version
    errors = in_threads(
        lambda: submit_application(application=application, actor=user, declared_by="张建国"),
        lambda: save_section(
            application=application, key="specialised", raw={"niche": "后来的"}, version=version, actor=user
        ),
    )
    handed_in = latest_submission(application.__class__.objects.get(pk=application.pk))
    inside = handed_in.snapshot["sections"]["specialised"]["answers"]["niche"] == "后来的"
    assert inside != bool(errors)
    assert load_case(application).answers("specialised")["niche"] == (
        "后来的" if inside else "数控机床用滚珠丝杠副"
    )


def test_submission_asks_a_constant_number_of_queries(django_assert_max_num_queries):
    from enterprises.models import IntellectualProperty

    counts = []
    for entries in (1, 3):
        application, user = filled()
        for number in range(entries):
            IntellectualProperty.objects.create(
                enterprise=application.enterprise,
                name=f"专利{number}",
                kind="invention",
                number=f"ZL{number}",
            )
        with django_assert_max_num_queries(80) as captured:
            submit(application, user)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_started_from_a_case_of_this_year_is_possible_after_a_rejection():
    application, user = filled()
    submit(application, user)
    again = open_intake()
    with pytest.raises(Conflict):
        start_application(intake=again, enterprise=application.enterprise, actor=user)
    assert timezone.localdate() == TODAY()
