"""Every URL × every role × own and other region, pages and API. An address that is not declared here fails."""

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts.enums import Role
from tests.factories import (
    AppealFactory,
    ApplicationFactory,
    AwardRunFactory,
    DeterminationFactory,
    EnterpriseFactory,
    EquipmentInvestmentFactory,
    EvidenceFactory,
    ImportBatchFactory,
    JobFactory,
    MajorChangeFactory,
    MembershipFactory,
    ObjectionFactory,
    PlatformAssessmentFactory,
    ProvincialSubsidyFactory,
    RecognitionFactory,
    ReportFactory,
    ReturnRequestFactory,
    RevocationFactory,
    SubmissionFactory,
    UserFactory,
    published_edition,
    region,
)

E, C, T, L, F, A, S = (str(role) for role in Role)  # 企业 县 市 领导 财政 审计 系统
ALL = {E, C, T, L, F, A, S}
STAFF = {C, T, L, F, A}
CITY = {T, L, F, A}
READERS = STAFF | {E}

# Pages without a record: who gets them (200; POST 200 or 302). Everybody else gets 403 or 404.
PLAIN = {
    "reports:home": ALL,
    "accounts:audit_list": {A},
    "accounts:message_list": ALL,
    "accounts:message_settings": ALL,
    "tiers:work_list": {C, T},
    "tiers:hand_over": {C, T},
    "enterprises:enterprise_list": READERS,
    "enterprises:record_list": {E},
    "enterprises:import_list": {C, T, A},
    "enterprises:import_upload": {C, T},
    "tiers:recognition_list": READERS | {S},
    "tiers:self_check_list": {E},
    "tiers:my_titles": {E},
    "tiers:title_radar": {C, T, L, A},
    "tiers:update_list": {C, T, L, A},
    "tiers:application_list": {E, C, T},
    "tiers:intakes": {C, T, L, A},
    "tiers:intake_new": {T},
    "tiers:change_list": {E, C, T, L, A},
    "tiers:revocation_list": {C, T, L, A},
    "tiers:appeal_list": {E, C, T, L, A},
    "api:application-list": ALL,
    "policies:edition_list": ALL,
    "policies:standard_list": ALL,
    "awards:run_list": CITY,
    "awards:determination_list": READERS,
    "awards:determine_file": {T},
    "api:message-list": ALL,
    "api:work-list": {C, T},
    "api:enterprise-list": ALL,
    "api:recognition-list": ALL,
    "api:policy-list": ALL,
    "api:standard-list": ALL,
    "api:award-run-list": ALL,
    "api:determination-list": ALL,
    "api:subsidy-list": ALL,
    "api:assessment-list": ALL,
    "api:investment-list": ALL,
    "api:import-list": ALL,
    "api:title-radar-list": ALL,
    "api:update-duty-list": ALL,
    "api:major-change-list": ALL,
    "api:revocation-list": ALL,
    "api:appeal-list": ALL,
    "schema": ALL,
    "api_docs": ALL,
}
# Pages of one record: (record, who of its own region gets it). Everybody else of that region: 403 or 404.
RECORD = {
    "enterprises:enterprise_detail": ("enterprise", READERS),
    "enterprises:record": ("enterprise", READERS),
    "enterprises:evidence_upload": ("enterprise", READERS),
    "enterprises:evidence_file": ("evidence", READERS),
    "enterprises:evidence_delete": ("evidence", {E, C, T}),
    "api:record-detail": ("enterprise", READERS),
    "tiers:self_check": ("enterprise", READERS),
    "tiers:firm_titles": ("enterprise", {E, C, T, L, A}),
    "tiers:annual_update": ("enterprise", {E, C, T}),
    "tiers:change_report": ("enterprise", {E, C, T}),
    "tiers:change_detail": ("change", {E, C, T, L, A}),
    "tiers:revocation_detail": ("revocation", {E, C, T, L, A}),
    "tiers:appeal_detail": ("appeal", {E, C, T, L, A}),
    "tiers:title_revoke": ("recognition", {T}),
    "tiers:title_appeal": ("recognition", {E, C, T}),
    "tiers:application_appeal": ("application", {E, C, T}),
    "tiers:application_detail": ("draft", {E}),
    "tiers:application_check": ("draft", {E}),
    "tiers:application_submission": ("case", {E}),
    "tiers:application_receipt": ("case", {E, C, T, L, A}),
    "tiers:intake_edit": ("intake", {T}),
    "tiers:application_review": ("case", {C, T, L, A}),
    "tiers:application_visit": ("case", {C}),
    "tiers:application_return": ("case", {C}),
    "tiers:application_recommend": ("case", {C}),
    "tiers:application_reject": ("case", {C}),
    "tiers:application_objection": ("published", {T}),
    "tiers:objection_decision": ("objection", {T, L, A}),
    "tiers:intake_review": ("intake", {C, T, L, A}),
    "tiers:recommendation_order": ("intake", {C}),
    "tiers:draw_new": ("intake", {T}),
    "tiers:publicity_new": ("intake", {T}),
    "tiers:publicity_detail": ("publicity", {T, L, A}),
    "tiers:publicity_document": ("publicity", {T, L, A}),
    "tiers:report_new": ("intake", {T}),
    "tiers:report_detail": ("report", {T, L, A}),
    "tiers:report_file": ("report", {T, L, A}),
    "api:application-detail": ("case", READERS),
    "api:major-change-detail": ("change", READERS),
    "api:revocation-detail": ("revocation", READERS),
    "api:appeal-detail": ("appeal", READERS),
    "enterprises:import_detail": ("batch", {T, A}),
    "enterprises:import_marked": ("batch", {T, A}),
    "awards:run_detail": ("run", CITY),
    "awards:determination_detail": ("determination", READERS),
    "api:enterprise-detail": ("enterprise", READERS),
    "api:enterprise-self-assessment-list": ("enterprise", READERS),
    "api:recognition-detail": ("recognition", READERS),
    "api:award-run-detail": ("run", CITY),
    "api:award-run-totals": ("run", CITY),
    "api:determination-detail": ("determination", READERS),
    "api:determination-explanation": ("determination", READERS),
    "api:subsidy-detail": ("subsidy", READERS),
    "api:assessment-detail": ("assessment", READERS),
    "api:investment-detail": ("investment", READERS),
    "api:import-detail": ("batch", {T, A}),
    "api:import-rows": ("batch", {T, A}),
}
# Acts (POST only) on one record: who of its own region may. What they answer is tested where they live.
ACTS = {
    "tiers:case_take": ("application", {C, T}),
    "tiers:application_evidence": ("draft", {E}),
    "tiers:application_submit": ("draft", {E}),
    "tiers:application_withdraw": ("draft", {E}),
    "tiers:application_abandon": ("draft", {E}),
    "tiers:intake_close": ("intake", {T}),
    "tiers:application_accept": ("application", {C}),
    "tiers:application_take_up": ("application", {T}),
    "tiers:application_checks": ("case", {C, T}),
    "tiers:application_note": ("case", {C, T}),
    "tiers:point_settle": ("point", {C}),
    "tiers:point_reopen": ("point", {C}),
    "api:application-accept": ("application", {C}),
    "api:application-recommend": ("application", {C}),
    "api:application-return": ("application", {C, T}),
    "tiers:change_decide": ("change", {C, T}),
    "tiers:revocation_note": ("revocation", {T}),
    "tiers:appeal_decide": ("appeal", {T}),
    "tiers:case_release": ("application", {C, T}),
    "enterprises:record_proofs": ("enterprise", {E, C, T}),
    "enterprises:import_confirm": ("batch", {T}),
    "enterprises:import_header": ("batch", {T}),
    "enterprises:import_undo": ("batch", {T}),
    "awards:run_decide": ("run", {T}),
    "awards:run_facts": ("run", CITY),
    "awards:determination_replay": ("determination", READERS),
    "api:award-run-decide": ("run", {T}),
    "api:determination-replay": ("determination", READERS),
    "api:import-confirm": ("batch", {T}),
    "api:import-header": ("batch", {T}),
    "api:import-undo": ("batch", {T}),
}
ACTS_WITHOUT_RECORD = {
    "accounts:message_read_all": ALL,
    "api:message-read-all": ALL,
    "tiers:work_bulk": {C, T},
    "tiers:work_bulk_apply": {C, T},
    "awards:run_start": {T},
    "awards:determination_export": STAFF,
    "tiers:title_radar_export": {C, T, L, A},
    "tiers:update_export": {C, T, L, A},
    "tiers:change_export": {C, T, L, A},
}
# Other records: a published text for everybody, a job for its own requester (tests/core/test_jobs.py),
# a template by its kind, a computation that stores nothing, messages and saved filters for their owner
# (tests/accounts/test_messages.py), parts and lists of a record (tests/enterprises/test_record_pages.py),
# the start and the parts of an application (tests/tiers/applications/test_pages.py).
ELSEWHERE = {
    "accounts:message_open",
    "api:message-read",
    "accounts:filter_save",
    "accounts:filter_delete",
    "policies:edition_detail",
    "policies:standard_detail",
    "api:policy-detail",
    "api:standard-detail",
    "core:job_detail",
    "core:job_file",
    "enterprises:import_template",
    "enterprises:record_section",
    "enterprises:record_notes",
    "enterprises:record_item_new",
    "enterprises:record_item_edit",
    "enterprises:record_item_delete",
    "enterprises:record_list_done",
    "tiers:application_section",
    "tiers:application_start",
    "api:determine-list",
    "api:self-assess-list",
}
OPEN = {
    "healthz",
    "tiers:draw_detail",
    "tiers:publicity_list",
    "tiers:publicity_public",
    "tiers:calculator",
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
}
ALLAUTH = ("account_", "mfa_", "usersessions_")


