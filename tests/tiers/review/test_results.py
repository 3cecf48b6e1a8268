"""The province's answer: passes become titles and close their cases, failures keep their 扣分项; all can be undone."""

import pytest

from core.errors import Conflict
from enterprises import services
from enterprises.models import Enterprise
from tests.enterprises.imports import confirm, imported, outcomes, upload
from tests.factories import EnterpriseFactory, IntakeFactory, RecognitionFactory
from tests.makers import firm, recognition_list, workbook
from tests.tiers.review.cases import again, case, edition
from tiers.enums import ApplicationState
from tiers.models import Application, Recognition

pytestmark = pytest.mark.django_db

HEAD = ["序号", "县（市、区）", "企业名称", "统一社会信用代码", "结果", "扣分项"]
TITLE = "2026年度河南省专精特新中小企业评审结果"
NOTE = "文号：豫工信企业〔2026〕88号  成文日期：2026年9月15日  有效期：2026年9月15日至2029年9月14日"
DOCUMENT = "豫工信企业〔2026〕88号"


@pytest.fixture(autouse=True)
def _later(at):
    edition()
    at("2026-09-20")


def reported(**changes):
    return case(ApplicationState.REPORTED, **changes)


def line(number, application, result, points=None):
    enterprise = getattr(application, "enterprise", application)
    return [number, enterprise.managing_unit.name, enterprise.name, enterprise.uscc, result, points]


def sheet(*rows, note=NOTE, title=TITLE):
    return workbook([[title], [note], HEAD, *rows])


def state_of(application):
    found = again(application)
    return found.state, found.recognition_id, found.result_points


def test_passes_become_titles_and_failures_keep_their_points():
    good, bad = reported(), reported()
    batch = imported(
        sheet(
            line(1, good, "通过"), line(2, bad, "未通过", "研发占比不足；Ⅰ类知识产权不够\n市场占有率缺证明")
        )
    )
    title = Recognition.objects.get(enterprise=good.enterprise, document_number=DOCUMENT)
    assert (title.title, title.kind, title.batch) == ("provincial_srdi", "new", batch)
    assert state_of(good) == ("granted", title.pk, [])
    assert state_of(bad) == ("failed", None, ["研发占比不足", "Ⅰ类知识产权不够", "市场占有率缺证明"])
    assert not Recognition.objects.filter(enterprise=bad.enterprise, document_number=DOCUMENT).exists()
    events = {one: again(one).events.last() for one in (good, bad)}
    assert {event.action for event in events.values()} == {"登记省级结果"}
    assert events[good].reason == f"{DOCUMENT} 认定，有效期 2026-09-15 至 2029-09-14。"
    assert events[bad].reason == "省级未通过。扣分项：研发占比不足；Ⅰ类知识产权不够；市场占有率缺证明。"
    assert events[bad].data["row"] == 5


def test_the_dry_run_says_what_each_row_would_do_and_writes_nothing():
    good, bad = reported(), reported()
    stranger = EnterpriseFactory()
    batch = upload(
        sheet(line(1, good, "通过"), line(2, bad, "不通过", "研发不足"), line(3, stranger, "通过"),
              line(4, EnterpriseFactory(), "未通过", "研发不足"))
    )  # fmt: skip
    assert outcomes(batch) == {4: "changed", 5: "changed", 6: "conflict", 7: "conflict"}
    notes = dict(batch.rows.values_list("number", "note"))
    assert good.number in notes[4]
    assert bad.number in notes[5]
    assert "没有对应的已报省申报；确认后只登记认定" in notes[6]
    assert "确认也不会写入" in notes[7]
    assert (state_of(good)[0], state_of(bad)[0]) == ("reported", "reported")


def test_undo_takes_titles_and_answers_back():
    good, bad = reported(), reported()
    batch = imported(sheet(line(1, good, "通过"), line(2, bad, "未通过", "研发不足")))
    services.undo_batch(batch=batch, actor=None)
    assert state_of(good) == state_of(bad) == ("reported", None, [])
    assert not Recognition.objects.filter(document_number=DOCUMENT).exists()
    assert again(good).closed_at is None
    assert again(good).events.last().action == "撤销省级结果"
    again_batch = imported(sheet(line(1, good, "未通过", "研发不足")))
    assert again_batch.state == "confirmed"
    assert state_of(good)[0] == "failed"


