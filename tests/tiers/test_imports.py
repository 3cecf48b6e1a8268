"""Official lists of titles: the whole set, its header, reviews, overlaps, renames, undo."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import Conflict, DomainError
from enterprises import services
from enterprises.models import Enterprise, FormerName
from tests.enterprises.imports import confirm, imported, outcomes, upload, work
from tests.factories import DeterminationFactory, EnterpriseFactory, RecognitionFactory, UserFactory, region
from tests.makers import firm, recognition_list, saved, uscc, workbook
from tiers.imports import title_in
from tiers.models import Recognition

pytestmark = pytest.mark.django_db

FIRMS = [firm(n) for n in range(1, 31)]
HEAD = ["序号", "省辖市", "县（市、区）", "运营单位", "统一社会信用代码", "级别", "备注"]
NOTE = "文号：豫工信企业〔2023〕88号  成文日期：2023年9月15日  有效期：2023年9月15日至2026年9月14日"


def whole_set():
    fields = ("enterprise__uscc", "title", "kind", "document_number", "documented_on", "valid_from", "valid_until",
              "label_year", "managing_unit__name")  # fmt: skip
    return set(Recognition.objects.values_list(*fields))


def test_list_is_imported_whole():
    imported(recognition_list(FIRMS))
    dates = (datetime.date(2023, 5, 4), datetime.date(2023, 1, 1), datetime.date(2025, 12, 31))
    counties = ["红旗区"] * 10 + ["卫滨区"] * 10 + ["长垣市"] * 10
    assert whole_set() == {
        (code, "provincial_srdi", "new", "豫工信企业〔2023〕52号", *dates, 2023, county)
        for (_, code), county in zip(FIRMS, counties, strict=True)
    }
    assert dict(Enterprise.objects.values_list("uscc", "name")) == {code: name for name, code in FIRMS}


def test_dry_run_counts_and_writes_nothing():
    EnterpriseFactory(uscc=FIRMS[0][1], name=FIRMS[0][0])
    batch = upload(recognition_list(FIRMS))
    assert batch.counts == {"new": 30}
    assert [row.undo for row in batch.rows.filter(number__lte=5).order_by("number")] == [
        {},
        {"created": True},
    ]
    assert not Recognition.objects.exists()


def test_second_copy_of_a_list_is_known():
    imported(recognition_list(FIRMS))
    batch = upload(recognition_list(FIRMS, messy=False))
    assert batch.counts == {"known": 30}
    with pytest.raises(Conflict, match="没有可以写入的行"):
        confirm(batch)


def test_undo_takes_everything_back():
    EnterpriseFactory(uscc=FIRMS[0][1], name="新乡原名有限公司")
    batch = imported(recognition_list(FIRMS))
    assert FormerName.objects.count() == 1
    services.undo_batch(batch=batch, actor=None)
    assert not Recognition.objects.exists()
    assert [enterprise.name for enterprise in Enterprise.objects.all()] == ["新乡原名有限公司"]
    assert not FormerName.objects.exists()


def test_missing_validity_must_be_given_before_confirming():
    batch = upload(recognition_list(FIRMS[:3], note="公告日期：2023年5月23日"))
    with pytest.raises(DomainError, match="有效期起、有效期止"):
        confirm(batch)
    values = {"valid_from": "2023-05-23", "valid_until": "2026年5月22日", "document_number": ""}
    batch = work(services.correct_header(batch=batch, values=values, actor=None))
    assert batch.header["document_number"] == "2023年5月23日公告"
    assert confirm(batch).state == "confirmed"
    assert {r.valid_until for r in Recognition.objects.all()} == {datetime.date(2026, 5, 22)}


def test_corrected_header_wins_over_the_file():
    batch = upload(recognition_list(FIRMS[:3]))
    values = {"document_number": "豫工信企业〔2023〕53号", "title": "national_giant"}
    batch = confirm(work(services.correct_header(batch=batch, values=values, actor=None)))
    found = set(Recognition.objects.values_list("document_number", "title"))
    assert found == {("豫工信企业〔2023〕53号", "national_giant")}


def test_rows_say_their_level_and_review():
    rows = [
        [1, "新乡市", "红旗区", *FIRMS[0], "省级", None],
        [2, "新乡市", "红旗区", *FIRMS[1], "国家级", "复核通过"],
        [3, "新乡市", "红旗区", *FIRMS[2], None, None],
    ]
    batch = upload(workbook([["2023年度河南省中小企业公共服务示范平台名单"], [NOTE], HEAD, *rows]))
    assert outcomes(batch) == {4: "new", 5: "new", 6: "bad"}
    confirm(batch)
    assert set(Recognition.objects.values_list("title", "kind")) == {
        ("provincial_platform", "new"),
        ("national_platform", "review"),
    }


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("专精特新“小巨人”企业名单（2021年，河南省郑州市、新乡市）", "national_giant"),
        ("2021年度河南省专精特新中小企业名单", "provincial_srdi"),
        ("2023年度河南省创新型中小企业名单", "innovative"),
        ("河南省2024年第一批高新技术企业认定名单", "high_tech"),
        ("2023年度河南省中小企业公共服务示范平台名单", "platform"),
        ("2024年度国家级小型微型企业创业创新示范基地名单", "national_base"),
        ("省级中小企业特色产业集群名单", "provincial_cluster"),
        ("通知", ""),
    ],
)
def test_title_is_read_from_the_title_row(text, title):
    assert title_in(text) == title


def test_overlapping_title_is_a_conflict_unless_it_is_a_review():
    for name, code in FIRMS[:2]:
        enterprise = EnterpriseFactory(uscc=code, name=name)
        RecognitionFactory(enterprise=enterprise, title="provincial_platform", document_number="豫工信企业〔2022〕1号",
                           valid_from="2022-01-01", valid_until="2024-12-31")  # fmt: skip
    rows = [
        [1, "新乡市", "红旗区", *FIRMS[0], "省级", None],
        [2, "新乡市", "红旗区", *FIRMS[1], "省级", "复核"],
    ]
    batch = upload(workbook([["2023年度中小企业公共服务示范平台名单"], [NOTE], HEAD, *rows]))
    assert outcomes(batch) == {4: "conflict", 5: "new"}
    assert "豫工信企业〔2022〕1号" in batch.rows.get(number=4).note


def test_registered_title_with_other_dates_is_a_conflict_that_can_be_taken_over_and_undone():
    imported(recognition_list(FIRMS[:2]))
    note = "文号：豫工信企业〔2023〕52号  成文日期：2023年5月4日  有效期：2023-01-01至2026-01-31"
    batch = upload(recognition_list(FIRMS[:2], note=note))
    assert batch.counts == {"conflict": 2}
    assert "2025-12-31" in batch.rows.first().note
    batch = confirm(batch, "all")
    assert {r.valid_until.isoformat() for r in Recognition.objects.all()} == {"2026-01-31"}
    services.undo_batch(batch=batch, actor=None)
    assert {r.valid_until.isoformat() for r in Recognition.objects.all()} == {"2025-12-31"}


def test_moved_enterprise_keeps_its_unit_and_the_title_the_listed_one():
    enterprise = EnterpriseFactory(uscc=FIRMS[0][1], name=FIRMS[0][0], managing_unit=region("牧野区"))
    imported(recognition_list(FIRMS[:1]))
    enterprise.refresh_from_db()
    assert enterprise.managing_unit == region("牧野区")
    assert Recognition.objects.get().managing_unit == region("红旗区")


def test_title_from_another_city_stays_with_an_enterprise_that_moved_in():
    EnterpriseFactory(uscc=FIRMS[0][1], name=FIRMS[0][0])
    data = recognition_list(FIRMS[:2], city="洛阳市", counties=("涧西区",))
    batch = upload(data, actor=(staff := UserFactory()))
    assert outcomes(batch) == {4: "new", 5: "foreign"}
    confirm(batch, actor=staff)
    assert Recognition.objects.get().managing_unit == region("洛阳市")


def test_unit_is_found_by_alias_within_its_city():
    imported(recognition_list(FIRMS[:2], city="郑州市", counties=("高新区",)))
    assert Enterprise.objects.first().managing_unit == region("郑州高新技术产业开发区")


def test_undo_is_refused_once_an_award_is_decided_and_drops_drafts():
    batch = imported(recognition_list(FIRMS[:2]))
    recognition = Recognition.objects.first()
    draft = DeterminationFactory(enterprise=recognition.enterprise, source=f"recognition:{recognition.pk}")
    batch.refresh_from_db()
    staff = UserFactory()
    draft.decided_at, draft.decided_by = batch.confirmed_at + datetime.timedelta(days=1), staff
    draft.save()
    with pytest.raises(Conflict, match="已确定的奖励测算"):
        services.undo_batch(batch=batch, actor=None)
    assert Recognition.objects.count() == 2


def test_undo_drops_drafts():
    batch = imported(recognition_list(FIRMS[:2]))
    EnterpriseFactory()
    recognition = Recognition.objects.first()
    draft = DeterminationFactory(enterprise=recognition.enterprise, source=f"recognition:{recognition.pk}")
    services.undo_batch(batch=batch, actor=None)
    assert not type(draft).objects.exists()
    assert not Recognition.objects.exists()


def test_number_of_queries_does_not_grow_with_the_rows():
    counts = []
    for n, size in enumerate((1, 3, 100)):
        data = recognition_list([firm(n * 1000 + i) for i in range(size)])
        with CaptureQueriesContext(connection) as queries:
            imported(data)
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_command_prints_counts_and_bad_rows_and_takes_header(tmp_path, capsys):
    firms = [*FIRMS[:3], ("新乡坏码有限公司", uscc(5)[:-1] + "?")]
    data = recognition_list(firms, note="公告日期：2023年5月23日", messy=False)
    path = saved(data, tmp_path / "名单.xlsx")
    options = {
        "document_number": "豫工信企业〔2023〕60号",
        "valid_from": "2023-05-23",
        "valid_until": "2026-05-22",
    }
    call_command("import_recognitions", path, dry_run=True, **options)
    out = capsys.readouterr().out
    assert "新增 3" in out
    assert "第 7 行 E 列「统一社会信用代码」" in out
    assert not Recognition.objects.exists()
    call_command("import_recognitions", path, good_only=True, **options)
    assert set(Recognition.objects.values_list("document_number", flat=True)) == {"豫工信企业〔2023〕60号"}
    assert Recognition.objects.count() == 3
    with pytest.raises(CommandError, match="不能重复导入"):
        call_command("import_recognitions", path)


def test_command_refuses_a_list_without_validity_and_leaves_nothing_waiting(tmp_path):
    path = saved(recognition_list(FIRMS[:3], note=""), tmp_path / "名单.xlsx")
    with pytest.raises(CommandError, match="有效期"):
        call_command("import_recognitions", path)
    call_command(
        "import_recognitions", path, document_number="豫工信企业〔2023〕60号", documented_on="2023-05-04",
        valid_from="2023-05-23", valid_until="2026-05-22",
    )  # fmt: skip
    assert Recognition.objects.count() == 3