def names(resolver=None, namespace=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}:{entry.name}" if namespace else entry.name
        elif entry.namespace != "admin":
            yield from names(entry, entry.namespace or namespace)


def test_every_address_is_declared():
    declared = {*PLAIN, *RECORD, *ACTS, *ACTS_WITHOUT_RECORD, *ELSEWHERE, *OPEN}
    found = {name for name in names() if not name.startswith(ALLAUTH)} | {
        n for n in OPEN if n.startswith("account_")
    }
    assert found == declared


@pytest.fixture
def world(db):
    """One record of each kind in 红旗区 (新乡), and the people of that region."""
    enterprise = EnterpriseFactory()
    return review_world(enterprise) | {
        "enterprise": enterprise,
        "recognition": RecognitionFactory(enterprise=enterprise),
        "evidence": EvidenceFactory(enterprise=enterprise),
        "subsidy": ProvincialSubsidyFactory(enterprise=enterprise),
        "assessment": PlatformAssessmentFactory(enterprise=enterprise),
        "investment": EquipmentInvestmentFactory(enterprise=enterprise),
        "run": (run := AwardRunFactory()),
        "determination": DeterminationFactory(enterprise=enterprise, run=run),
        "batch": ImportBatchFactory(state="review"),
        "application": ApplicationFactory(enterprise=enterprise, state="submitted"),
        "draft": ApplicationFactory(enterprise=enterprise, intake__title="national_giant"),
        "change": MajorChangeFactory(enterprise=enterprise),
        "revocation": (revocation := RevocationFactory(recognition__enterprise=enterprise)),
        "appeal": AppealFactory(recognition=revocation.recognition),
    }


