"""Pages and API of imports, role by role; bad uploads never end in an error page."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from enterprises.models import Enterprise, ImportBatch
from tests.enterprises.imports import confirm, upload, work
from tests.factories import UserFactory, region
from tests.makers import roster, roster_row

pytestmark = pytest.mark.django_db

BAD_ROW = [*roster_row(90)[:4], "91410702MA0000000X", *roster_row(90)[5:]]


@pytest.fixture
def staff(client):
    user = UserFactory()
    client.force_login(user)
    return user


def file(data, name="名册.xlsx"):
    return SimpleUploadedFile(name, data)


def test_upload_read_confirm_undo_by_hand(client, staff):
    answer = client.post(
        reverse("enterprises:import_upload"), {"file": file(roster(3, bad=[BAD_ROW])), "kind": ""}
    )
    batch = ImportBatch.objects.get()
    page = reverse("enterprises:import_detail", args=[batch.pk])
    assert answer.url == page
    assert "读取中" in client.get(page).text
    assert 'hx-get="' in client.get(page, headers={"HX-Request": "true"}).text
    work(batch)
    assert client.get(page, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    text = client.get(page).text
    assert "第 7 行 E 列" in text
    assert "91410702MA0000000X" in text
    assert "确认导入（仅正确行）" in text
    client.post(reverse("enterprises:import_confirm", args=[batch.pk]), {"mode": "good"})
    work(batch)
    assert Enterprise.objects.count() == 3
    assert "撤销导入" in client.get(page).text
    client.post(reverse("enterprises:import_undo", args=[batch.pk]))
    assert not Enterprise.objects.exists()
    assert "名册.xlsx" in client.get(reverse("enterprises:import_list"), {"state": "undone"}).text


@pytest.mark.parametrize("data", [b"", b"no workbook", b"PK\x03\x04 broken"])
def test_bad_upload_is_answered_on_the_page(client, staff, data):
    answer = client.post(reverse("enterprises:import_upload"), {"file": file(data), "kind": ""}, follow=True)
    assert answer.status_code in (200, 422)
    for batch in ImportBatch.objects.all():
        assert work(batch).state == "failed"
        assert batch.error in client.get(reverse("enterprises:import_detail", args=[batch.pk])).text


def test_wrong_ending_and_wrong_kind_are_answered_on_the_page(client, staff):
    url = reverse("enterprises:import_upload")
    assert client.post(url, {"file": file(roster(1), "a.xls"), "kind": ""}).status_code == 422
    assert client.post(url, {"file": file(roster(1)), "kind": "x"}).status_code == 422
    assert client.post(url, {"kind": ""}).status_code == 422


def test_header_is_corrected_on_the_page(client, staff):
    batch = upload(roster(2), actor=staff)
    url = reverse("enterprises:import_header", args=[batch.pk])
    assert client.post(url, {"as_of": "不是日期", "figures_year": "2024"}).status_code == 422
    assert client.post(url, {"as_of": "2024-12-31", "figures_year": "2023"}).status_code == 302
    assert work(batch).header["figures_year"] == 2023


def test_marked_workbook_names_the_fault_in_the_row(client, staff):
    batch = upload(roster(3, bad=[BAD_ROW]), actor=staff)
    answer = client.get(reverse("enterprises:import_marked", args=[batch.pk]))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert "校验位" in sheet.cell(7, sheet.max_column).value


@pytest.mark.parametrize("kind", ["roster", "recognitions", "subsidies", "assessments", "investments"])
def test_template_is_read_back_as_its_own_kind(client, staff, kind):
    answer = client.get(reverse("enterprises:import_template", args=[kind]))
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    values = {
        "企业名称": "新乡测试有限公司", "统一社会信用代码": roster_row(1)[4], "县（市、区）": "红旗区",
        "省辖市": "新乡市", "考核等次": "一等奖", "补助金额（万元）": 10, "设备软件投资额（不含税）（万元）": 10,
    }  # fmt: skip
    sheet = book.worksheets[0]
    sheet.append([values.get(cell.value) for cell in sheet[3]])
    out = io.BytesIO()
    book.save(out)
    batch = upload(out.getvalue(), actor=staff)
    assert (batch.state, batch.kind) == ("review", kind), batch.error
    assert client.get(reverse("enterprises:import_template", args=["nothing"])).status_code == 404


def test_people_of_other_regions_and_roles_get_404(client):
    batch = upload(roster(2), actor=UserFactory())
    urls = [reverse(f"enterprises:import_{name}", args=[batch.pk]) for name in ("detail", "marked")]
    strangers = [UserFactory(region=region("郑州市")), UserFactory(county=True), UserFactory(leader=True),
                 UserFactory(finance=True), UserFactory(sysadmin=True), UserFactory(of_enterprise=True)]  # fmt: skip
    for user in strangers:
        client.force_login(user)
        assert {client.get(url).status_code for url in urls} == {404}
    client.force_login(UserFactory(auditor=True))
    assert {client.get(url).status_code for url in urls} == {200}
    for act in ("confirm", "undo", "header"):
        assert client.post(reverse(f"enterprises:import_{act}", args=[batch.pk])).status_code == 404


def test_city_sees_the_uploads_of_its_counties_but_does_not_confirm_them(client, staff):
    batch = upload(roster(2), actor=UserFactory(county=True))
    assert client.get(reverse("enterprises:import_detail", args=[batch.pk])).status_code == 200
    assert (
        client.post(reverse("enterprises:import_confirm", args=[batch.pk]), {"mode": "good"}).status_code
        == 404
    )


def test_api_walks_the_same_way(client, staff):
    data = roster(3, bad=[BAD_ROW])
    answer = client.post("/api/imports/", {"file": file(data)})
    assert answer.status_code == 202, answer.content
    batch = ImportBatch.objects.get()
    url = f"/api/imports/{batch.pk}/"
    work(batch)
    assert client.get(url).json()["counts"] == {"new": 3, "bad": 1}
    [row] = client.get(f"{url}rows/?outcome=bad").json()["results"]
    assert row["errors"][0]["column"] == "E"
    header = {"values": {"as_of": "2024-10-31"}}
    assert client.post(f"{url}header/", header, content_type="application/json").status_code == 202
    work(batch)
    assert client.post(f"{url}confirm/", {"mode": "x"}, content_type="application/json").status_code == 400
    assert client.post(f"{url}confirm/", {"mode": "good"}, content_type="application/json").status_code == 202
    work(batch)
    assert client.post(f"{url}confirm/", {"mode": "good"}, content_type="application/json").status_code == 409
    assert client.post("/api/imports/", {"file": file(data)}).status_code == 409
    assert client.post("/api/imports/", {"file": file(b"no")}).status_code == 400
    assert client.post(f"{url}undo/").json()["state"] == "undone"
    client.force_login(UserFactory(auditor=True))
    assert client.get("/api/imports/").json()["count"] == 1
    assert client.post(f"{url}undo/").status_code == 403


def test_detail_page_costs_the_same_for_few_and_many_rows(client, staff, django_assert_max_num_queries):
    few, many = upload(roster(1), actor=staff), upload(roster(90), actor=staff)
    confirm(few)
    for batch in (few, many):
        with django_assert_max_num_queries(16):
            client.get(reverse("enterprises:import_detail", args=[batch.pk]))
