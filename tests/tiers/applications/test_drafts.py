"""Saving parts of the form, files, status and gaps."""

import pytest

from core.errors import Conflict, DomainError
from tests.factories import EnterpriseFactory, MembershipFactory
from tests.tiers.applications.filled import evidence, fill, filled, firm, started
from tiers.enums import ApplicationState, SectionStatus
from tiers.models import ApplicationEvidence
from tiers.queries.cases import all_gaps, check_status, load_case, status_of, task_list
from tiers.sections import BY_KEY, FORM, SECTIONS, targets
from tiers.services.drafts import (
    FILES_PER_PLACE,
    LONGEST,
    Stale,
    attach_evidence,
    detach_evidence,
    save_section,
)

pytestmark = pytest.mark.django_db


def save(application, user, key="specialised", version=0, done=None, **raw):
    return save_section(application=application, key=key, raw=raw, version=version, actor=user, done=done)


def statuses(application):
    return {task.section.key: task.status for task in task_list(application)}


# ---- the form -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["innovative", "provincial_srdi", "national_giant"])
def test_every_place_of_the_form_has_a_name_of_its_own(title):
    names = [name for section in SECTIONS for name, _ in targets(section, title, (2025, 2024, 2023))]
    assert len(names) == len(set(names))
    assert all(len(name) <= 40 for name in names)


def test_form_has_nine_parts_for_the_enterprise_and_one_for_the_offices():
    assert [section.number for section in SECTIONS] == list(range(1, 11))
    assert [section.key for section in SECTIONS if section.office] == ["recommendation"]


def test_higher_titles_ask_for_all_that_lower_ones_ask_for():
    def required(title):
        years = (2025, 2024, 2023)
        return {
            question.name
            for section in FORM
            for question in load_questions(section, title, years)
            if question.required
        }

    assert required("innovative") < required("provincial_srdi") < required("national_giant")


def load_questions(section, title, years):
    from tiers.sections import questions  # import this module

    return questions(section, title, years)


def test_years_before_the_foundation_are_not_asked_for():
    import datetime

    last = datetime.date.today().year - 1
    application, _ = started(established_on=datetime.date(last - 1, 6, 1))
    assert load_case(application).years == (last, last - 1)


# ---- saving ---------------------------------------------------------------------------------------------


def test_incomplete_and_wrong_answers_are_kept_as_typed():
    application, user = started()
    row = save(application, user, lead_product="  丝杠 ", niche_since="很久以前")
    assert (row.answers["lead_product"], row.answers["niche_since"]) == ("丝杠", "很久以前")
    assert (row.version, row.done, row.saved_by) == (1, False, user)
    assert statuses(application)["specialised"] == SectionStatus.IN_PROGRESS


def test_saving_the_same_again_changes_nothing():
    application, user = started()
    first = save(application, user, lead_product="丝杠")
    again = save(application, user, version=0, lead_product="丝杠")  # the answer to the first try was lost
    assert (again.version, again.saved_at) == (first.version, first.saved_at)


def test_stale_version_is_refused_and_says_what_stands_there():
    application, user = started()
    colleague = MembershipFactory(enterprise=application.enterprise).user
    save(application, user, lead_product="丝杠", niche="机床")
    with pytest.raises(Stale, match=str(user)) as refusal:
        save(application, colleague, version=0, lead_product="导轨", niche="机床")
    assert refusal.value.theirs == {"lead_product": "丝杠"}
    assert refusal.value.row.version == 1
    assert load_case(application).answers("specialised")["lead_product"] == "丝杠"
    save(application, colleague, version=1, lead_product="导轨")
    assert load_case(application).answers("specialised")["lead_product"] == "导轨"