def review_world(enterprise):
    """A case in county review and one in public notice, with what hangs on them."""
    case = ApplicationFactory(enterprise=enterprise, state="county_review", kind="review")
    SubmissionFactory(application=case)
    request = ReturnRequestFactory(application=case)
    published = ApplicationFactory(enterprise=enterprise, state="objection", intake__title="innovative")
    SubmissionFactory(application=published)
    return {
        "case": case,
        "point": request.points.create(section="figures", comment="请核对"),
        "published": published,
        "intake": case.intake,
        "publicity": published.publicity,
        "objection": ObjectionFactory(application=published),
        "report": ReportFactory(intake=case.intake),
    }


def person(role, *, city="新乡市", unit="红旗区", enterprise=None):
    if role == E:
        return MembershipFactory(enterprise=enterprise or EnterpriseFactory()).user
    if role == S:
        return UserFactory(sysadmin=True)
    return UserFactory(role=role, region=region(unit if role == C else city))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def neighbours(world):
    """A signed-in browser per role, all of the region of the world's records."""
    return {role: signed_in(person(role, enterprise=world["enterprise"])) for role in ALL}


@pytest.fixture
def foreigners(db):
    return {role: signed_in(person(role, city="郑州市", unit="金水区")) for role in ALL}


def opened(answers):
    """Roles that got in; everybody else must have been refused in one of the two ways."""
    assert set(answers.values()) <= {200, 403, 404}
    return {role for role, status in answers.items() if status == 200}


