"""The words of an assessment, on assessments made by hand."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

from policies.engine.standards import (
    Assessment,
    Finding,
    GroupScore,
    Lift,
    Route,
    Score,
    Verdict,
    parse_standard,
)
from tests.policies.standards.worked import FOLDER
from tiers.templatetags import findings
from tiers.verdicts import conclusion, in_wan, money_words, next_steps, short, to_do

BARE = SimpleNamespace(routes=())  # a standard without direct routes
MET, NOT_MET, MISSING, PERSON = Verdict.MET, Verdict.NOT_MET, Verdict.MISSING, Verdict.PERSON


def finding(key="rd_ratio", verdict=MET, **more):
    given = {
        "key": key, "name": "研发费用占比", "group": "", "verdict": verdict, "value": Decimal("3.20"), "unit": "%",
        "needed": "3% 以上", "period": "2025 年", "source": "审计报告", "cite": "附件1（三）", "gist": "两年都要够。",
    }  # fmt: skip
    if verdict is MISSING:
        given |= {"value": None, "missing": ("2025 年研发费用",), "missing_fields": ("rd_expense",)}
    return Finding(**{**given, **more})


def scored(key, points, most, group="创新能力", **more):
    verdict = MISSING if points is None else MET if points else NOT_MET
    points = None if points is None else Decimal(points)
    return finding(key, verdict, points=points, most=Decimal(most), group=group, **more)


def score(points, *, possible=0, verdict=NOT_MET, groups=()):
    return Score(Decimal(points), Decimal(possible), Decimal(100), Decimal(60), tuple(groups), verdict)


def assessment(verdict, *, gates=(), scored=(), score=None, routes=(), passed_by=""):
    return Assessment(
        "miit-63-innovative", 1, "innovative", "new", date(2026, 11, 28), verdict, tuple(gates), tuple(scored),
        score, tuple(routes), passed_by,
    )  # fmt: skip


def route(verdict, key="honour"):
    return Route(key, "高新技术企业", "评价得分", finding(key, verdict), replaces_score=True)


# ---- the verdict in a sentence --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "sentence", "words"),
    [
        (assessment(MET, gates=[finding()], passed_by="gates"),
         "按现有数据，创新型中小企业新申报的条件都已达到。", "都已达到"),
        (assessment(MET, score=score(75, verdict=MET), passed_by="score"),
         "按现有数据，创新型中小企业新申报的条件都已达到，评价得分 75 分。", "都已达到"),
        (assessment(MET, score=score(40), routes=[route(MET)], passed_by="route:honour"),
         "按现有数据，创新型中小企业新申报的条件都已达到，凭“高新技术企业”代替评价得分。", "都已达到"),
        (assessment(NOT_MET, gates=[finding(verdict=NOT_MET), finding("a", MISSING), finding("b", PERSON)]),
         "按现有数据，还达不到创新型中小企业新申报的条件：1 项条件不符合；1 项缺数据；1 项需人工核实。",
         "差 1 项，缺 1 项数据，1 项待核实"),
        (assessment(NOT_MET, scored=[scored("a", 0, 20)], score=score(55)),
         "按现有数据，还达不到创新型中小企业新申报的条件：评价总分 55 分，应有 60 分。", "差 1 项"),
        (assessment(NOT_MET, scored=[scored("a", 5, 30)], score=score(
            65, groups=[GroupScore("创新能力", Decimal(5), Decimal(40), Decimal(20))])),
         "按现有数据，还达不到创新型中小企业新申报的条件：创新能力 5 分，应有 20 分。", None),
        (assessment(MISSING, gates=[finding(verdict=MISSING)]), "还不能下结论：1 项缺数据。", "缺 1 项数据"),
        (assessment(MISSING, score=score(40), routes=[route(MISSING)]),
         "还不能下结论：评价总分 40 分，应有 60 分；1 项直接通过条件缺数据。", None),
        (assessment(PERSON, gates=[finding(), finding("b", PERSON)]),
         "能用数据判断的条件都已达到，1 项需人工核实。", "1 项待核实"),
    ],
)  # fmt: skip
def test_the_verdict_is_one_sentence(found, sentence, words):
    assert conclusion(found) == sentence
    assert words is None or short(found) == words


def test_a_group_that_waits_for_data_is_not_called_short():
    groups = [GroupScore("创新能力", Decimal(5), Decimal(40), Decimal(20)),
              GroupScore("成长性", Decimal(5), Decimal(30), Decimal(15))]  # fmt: skip
    found = assessment(
        NOT_MET, scored=[scored("a", None, 20), scored("b", 5, 30, "成长性")], score=score(60, groups=groups)
    )
    assert "成长性 5 分，应有 15 分" in conclusion(found)
    assert "创新能力 5 分" not in conclusion(found)


# ---- what to do -----------------------------------------------------------------------------------------


def test_missing_data_is_listed_once_with_all_that_wait_for_it():
    both = ("2025 年研发费用", "2025 年营业收入")
    found = assessment(
        MISSING,
        gates=[
            finding("rd_ratio", MISSING, missing=both, missing_fields=("rd_expense", "revenue")),
            finding("rd_expense", MISSING, name="研发费用"),
            finding("ip", MISSING, name="知识产权", missing=("知识产权的授权日期",), missing_fields=("ip",)),
        ],
    )
    assert [(item.label, item.field, item.year, item.criteria) for item in to_do(found, BARE)] == [
        ("2025 年研发费用", "rd_expense", 2025, ("研发费用占比", "研发费用")),
        ("2025 年营业收入", "revenue", 2025, ("研发费用占比",)),
        ("知识产权的授权日期", "ip", None, ("知识产权",)),
    ]


def test_nothing_is_asked_for_that_decides_nothing():
    missing = scored("s", 5, 20, missing=("2025 年研发费用",), missing_fields=("rd_expense",))
    way = route(MISSING)
    standard = parse_standard((FOLDER / "miit-63-innovative.toml").read_text(encoding="utf-8"))
    done = assessment(MET, scored=[missing], score=score(60, verdict=MET), routes=[way], passed_by="score")
    assert to_do(done, standard) == ()
    short_of = assessment(MISSING, scored=[missing], score=score(50, verdict=MISSING), routes=[way])
    assert [item.criteria for item in to_do(short_of, standard)] == [("研发费用占比",)]
    assert conclusion(short_of) == "还不能下结论：1 项缺数据。"


def test_the_longer_name_wins_where_one_stands_in_the_other():
    fields = ("main_revenue", "revenue")
    one = finding(verdict=MISSING, missing=("2025 年主营业务收入", "2025 年营业收入"), missing_fields=fields)
    assert [item.field for item in to_do(assessment(MISSING, gates=[one]), BARE)] == [
        "main_revenue",
        "revenue",
    ]


def lift(key, distance="1.00", gains=None):
    return Lift(key, "再增一点", Decimal(distance) if distance else None, "元", gains)


def test_steps_are_gates_first_and_points_only_while_the_score_is_short():
    gates = [finding("a", NOT_MET), finding("m", MISSING), finding("p", PERSON)]
    points = [scored("s", 5, 20), scored("u", 5, 20, missing=("2025 年研发费用",))]
    lifts = [
        lift("s", gains=Decimal(5)),
        lift("u", None, Decimal(5)),
        lift("a"),
        lift("m", None),
        lift("p", None),
    ]
    short_of = assessment(NOT_MET, gates=gates, scored=points, score=score(50))
    enough = assessment(NOT_MET, gates=gates, scored=points, score=score(70, verdict=MET))
    assert [step.criterion for step in next_steps(short_of, lifts)] == ["a", "s"]
    assert [step.criterion for step in next_steps(enough, lifts)] == ["a"]


# ---- values ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        ("382000", "38.20 万元"), ("86425000", "8,642.50 万元"), ("9999.99", "9,999.99 元"), ("10000", "1.00 万元"),
        ("9999999.99", "999.999999 万元"), ("-20000", "-2.00 万元"), ("0", "0.00 元"),
    ],
)  # fmt: skip
def test_amounts_are_exact_in_wan(yuan, words):
    assert money_words(Decimal(yuan)) == words


def test_sentences_of_the_engine_are_told_in_wan():
    assert in_wan("研发费用再增 382,000.00 元即达 3%") == "研发费用再增 38.20 万元即达 3%"
    assert in_wan("再增 2 项即达 4 项") == "再增 2 项即达 4 项"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(Decimal("3.20"), "%", "3.20%"), (Decimal("86425000"), "元", "8,642.50 万元"), (Decimal(7), "年", "7 年"),
     ("是", "", "是"), (None, "%", "—"), (Decimal(0), "项", "0 项")],
)  # fmt: skip
def test_values_carry_their_unit(value, unit, shown):
    assert findings.with_unit(value, unit) == shown


def test_workings_are_told_unless_they_are_the_value():
    one = finding(inputs=(("2025 年研发费用", "3,000,000.00 元"), ("2025 年营业收入", "93,750,000.00 元")))
    assert findings.workings(one) == [
        ("2025 年研发费用", "300.00 万元"),
        ("2025 年营业收入", "9,375.00 万元"),
    ]
    plain = finding(value=Decimal("86425000"), unit="元", inputs=(("2025 年营业收入", "86,425,000.00 元"),))
    assert findings.workings(plain) == []


# ---- the shared table -----------------------------------------------------------------------------------


def test_the_table_shows_every_state_by_word_and_never_missing_as_not_met():
    rows = [finding("a", MET), finding("b", NOT_MET), finding("c", MISSING), finding("d", PERSON)]
    html = render_to_string(
        "tiers/_findings.html", {"findings": rows, "links": {"2025 年研发费用": "/here/"}}
    )
    for word in ("符合", "不符合", "缺数据", "需人工核实", "3.20%", "3% 以上", "附件1（三）", "审计报告"):
        assert word in html
    row = html[html.index('id="c"') : html.index('id="d"')]
    assert "不符合" not in row
    assert '缺 2025 年研发费用 <a class="no-print" href="/here/">去填写</a>' in row


def test_points_have_words_of_their_own_and_groups_their_minimum():
    rows = [
        scored("a", 20, 20),
        scored("b", 5, 20),
        scored("c", 0, 10, "成长性"),
        scored("d", None, 10, "成长性"),
    ]
    groups = [GroupScore("创新能力", Decimal(25), Decimal(40), Decimal(20)),
              GroupScore("成长性", Decimal(0), Decimal(20), None)]  # fmt: skip
    html = render_to_string("tiers/_findings.html", {"findings": rows, "scored": True, "groups": groups})
    for word in ("满分", "得分", "未得分", "缺数据", "25 / 40 分，至少 20 分", "0 / 20 分", "— / 10"):
        assert word in html
    assert html.count('scope="rowgroup"') == 2


def test_the_score_says_what_is_still_open():
    groups = [GroupScore("创新能力", Decimal(15), Decimal(40), Decimal(20))]
    html = render_to_string(
        "tiers/_score.html", {"score": score(45, possible=20, verdict=MISSING, groups=groups)}
    )
    assert "缺的数据补齐后最高 65 分" in html
    assert 'width="37.50%"' in html
    assert 'x="50.00%"' in html