def test_two_people_at_different_questions_do_not_disturb_each_other():
    application, user = started()
    colleague = MembershipFactory(enterprise=application.enterprise).user
    save(application, user, lead_product="丝杠")
    saved = save_section(
        application=application,
        key="specialised",
        raw={"niche": "机床"},
        version=0,
        seen={"niche": ""},
        actor=colleague,
    )
    assert (saved.version, saved.answers) == (2, {"lead_product": "丝杠", "niche": "机床"})
    with pytest.raises(Stale) as refusal:
        save_section(
            application=application,
            key="specialised",
            raw={"niche": "机床用丝杠", "niche_since": "2013"},
            version=1,
            seen={"niche": "", "niche_since": ""},
            actor=user,
        )
    assert refusal.value.theirs == {"niche": "机床"}


def test_places_that_are_not_sent_stay():
    application, user = started()
    save(application, user, lead_product="丝杠", niche="机床")
    save(application, user, version=1, niche="")
    assert load_case(application).answers("specialised") == {"lead_product": "丝杠", "niche": ""}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"lead_product": "a\x00b"}, "控制字符"),
        ({"lead_product": "\ud800"}, "控制字符"),
        ({"lead_product": "长" * (LONGEST + 1)}, "内容过长"),
        ({"lead_product": {"a": {"b": []}}}, "格式不对"),
        ({"lead_product": ["丝杠"]}, "格式不对"),
        ({"lead_product": 5}, "格式不对"),
        ({"state": "granted"}, "没有“state”"),
        ({"revenue.2025": "1"}, "没有“revenue.2025”"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(raw, words):
    application, user = started()
    with pytest.raises(DomainError, match=words):
        save_section(application=application, key="specialised", raw=raw, version=0, actor=user)
    assert load_case(application).rows["specialised"].version == 0


@pytest.mark.parametrize("key", ["nothing", "recommendation", "a\x00"])
def test_parts_that_are_not_the_enterprises_are_refused(key):
    application, user = started()
    with pytest.raises(DomainError, match="没有这一部分"):
        save_section(application=application, key=key, raw={}, version=0, actor=user)


@pytest.mark.parametrize(
    "state", [state for state in ApplicationState if state not in ApplicationState.with_firm()]
)
def test_cases_that_are_elsewhere_cannot_be_changed(state):
    from tests.factories import ApplicationFactory

    application = ApplicationFactory(state=state)
    user = application.started_by
    with pytest.raises(Conflict, match="不能修改"):
        save(application, user, lead_product="丝杠")
    with pytest.raises(Conflict, match="不能修改"):
        attach_evidence(
            application=application,
            slot="licence",
            evidence=evidence(application.enterprise, user),
            actor=user,
        )
    with pytest.raises(Conflict, match="不能修改"):
        detach_evidence(application=application, use_pk=1, actor=user)


# ---- finished or not ------------------------------------------------------------------------------------


def test_part_is_finished_only_when_nothing_is_missing():
    application, user = started()
    row = save(application, user, done=True, lead_product="丝杠")
    assert not row.done
    answers = {"lead_product": "丝杠", "lead_product_code": "3525", "niche": "机床", "niche_since": "2013"}
    assert save(application, user, version=1, done=True, **answers).done
    assert statuses(application)["specialised"] == SectionStatus.DONE
    assert save(application, user, version=2, niche="机床用").done  # still complete
    assert not save(application, user, version=3, niche_since="x").done


def test_lists_count_once_they_have_an_entry_or_are_said_to_be_complete():
    application, user = started()
    fill(application, user, but=("ip",))
    assert [gap.name for gap in all_gaps(load_case(application))] == ["ip"]
    assert statuses(application)["innovation"] == SectionStatus.IN_PROGRESS


def test_missing_files_are_gaps_and_taking_one_away_reopens_the_part():
    application, user = filled()
    assert all_gaps(load_case(application)) == []
    use = ApplicationEvidence.objects.get(application=application, slot="licence")
    detach_evidence(application=application, use_pk=use.pk, actor=user)
    assert [gap.name for gap in all_gaps(load_case(application))] == ["licence"]
    assert statuses(application)["basic"] == SectionStatus.IN_PROGRESS
    detach_evidence(application=application, use_pk=use.pk, actor=user)  # safe to repeat


def test_check_and_submit_waits_for_every_part():
    application, user = started()
    assert check_status(load_case(application)) == SectionStatus.CANNOT_START
    assert set(statuses(application).values()) == {SectionStatus.NOT_STARTED, SectionStatus.CANNOT_START}
    fill(application, user)
    assert check_status(load_case(application)) == SectionStatus.NOT_STARTED
    assert set(statuses(application).values()) == {SectionStatus.DONE, SectionStatus.CANNOT_START}
    assert status_of(load_case(application), BY_KEY["recommendation"]) == SectionStatus.CANNOT_START


# ---- files ----------------------------------------------------------------------------------------------


def test_file_is_bound_to_a_place_once():
    application, user = started()
    file = evidence(application.enterprise, user)
    first = attach_evidence(application=application, slot="licence", evidence=file, actor=user)
    assert attach_evidence(application=application, slot="licence", evidence=file, actor=user) == first
    attach_evidence(application=application, slot="staff_proof", evidence=file, actor=user)
    assert ApplicationEvidence.objects.filter(application=application).count() == 2


def test_file_can_prove_one_criterion_of_the_standard(standards):
    application, user = started()
    file = evidence(application.enterprise, user)
    from policies.queries import standard_edition_for, standard_of  # import this module
    from tests.tiers.applications.filled import TODAY

    key = standard_of(standard_edition_for("provincial_srdi", "new", TODAY())).criteria()[0].key
    use = attach_evidence(application=application, slot=key, evidence=file, actor=user)
    assert use.slot == key


@pytest.mark.parametrize("slot", ["nowhere", "audit", "audit.1999", "licence.2025", "", "a\x00"])
def test_unknown_places_are_refused(slot):
    application, user = started()
    with pytest.raises(DomainError, match="没有这个上传位置"):
        attach_evidence(
            application=application, slot=slot, evidence=evidence(application.enterprise, user), actor=user
        )


def test_files_of_another_enterprise_are_refused():
    application, user = started()
    foreign = evidence(EnterpriseFactory(), user)
    for file in (foreign, None):
        with pytest.raises(DomainError, match="请选择一个文件"):
            attach_evidence(application=application, slot="licence", evidence=file, actor=user)


def test_a_place_holds_ten_files():
    application, user = started()
    for _ in range(FILES_PER_PLACE):
        attach_evidence(
            application=application,
            slot="licence",
            evidence=evidence(application.enterprise, user),
            actor=user,
        )
    with pytest.raises(DomainError, match="合并成一个"):
        attach_evidence(
            application=application,
            slot="licence",
            evidence=evidence(application.enterprise, user),
            actor=user,
        )


# ---- cost -----------------------------------------------------------------------------------------------


def test_saving_asks_a_small_and_constant_number_of_queries(django_assert_num_queries):
    application, user = started()
    with django_assert_num_queries(5):  # savepoint, lock, parts, update, release
        save(application, user, lead_product="丝杠")
    fill(application, user)
    with django_assert_num_queries(5):
        save(application, user, version=2, lead_product="导轨")


def test_reading_a_case_asks_a_constant_number_of_queries(django_assert_num_queries):
    application, user = started()
    application.refresh_from_db()
    fill(application, user)
    case_of = type(application).objects.select_related("intake", "enterprise")
    application = case_of.get(pk=application.pk)
    with django_assert_num_queries(1):
        task_list(application)
    with django_assert_num_queries(9):  # parts, files, profile, six lists
        all_gaps(load_case(application))


def test_foreign_firm_is_not_touched():
    firm()
    application, user = started()
    save(application, user, lead_product="丝杠")
    assert application.enterprise.memberships.get().user == user