def test_plain_pages_open_for_their_roles_only(neighbours):
    found = {n: opened({r: c.get(reverse(n)).status_code for r, c in neighbours.items()}) for n in PLAIN}
    assert found == PLAIN


def test_records_open_for_the_roles_of_their_region_only(neighbours, world):
    urls = {name: reverse(name, args=[world[kind].pk]) for name, (kind, _roles) in RECORD.items()}
    found = {n: opened({r: c.get(url).status_code for r, c in neighbours.items()}) for n, url in urls.items()}
    assert found == {name: roles for name, (_kind, roles) in RECORD.items()}


def test_foreign_and_missing_records_answer_alike(foreigners, world):
    wrong = {}
    for name, (kind, roles) in {**RECORD, **ACTS}.items():
        for role, client in foreigners.items():
            call = client.post if name in ACTS else client.get
            foreign = call(reverse(name, args=[world[kind].pk])).status_code
            missing = call(reverse(name, args=[999_999])).status_code
            refused = {404} if role in roles else {403, 404}
            if foreign != missing or foreign not in refused:
                wrong[name, role] = (foreign, missing)
    assert wrong == {}


def test_acts_are_refused_to_other_roles_and_by_get(neighbours, world):
    wrong = {}
    for name, (kind, roles) in ACTS.items():
        url = reverse(name, args=[world[kind].pk])
        for role, client in neighbours.items():
            got, posted = client.get(url).status_code, client.post(url).status_code
            if got not in {403, 404, 405} or posted >= 500 or (posted in {403, 404}) == (role in roles):
                wrong[name, role] = (got, posted)
    assert wrong == {}


def test_acts_without_a_record_are_refused_to_other_roles(neighbours):
    found = {
        name: {
            role
            for role, client in neighbours.items()
            if client.post(reverse(name)).status_code not in {403, 404}
        }
        for name in ACTS_WITHOUT_RECORD
    }
    assert found == ACTS_WITHOUT_RECORD


def test_strangers_are_sent_to_the_login_and_learn_nothing(client, world):
    urls = {name: reverse(name) for name in [*PLAIN, *ACTS_WITHOUT_RECORD]}
    urls |= {
        name: reverse(name, args=[world[kind].pk]) for name, (kind, _roles) in {**RECORD, **ACTS}.items()
    }
    wrong = {}
    for name, url in urls.items():
        answer = client.get(url)
        sent = answer.status_code == 302 and answer.url.startswith("/accounts/login/")
        if not (answer.status_code in {401, 403} if name.startswith(("api:", "api_", "schema")) else sent):
            wrong[name] = answer.status_code
    assert wrong == {}


def test_lists_of_another_region_show_nothing_of_this_one(foreigners, world):
    secret = world["enterprise"]
    for role, client in foreigners.items():
        for name in PLAIN:
            answer = client.get(reverse(name))
            if answer.status_code == 200 and not answer.streaming:
                text = answer.content.decode()
                assert secret.uscc not in text, (role, name)
                assert secret.name not in text, (role, name)


def test_role_change_takes_effect_at_once(world):
    user = person(T)
    client = signed_in(user)
    url = reverse("enterprises:enterprise_detail", args=[world["enterprise"].pk])
    assert client.get(url).status_code == 200
    user.region = region("郑州市")
    user.save()
    assert client.get(url).status_code == 404


def test_policies_are_open_to_everybody_who_is_signed_in(db):
    edition = published_edition()
    for role in ALL:
        client = signed_in(person(role))
        assert client.get(reverse("policies:edition_detail", args=[edition.pk])).status_code == 200
        assert client.get(reverse("api:policy-detail", args=[edition.pk])).status_code == 200


def test_jobs_of_others_stay_theirs(db):
    job = JobFactory(requested_by=person(T))
    assert signed_in(person(T)).get(reverse("core:job_detail", args=[job.pk])).status_code == 404


def test_private_pages_are_not_stored_by_browsers(db):
    answer = signed_in(person(T)).get(reverse("reports:home"))
    assert "no-store" in answer["Cache-Control"]