def test_rows_without_a_case_are_written_only_when_conflicts_are_confirmed():
    stranger, loser = EnterpriseFactory(), EnterpriseFactory()
    batch = upload(sheet(line(1, stranger, "通过"), line(2, loser, "未通过", "研发不足")))
    with pytest.raises(Conflict, match="没有可以写入的行"):
        confirm(batch, "good")
    confirm(batch, "all")
    assert set(Recognition.objects.values_list("enterprise", flat=True)) == {stranger.pk}


def test_a_title_that_was_imported_before_still_closes_its_case():
    good = reported()
    earlier = RecognitionFactory(
        enterprise=good.enterprise, title="provincial_srdi", document_number=DOCUMENT,
        documented_on="2026-09-15", valid_from="2026-09-15", valid_until="2029-09-14",
    )  # fmt: skip
    batch = imported(sheet(line(1, good, "通过")))
    assert state_of(good) == ("granted", earlier.pk, [])
    services.undo_batch(batch=batch, actor=None)
    assert state_of(good) == ("reported", None, [])
    assert Recognition.objects.filter(pk=earlier.pk).exists()


def test_a_second_copy_is_known():
    good, bad = reported(), reported()
    rows = line(1, good, "通过"), line(2, bad, "未通过", "研发不足")
    imported(sheet(*rows))
    assert upload(sheet(*rows, note=NOTE + " ")).counts == {"known": 2}


def test_another_answer_than_before_is_a_conflict_and_changes_nothing():
    good, bad = reported(), reported()
    imported(sheet(line(1, good, "通过"), line(2, bad, "未通过", "研发不足")))
    batch = upload(sheet(line(1, good, "未通过", "研发不足"), line(2, bad, "通过")))
    assert batch.counts == {"conflict": 2}
    confirm(batch, "all")
    assert (state_of(good)[0], state_of(bad)[0]) == ("granted", "failed")


def test_a_failure_says_where_points_were_lost():
    bad = reported()
    batch = upload(sheet(line(1, bad, "未通过")))
    assert outcomes(batch) == {4: "bad"}
    assert "扣分项" in batch.rows.get().errors[0]["message"]


def test_a_failure_neither_founds_nor_renames_an_enterprise():
    bad = reported()
    name, code = firm(900)
    row = line(1, bad, "未通过", "研发不足")
    row[2] = "新乡另一个名称有限公司"
    imported(sheet(row, [2, "红旗区", name, code, "未通过", "研发不足"]))
    assert again(bad.enterprise).name == bad.enterprise.name
    assert not Enterprise.objects.filter(uscc=code).exists()


def test_a_file_of_failures_alone_needs_no_validity():
    bad = reported()
    batch = upload(
        sheet(
            line(1, bad, "未通过", "研发不足"), note="文号：豫工信企业〔2026〕88号  成文日期：2026年9月15日"
        )
    )
    confirm(batch, "good")
    assert state_of(bad)[0] == "failed"


def test_the_case_says_whether_it_was_a_review():
    review = reported(intake=IntakeFactory(kind="review"), kind="review")
    imported(sheet(line(1, review, "通过")))
    assert again(review).recognition.kind == "review"


def test_a_case_decided_meanwhile_stops_the_whole_file():
    good, bad = reported(), reported()
    batch = upload(sheet(line(1, good, "通过"), line(2, bad, "未通过", "研发不足")))
    Application.objects.filter(pk=bad.pk).update(state="failed", closed_at="2026-09-20T00:00:00Z")
    batch = confirm(batch, "good")
    assert (batch.state, state_of(good)[0]) == ("review", "reported")
    assert batch.error


def test_a_plain_list_of_titles_is_still_read_as_one():

    batch = upload(recognition_list([firm(n) for n in range(1, 4)]))
    assert batch.kind == "recognitions"
    assert upload(sheet(line(1, reported(), "通过"))).kind == "results"
