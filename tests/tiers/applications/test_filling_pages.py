"""Filling in over HTTP: saving by button and by script, an expired session, files."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.factories import MembershipFactory
from tests.tiers.applications.clients import autosave, client_of, save, text_of, url
from tests.tiers.applications.filled import PDF, evidence, fill, filled, started
from tests.tiers.applications.test_submission import YEAR, change, submit
from tiers import parking
from tiers.queries.cases import load_case

pytestmark = pytest.mark.django_db


# ---- saving ---------------------------------------------------------------------------------------------


def test_autosave_answers_with_version_time_and_notes():
    application, user = started()
    body = autosave(
        client_of(user), application, "specialised", niche_since=("", "很久"), lead_product=("", "丝杠")
    ).json()
    assert (body["version"], body["status"], len(body["saved"])) == (1, "填写中", 5)
    assert "四位数字" in body["notes"]["niche_since"]["problem"]
    assert "lead_product" not in body["notes"]


def test_autosave_warns_of_slips_and_keeps_them():
    application, user = started()
    answers = {f"revenue.{YEAR}": ("", "8642.5"), f"rd_expense.{YEAR}": ("", "5412")}
    notes = autosave(client_of(user), application, "figures", **answers).json()["notes"]
    assert "占营业收入 62.62%" in notes[f"rd_expense.{YEAR}"]["warnings"][0]
    assert load_case(application).answers("figures")[f"rd_expense.{YEAR}"] == "5412"


def test_autosave_with_a_stale_version_shows_the_other_one():
    application, user = started()
    colleague = MembershipFactory(enterprise=application.enterprise).user
    autosave(client_of(user), application, "specialised", niche=("", "机床"))
    answer = autosave(client_of(colleague), application, "specialised", niche=("", "导轨"))
    assert answer.status_code == 409
    body = answer.json()
    assert (body["version"], body["theirs"], body["words"]) == (1, {"niche": "机床"}, {"niche": "机床"})
    assert str(user) in body["message"]
    merged = autosave(client_of(colleague), application, "specialised", lead_product=("", "丝杠")).json()
    assert (merged["version"], merged["answers"]) == (2, {"niche": "机床"})


@pytest.mark.parametrize(
    ("answers", "words"), [({"niche": ("", "a\x00")}, "控制字符"), ({"niche": ("", "长" * 6000)}, "内容过长")]
)
def test_autosave_refuses_in_words(answers, words):
    application, user = started()
    answer = autosave(client_of(user), application, "specialised", **answers)
    assert (answer.status_code, words in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_version_that_is_no_number_counts_as_stale(version):
    application, user = started()
    save(client_of(user), application, "specialised", niche="机床")
    assert (
        autosave(client_of(user), application, "specialised", version, niche=("", "导轨")).status_code == 409
    )


def test_save_button_without_a_script_keeps_everything():
    application, user = started()
    client = client_of(user)
    answer = save(
        client, application, "refined", core_system="yes", systems=["design", "supply"], digital_level="2"
    )
    assert answer.status_code == 302
    assert load_case(application).answers("refined") == {
        "core_system": "yes", "systems": "design,supply", "digital_level": "2",
    }  # fmt: skip
    page = text_of(client.get(url("application_section", application, "refined")))
    assert page.count("checked") == 3


def test_next_goes_on_when_the_part_is_complete_and_says_what_is_missing():
    application, user = started()
    client = client_of(user)
    answer = save(
        client,
        application,
        "specialised",
        "next",
        lead_product="丝杠",
        lead_product_code="3525",
        niche_since="2013",
    )
    assert answer.url == url("application_section", application, "specialised") + "?check=1"
    page = text_of(client.get(answer.url))
    assert "已保存，还有 1 处要补" in page
    assert "从事的特定细分市场：请填写。" in page
    answer = save(
        client,
        application,
        "specialised",
        "next",
        1,
        lead_product="丝杠",
        lead_product_code="3525",
        niche="机床",
        niche_since="2013",
    )
    assert answer.url == url("application_section", application, "refined")
    assert save(client, application, "refined", "previous").url == url(
        "application_section", application, "specialised"
    )
    assert save(client, application, "refined", "list", 1).url == url("application_detail", application)


def test_stale_save_without_a_script_shows_both_and_saves_the_second_time():
    application, user = started()
    client = client_of(user)
    save(client, application, "specialised", niche="机床")
    answer = save(client, application, "specialised", niche="导轨")
    page = text_of(answer)
    assert answer.status_code == 409
    assert 'value="导轨"' in page
    assert "对方保存的是：<b>机床</b>" in page
    assert 'name="version" value="1"' in page
    assert save(client, application, "specialised", version=1, niche="导轨").status_code == 302


def test_refused_save_keeps_what_was_typed_on_the_page():
    application, user = started()
    answer = save(client_of(user), application, "specialised", niche="长" * 6000, lead_product="丝杠")
    assert (answer.status_code, 'value="丝杠"' in text_of(answer)) == (400, True)


@pytest.mark.usefixtures("standards")
def test_save_after_the_submission_loses_nothing_on_the_page():
    application, user = filled()
    client = client_of(user)
    submit(application, user)
    answer = save(client, application, "specialised", version=9, niche="后来的")
    assert (answer.status_code, "后来的" in text_of(answer), "不能修改" in text_of(answer)) == (
        409,
        True,
        True,
    )
    assert autosave(client, application, "specialised", 9, niche=("", "后来的")).status_code == 409


def test_unknown_parts_and_methods_are_refused():
    application, user = started()
    client = client_of(user)
    for key in ("nothing", "recommendation"):
        assert client.get(url("application_section", application, key)).status_code == 404
    assert client.delete(url("application_section", application, "basic")).status_code == 405
    assert client.get(url("application_submit", application)).status_code == 405


def test_list_of_the_record_can_be_said_to_be_empty_from_the_part():
    application, user = started()
    client = client_of(user)
    save(client, application, "refined", "complete.certificates")
    assert "certificates" in load_case(application).complete
    save(client, application, "refined", "open.certificates", 1)
    assert "certificates" not in load_case(application).complete
    save(client, application, "refined", "complete.ip", 1)  # not a list of this part
    assert "ip" not in load_case(application).complete


@pytest.mark.usefixtures("standards")
def test_side_panel_follows_the_answers():
    application, user = started()
    client = client_of(user)
    address = url("application_section", application, "specialised")
    before = text_of(client.get(address, headers={"HX-Request": "true"}))
    autosave(client, application, "specialised", niche_since=("", "2010"))
    after = text_of(client.get(address, headers={"HX-Request": "true"}))
    assert ("还缺：从事特定细分市场的起始年份" in before, "还缺：从事特定细分市场的起始年份" in after) == (
        True,
        False,
    )
    assert "<h1" not in after


def test_autosave_asks_a_small_and_constant_number_of_queries(django_assert_max_num_queries):
    application, user = started()
    client = client_of(user)
    client.get(reverse("reports:home"))
    counts = []
    for before, now in (("", "机床"), ("机床", "丝杠")):
        with django_assert_max_num_queries(12) as captured:
            version = load_case(application).rows["specialised"].version
            autosave(client, application, "specialised", version, niche=(before, now))
        counts.append(len(captured) - 1)
        if now == "机床":
            fill(application, user)
        version = load_case(application).rows["specialised"].version
        change(application, user, "specialised", niche="机床")
    assert counts[0] == counts[1] <= 8


# ---- an expired session ---------------------------------------------------------------------------------


def test_what_is_typed_survives_the_login():
    application, user = started()
    user.set_password("Right-2026")
    user.save()
    client = Client()
    answer = save(client, application, "refined", niche="x", core_system="yes", systems=["design", "other"])
    address = url("application_section", application, "refined")
    assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={address}")
    login = client.post(answer.url, {"login": user.username, "password": "Right-2026"})
    assert (login.status_code, login.url) == (302, address)
    page = text_of(client.get(address))
    assert "登录之前填写、还没有保存" in page
    assert page.count("checked") == 3
    assert load_case(application).answers("refined") == {}
    save(client, application, "refined", core_system="yes", systems=["design"])
    assert client.session[parking.PARKED] == {}
    assert load_case(application).answers("refined")["systems"] == "design"


def test_parked_answers_show_on_their_own_page_only_and_have_a_limit():
    application, user = started()
    other, stranger = started()
    client = Client()
    save(client, application, "specialised", niche="机密")
    client.force_login(stranger)
    assert SESSION_KEY in client.session
    assert client.get(url("application_section", application, "specialised")).status_code == 404
    assert "机密" not in text_of(client.get(url("application_section", other, "specialised")))
    big = Client()
    answer = save(big, application, "other", introduction="长" * 30_000)
    assert (answer.status_code, parking.PARKED in big.session) == (302, False)
    assert client_of(user).get(url("application_section", application, "specialised")).status_code == 200


def test_parking_has_a_limit_for_each_address(monkeypatch):
    monkeypatch.setattr(parking, "TRIES", 2)
    application, _ = started()
    kept = []
    for _ in range(3):
        client = Client()
        save(client, application, "specialised", niche="机床")
        kept.append(parking.PARKED in client.session)
    assert kept == [True, True, False]


def test_script_is_told_that_the_login_has_expired():
    application, _ = started()
    client = Client()
    answer = autosave(client, application, "specialised", niche=("", "机床"))
    assert answer.status_code == 401
    assert answer.json()["login"].startswith("/accounts/login/?next=/applications/")
    assert parking.PARKED not in client.session


def test_strangers_learn_nothing_from_a_part():
    application, _ = started()
    there, missing = (
        Client().get(reverse("tiers:application_section", args=[pk, "basic"]))
        for pk in (application.pk, 999_999)
    )
    assert (there.status_code, missing.status_code) == (302, 302)


def test_expired_token_is_refused_with_a_page_that_says_what_to_do():
    application, user = started()
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    answer = save(client, application, "specialised", niche="机床")
    assert (answer.status_code, "页面已过期" in text_of(answer)) == (403, True)


# ---- files ----------------------------------------------------------------------------------------------


def upload(client, application, part, slot, data=PDF, name="扫描件.pdf", **answers):
    version = load_case(application).rows[part].version
    file = SimpleUploadedFile(name, data, "application/pdf")
    body = {"part": part, "slot": slot, f"file.{slot}": file, "version": version, **answers}
    return client.post(url("application_evidence", application), body)


def test_upload_keeps_what_is_typed_beside_it():
    application, user = started()
    client = client_of(user)
    answer = upload(client, application, "basic", "licence", address="平原路 1 号")
    assert answer.url == url("application_section", application, "basic") + "#f-licence"
    case = load_case(application)
    assert (case.answers("basic")["address"], case.files_at("licence")[0].evidence.name) == (
        "平原路 1 号",
        "扫描件.pdf",
    )
    page = text_of(client.get(answer.url))
    assert "扫描件.pdf" in page
    client.post(
        url("application_evidence", application), {"remove": case.files[0].pk, "part": "basic", "version": 1}
    )
    assert load_case(application).files == []
    known = case.files[0].evidence
    client.post(
        url("application_evidence", application),
        {"slot": "licence", "use.licence": known.pk, "part": "basic", "version": 1},
    )
    assert load_case(application).files[0].evidence == known


@pytest.mark.parametrize(
    ("slot", "data", "words"),
    [
        ("nowhere", PDF, "没有这个上传位置"),
        ("licence", b"", "文件是空的"),
        ("licence", b"MZ\x90\x00 not a pdf", ""),
    ],
)
def test_bad_uploads_are_refused_in_words(slot, data, words):
    application, user = started()
    client = client_of(user)
    answer = upload(client, application, "basic", slot, data)
    page = text_of(client.get(answer.url.partition("#")[0]))
    assert "alert-line bad" in page
    assert words in page
    assert load_case(application).files == []


def test_files_of_others_cannot_be_used_or_removed():
    application, user = started()
    other, member = started()
    foreign = evidence(other.enterprise, member)
    client = client_of(user)
    address = url("application_evidence", application)
    client.post(address, {"slot": "licence", "use.licence": foreign.pk, "part": "basic", "version": 0})
    assert load_case(application).files == []
    upload(client_of(member), other, "basic", "licence")
    client.post(address, {"remove": load_case(other).files[0].pk, "part": "basic", "version": 0})
    assert len(load_case(other).files) == 1
