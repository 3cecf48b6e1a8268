"""Pages and API of the record: who sees and writes what; what is typed is never lost; each value names its source."""

import datetime
from decimal import Decimal
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile as upload
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from enterprises.enums import Source
from enterprises.fields import ITEMS, PARTS
from enterprises.models import Evidence, Honour, IntellectualProperty, YearlyFigures
from enterprises.queries import answers_of, held_answers
from enterprises.services import complete_list, save_item
from tests.enterprises.record_clients import TODAY, browser, entry, part_of, posted, save, url
from tests.enterprises.test_record_items import FILLED
from tests.factories import EnterpriseFactory, EvidenceFactory, MembershipFactory, UserFactory, region
from tests.makers import pdf, png

YEARS = (2025, 2024, 2023)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(datetime.datetime(2026, 11, 3, 10, 0, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def firm(db):
    return EnterpriseFactory(name="新乡恒达精密机械有限公司")


@pytest.fixture
def person(firm):
    return MembershipFactory(enterprise=firm).user


@pytest.fixture
def page(person):
    """The browser of somebody who works for the firm."""
    return browser(person)


# ---- who ------------------------------------------------------------------------------------------------


def everybody(firm, *, city="新乡市", unit="红旗区"):
    people = {
        Role.ENTERPRISE: MembershipFactory(enterprise=firm).user
        if city == "新乡市"
        else MembershipFactory().user,
        Role.SYSADMIN: UserFactory(sysadmin=True),
        Role.COUNTY: UserFactory(role=Role.COUNTY, region=region(unit)),
    }
    for role in (Role.CITY, Role.LEADER, Role.FINANCE, Role.AUDITOR):
        people[role] = UserFactory(role=role, region=region(city))
    return {role: browser(user) for role, user in people.items()}


def test_parts_are_read_by_scope_and_written_by_firm_and_its_offices(firm):
    entry_ = entry(firm)
    item = (firm.pk, "ip", entry_.pk)
    reads = [part_of(firm, part.key) for part in PARTS]
    writes = [
        url("record_item_new", firm.pk, "ip"),
        url("record_item_edit", *item),
        url("record_item_delete", *item),
    ]
    posts = [part_of(firm, "basic"), url("record_notes", firm.pk, "figures"), url("record_list_done", firm.pk, "ip"),
             url("record_item_new", firm.pk, "ip"), url("evidence_upload", firm.pk)]  # fmt: skip
    near, far = everybody(firm), everybody(firm, city="郑州市", unit="金水区")
    readers = {role for role in Role if role != Role.SYSADMIN}
    writers = {Role.ENTERPRISE, Role.COUNTY, Role.CITY}

    def let_in(clients, address, method="get"):
        answers = {role: getattr(client, method)(address).status_code for role, client in clients.items()}
        assert set(answers.values()) <= {200, 302, 403, 404}
        return {role for role, status in answers.items() if status in (200, 302)}

    assert [let_in(near, address) for address in reads] == [readers] * len(reads)
    assert [let_in(near, address) for address in writes] == [writers] * len(writes)
    assert [let_in(near, address, "post") for address in posts] == [writers] * len(posts)
    for address in reads + writes:
        assert {client.get(address).status_code for client in far.values()} == {404}, address
    for address in posts:
        assert {client.post(address).status_code for client in far.values()} == {404}, address


def test_city_reads_but_does_not_write_a_unit_that_answers_to_the_province(db):
    zone = region("郑州航空港经济综合实验区")
    firm = EnterpriseFactory(managing_unit=zone)
    city = browser(UserFactory(region=region("郑州市")))
    assert city.get(part_of(firm, "basic")).status_code == 200
    assert city.post(part_of(firm, "basic"), {"contact": "张三"}).status_code == 403
    county = browser(UserFactory(role=Role.COUNTY, region=zone))
    assert county.post(part_of(firm, "basic"), {"contact": "张三"}).status_code == 302


@pytest.mark.parametrize(
    "address", ["nothing/", "lists/nothing/new/", "lists/ip/999999/", "figures/nothing/"]
)
def test_what_does_not_exist_is_not_found(firm, page, address):
    assert page.get(f"/record/{firm.pk}/{address}").status_code == 404


def test_entry_of_another_firm_is_not_found_under_the_own_one(firm, page):
    other = entry(EnterpriseFactory())
    for name in ("record_item_edit", "record_item_delete"):
        assert page.get(url(name, firm.pk, "ip", other.pk)).status_code == 404
        assert page.post(url(name, firm.pk, "ip", other.pk)).status_code == 404
    assert IntellectualProperty.objects.exists()


def test_menu_leads_to_the_record_of_the_only_firm_and_to_a_choice_of_several(firm, person, page):
    assert page.get(url("record_list")).context["enterprise"] == firm
    second = MembershipFactory(user=person).enterprise
    assert set(page.get(url("record_list")).context["firms"]) == {firm, second}
    assert "没有绑定企业" in browser(UserFactory(of_enterprise=True)).get(url("record_list")).content.decode()


# ---- overview -------------------------------------------------------------------------------------------


def test_overview_says_what_is_missing_and_what_changed(firm, page):
    save(firm, {"lead_product": "丝杠", "niche": "机床", "niche_since": 2015, "phone": "13812345678"})
    states = {one.part.key: one for one in page.get(url("record", firm.pk)).context["states"]}
    assert {key: one.state for key, one in states.items() if one.state != "empty"} == {
        "specialised": "done", "basic": "partial",
    }  # fmt: skip
    assert "联系人" in states["basic"].missing
    assert "联系电话" not in states["basic"].missing
    assert states["innovation"].missing == ("知识产权清单", "研发机构清单", "奖项和荣誉清单", "标准制定清单")
    text = page.get(url("record", firm.pk)).content.decode()
    assert "主导产品名称：丝杠" in text
    assert "13812345678" not in text


def test_list_said_to_be_empty_is_no_longer_missing(firm, page):
    for kind in ITEMS:
        answer = page.post(url("record_list_done", firm.pk, kind), {"complete": "yes"})
        assert answer.url == part_of(firm, ITEMS[kind].part) + f"#list-{kind}"
    states = {one.part.key: one for one in page.get(url("record", firm.pk)).context["states"]}
    assert states["innovation"].state == "done"
    page.post(url("record_list_done", firm.pk, "ip"), {"complete": "no"})
    assert "知识产权清单" in str(page.get(url("record", firm.pk)).context["states"])


def test_telephone_numbers_are_masked_for_those_who_only_read(firm):
    save(firm, {"phone": "13812345678", "email": "zhang@example.com"})
    leader = browser(UserFactory(leader=True))
    text = leader.get(part_of(firm, "basic")).content.decode()
    assert "138****5678" in text
    assert "13812345678" not in text
    assert "zhang@example.com" not in text
    facts = leader.get(reverse("api:record-detail", args=[firm.pk])).json()["facts"]
    assert facts["phone"]["value"] == "138****5678"


# ---- filling in -----------------------------------------------------------------------------------------


def test_saved_answers_stand_in_the_form_with_source_and_day(firm, page):
    answer = posted(
        page, part_of(firm, "figures"), typed={"revenue.2025": "8642.5", "staff.2025": "230"}, then="next"
    )
    assert answer.url == part_of(firm, "specialised")
    text = page.get(part_of(firm, "figures")).content.decode()
    assert 'value="8,642.50"' in text
    assert "大写：捌仟陆佰肆拾贰万伍仟元整" in text
    assert "企业填报　2026-11-03" in text
    assert YearlyFigures.objects.get().revenue == Decimal(86_425_000)


def test_what_staff_enter_is_marked(firm):
    staff = browser(UserFactory(county=True))
    assert "代办录入" in staff.get(part_of(firm, "refined")).content.decode()
    posted(staff, part_of(firm, "refined"), typed={"core_system": "yes", "systems": ["design", "other"]})
    assert {key: (one.value, one.source) for key, one in held_answers(firm, ()).items()} == {
        "core_system": (True, "staff"), "systems": (("design", "other"), "staff"),
    }  # fmt: skip


def test_last_part_leads_back_to_the_overview(firm, page):
    assert posted(page, part_of(firm, "other"), typed={"valuation": "1"}, then="next").url == url(
        "record", firm.pk
    )
    assert posted(
        page, part_of(firm, "other"), typed={"valuation": "2"}, seen={"valuation": "1.00"}
    ).url == part_of(firm, "other")


def test_right_answers_are_kept_beside_wrong_ones_and_nothing_typed_is_lost(firm, page):
    typed = {"contact": "张三", "phone": "12345", "postcode": "4530", "registered_capital": "五千"}
    answer = posted(page, part_of(firm, "basic"), typed=typed)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "还有 3 处需要修改" in text
    assert [value for value in typed.values() if f'value="{value}"' not in text] == []
    assert answers_of(firm, ()) == {"contact": "张三"}
    again = posted(page, part_of(firm, "basic"), typed=typed | {"phone": "0373-3051234", "postcode": "453000",
                   "registered_capital": "5,000"}, seen={"contact": "张三", "phone": "", "postcode": "",
                   "registered_capital": ""})  # fmt: skip
    assert again.status_code == 302
    assert answers_of(firm, ())["registered_capital"] == "5,000.00"


def test_page_shown_earlier_does_not_undo_what_others_changed_since(firm, page):
    save(firm, {"contact": "张三", "address": "旧址"})
    seen = {"contact": "张三", "address": "旧址"}
    save(firm, {"contact": "李四"})
    posted(page, part_of(firm, "basic"), typed={"contact": "张三", "address": "新址"}, seen=seen)
    firm.refresh_from_db()
    assert answers_of(firm, ()) == {"contact": "李四", "address": "新址"}


def test_same_answer_changed_by_two_is_shown_to_the_second_who_may_insist(firm, page):
    save(firm, {"contact": "张三"})
    save(firm, {"contact": "李四"})
    answer = posted(page, part_of(firm, "basic"), typed={"contact": "王五"}, seen={"contact": "张三"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "刚刚有人把这一项改为“李四”" in text
    assert 'name="initial-contact" value="李四"' in text
    assert 'value="王五"' in text
    assert answers_of(firm, ()) == {"contact": "李四"}
    assert (
        posted(page, part_of(firm, "basic"), typed={"contact": "王五"}, seen={"contact": "李四"}).status_code
        == 302
    )
    assert answers_of(firm, ()) == {"contact": "王五"}


def test_questions_that_were_not_sent_keep_their_answers(firm, page):
    save(firm, {"address": "旧址"})
    assert page.post(part_of(firm, "basic"), {"contact": "张三"}).status_code == 302
    assert answers_of(firm, ()) == {"contact": "张三", "address": "旧址"}


def test_figure_that_looks_like_a_slip_is_saved_and_shown_again_with_a_warning(firm, page):
    save(firm, {"revenue.2024": Decimal(73_100_000)})
    typed, seen = {"revenue.2025": "86425000"}, {"revenue.2025": ""}
    answer = posted(page, part_of(firm, "figures"), typed=typed, seen=seen, then="next")
    assert answer.url == part_of(firm, "figures")
    text = page.get(answer.url).content.decode()
    assert "1 处数据看起来不寻常" in text
    assert "如误填为元，请除以 10,000" in text
    assert YearlyFigures.objects.get(year=2025).revenue == Decimal(864_250_000_000)
    seen = {"revenue.2025": "86,425,000.00"}
    again = posted(page, part_of(firm, "figures"), typed=seen, seen=seen, then="next")
    assert again.url == part_of(firm, "specialised")  # confirmed by saving it as it is


def test_oldest_year_is_compared_with_the_year_before_it(firm, page):
    save(firm, {"revenue.2022": Decimal(10_000)})
    posted(page, part_of(firm, "figures"), typed={"revenue.2023": "3"})
    assert "比 2022 年增加 200.0%" in page.get(part_of(firm, "figures")).content.decode()


def test_notes_answer_while_typing_and_save_nothing(firm, page):
    typed = {"revenue.2025": "1000", "rd_expense.2025": "700", "staff.2025": "很多"}
    text = page.post(url("record_notes", firm.pk, "figures"), typed).content.decode()
    assert 'id="notes_rd_expense_2025" aria-live="polite" hx-swap-oob="true"' in text
    assert "占营业收入 70.00%" in text
    assert "超过 60%" in text
    assert not YearlyFigures.objects.exists()


@pytest.mark.parametrize(
    "text", ["a\x00b", "\ud800", "长" * 100_000, "<script>alert(1)</script>", "9" * 5000]
)
def test_hostile_text_is_refused_or_shown_as_text(firm, page, text):
    for part, key in (("basic", "contact"), ("figures", "revenue.2025"), ("standing", "legal_person"),
                      ("refined", "systems"), ("basic", "established_on"), ("other", "introduction")):  # fmt: skip
        body = urlencode({key: text}, errors="surrogatepass")
        answer = page.post(part_of(firm, part), body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (200, 302)
        assert "<script>alert(1)" not in page.get(part_of(firm, part)).content.decode()


def test_proofs_of_the_figures_are_chosen_from_the_own_files(firm, page):
    mine, foreign = EvidenceFactory(enterprise=firm, name="审计报告.pdf"), EvidenceFactory()
    address = url("record_proofs", firm.pk)
    assert page.post(address, {"evidence.2025": mine.pk}).status_code == 302
    assert YearlyFigures.objects.get().evidence == mine
    text = page.post(address, {"evidence.2025": foreign.pk}, follow=True).content.decode()
    assert "请重新选择" in text
    assert YearlyFigures.objects.get().evidence == mine
    page.post(address, {})
    assert YearlyFigures.objects.get().evidence is None


# ---- lists ----------------------------------------------------------------------------------------------


def as_typed(kind, **change):
    asked = ITEMS[kind]
    shown = {field.key: field.show(FILLED[kind].get(field.key)) for field in asked.fields}
    return shown | change


def test_entry_is_added_changed_and_deleted_on_its_pages(firm, page):
    new = url("record_item_new", firm.pk, "ip")
    assert page.get(new).status_code == 200
    data = as_typed("ip") | {"file": upload("证书.pdf", pdf("证书"))}
    answer = page.post(new, data)
    assert answer.url == part_of(firm, "innovation") + "#list-ip"
    item = IntellectualProperty.objects.get()
    assert (item.name, item.source, item.as_of, item.evidence.name) == (
        "滚珠丝杠副",
        "firm",
        TODAY,
        "证书.pdf",
    )
    edit = url("record_item_edit", firm.pk, "ip", item.pk)
    assert 'value="ZL2024"' in page.get(edit).content.decode()
    page.post(edit, as_typed("ip", number="ZL2025") | {"evidence": item.evidence_id})
    item.refresh_from_db()
    assert (item.number, item.evidence.name) == ("ZL2025", "证书.pdf")
    delete = url("record_item_delete", firm.pk, "ip", item.pk)
    assert "ZL2025" in page.get(delete).content.decode()
    assert IntellectualProperty.objects.exists()
    page.post(delete)
    assert not IntellectualProperty.objects.exists()
    assert Evidence.objects.exists()  # the file stays with the enterprise


def test_wrong_entry_stays_in_the_form(firm, page):
    answer = page.post(url("record_item_new", firm.pk, "honours"), as_typed("honours", name="", rank="第一"))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "请填写这一项" in text
    assert 'value="第一"' in text
    bad_file = as_typed("honours") | {"file": upload("x.pdf", b"<html>")}
    assert (
        "x.pdf：只能上传" in page.post(url("record_item_new", firm.pk, "honours"), bad_file).content.decode()
    )
    assert not Honour.objects.exists()


def test_refusal_of_the_record_is_shown_in_the_form(firm, page):
    entry(firm)
    answer = page.post(url("record_item_new", firm.pk, "ip"), as_typed("ip"))
    assert "这个编号的知识产权已经登记过" in answer.content.decode()


def test_stale_entry_is_a_conflict_and_stays_typed(firm, page):
    item = entry(firm, "honours")
    address = url("record_item_edit", firm.pk, "honours", item.pk)
    seen = {f"initial-{key}": text for key, text in as_typed("honours").items()}
    entry_changed = FILLED["honours"] | {"rank": 1}
    save_item(enterprise=firm, kind="honours", answers=entry_changed, source=Source.STAFF, as_of=TODAY, actor=None,
              item=item)  # fmt: skip
    answer = page.post(address, as_typed("honours", rank="2") | seen)
    assert answer.status_code == 409
    assert 'value="2"' in answer.content.decode()
    assert Honour.objects.get().rank == 1


def test_way_back_stays_on_this_site(firm, page):
    new = url("record_item_new", firm.pk, "honours")
    assert page.post(new, as_typed("honours") | {"next": "/record/"}).url == "/record/"
    evil = page.post(new, as_typed("honours") | {"next": "https://example.com/"})
    assert evil.url == part_of(firm, "innovation") + "#list-honours"
    again = page.post(new, as_typed("honours") | {"next": "/record/", "then": "another"})
    assert again.url == f"{new}?next=/record/"


def test_list_shows_entries_with_source_day_and_proof(firm, page):
    item = entry(firm)
    item.evidence = EvidenceFactory(enterprise=firm, name="证书.pdf")
    item.save()
    text = page.get(part_of(firm, "innovation")).content.decode()
    for piece in ("滚珠丝杠副", "发明专利　ZL2024", "企业填报", "2026-11-03", "证书.pdf", "2 名"):
        assert piece in text


# ---- files ----------------------------------------------------------------------------------------------


def test_several_files_are_taken_in_each_on_its_own(firm, page):
    address = url("evidence_upload", firm.pk)
    answer = page.post(address, {"files": [upload("一.pdf", pdf("一")), upload("二.png", png()),
                                           upload("三.pdf", b"<html>"), upload("四.pdf", b"")]})  # fmt: skip
    text = answer.content.decode()
    assert "已上传 2 个文件" in text
    assert "三.pdf：只能上传" in text
    assert "四.pdf：文件是空的" in text
    assert set(Evidence.objects.values_list("name", flat=True)) == {"一.pdf", "二.png"}
    assert page.post(address, {"files": [upload("五.pdf", pdf("五"))]}).status_code == 302
    many = page.post(address, {"files": [upload(f"{n}.pdf", pdf(str(n))) for n in range(21)]})
    assert "一次最多选" in many.content.decode()
    assert page.post(address, {}).status_code == 200
    assert Evidence.objects.count() == 3


def test_file_goes_out_as_a_download_that_nothing_runs(firm, page):
    evidence = EvidenceFactory(enterprise=firm, name="证明.pdf", data=pdf("内容"))
    answer = page.get(url("evidence_file", evidence.pk))
    assert b"".join(answer.streaming_content) == pdf("内容")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    assert page.get("/media/" + evidence.file.name).status_code == 404


def test_unused_file_is_deleted_after_asking_and_a_used_one_is_not(firm, page):
    evidence = EvidenceFactory(enterprise=firm)
    address = url("evidence_delete", evidence.pk)
    item = entry(firm)
    item.evidence = evidence
    item.save()
    assert "正在使用" in page.get(address).content.decode()
    assert "不能删除" in page.post(address, follow=True).content.decode()
    item.delete()
    assert "删除后不能恢复" in page.get(address).content.decode()
    page.post(address)
    assert not Evidence.objects.exists()
    assert page.post(address).status_code == 404


# ---- API and cost ---------------------------------------------------------------------------------------


def test_api_tells_the_record_exactly(firm, person):
    save(firm, {"own_brand": True, "market_share": Decimal("0.125"), "phone": "13812345678", "systems": ("design",),
                "revenue.2025": Decimal("86425000.01"), "staff.2019": 7})  # fmt: skip
    item = entry(firm, "equity")
    complete_list(enterprise=firm, kind="ip", complete=True, actor=None)
    mark = {"source": "firm", "as_of": "2026-11-03"}
    assert browser(person).get(reverse("api:record-detail", args=[firm.pk])).json() == {
        "id": firm.pk,
        "uscc": firm.uscc,
        "name": firm.name,
        "facts": {
            "phone": {"value": "13812345678", **mark},
            "systems": {"value": ["design"], **mark},
            "market_share": {"value": "0.125", **mark},
            "own_brand": {"value": True, **mark},
        },
        "figures": [
            {"year": 2025, "answers": {"revenue": {"value": "86425000.01", **mark}}},
            {"year": 2019, "answers": {"staff": {"value": 7, **mark}}},
        ],
        "items": {
            **{kind: [] for kind in ITEMS},
            "equity": [
                {"id": item.pk, "name": "某创投", "amount": "5000000.00", "financed_on": "2024-05-06",
                 "qualified": True,                  "share": "0.1250", "number": "S1", "evidence": None, **mark}
            ],
        },
        "complete_lists": ["ip"],
    }  # fmt: skip


def test_pages_cost_the_same_for_few_and_many_entries(firm, page, django_assert_num_queries):
    addresses = [part_of(firm, "innovation"), url("record", firm.pk), url("evidence_upload", firm.pk),
                 reverse("api:record-detail", args=[firm.pk])]  # fmt: skip
    entry(firm, number="0")
    EvidenceFactory(enterprise=firm)
    costs = []
    for address in addresses:
        page.get(address)  # what is looked up once per process
        with CaptureQueriesContext(connection) as queries:
            page.get(address)
        costs.append(len(queries))
    for number in range(1, 4):
        item = entry(firm, number=str(number))
        item.evidence = EvidenceFactory(enterprise=firm)
        item.save()
    for address, cost in zip(addresses, costs, strict=True):
        with django_assert_num_queries(cost):
            page.get(address)
    assert max(costs) <= 30
