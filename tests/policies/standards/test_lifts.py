"""What would lift an enterprise: the words, and that the distance is enough and a cent less is not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby

import pytest
from hypothesis import given, settings

from policies.engine.standards import EquityFact, Verdict, assess, lifts
from policies.engine.standards.measures import years_before
from tests.policies.standards import firms, worked
from tests.policies.standards.test_properties import assessed, cases

CENT = {
    "元": Decimal("0.01"),
    "人": Decimal(1),
    "年": Decimal(1),
    "个百分点": Decimal("0.01"),
    "分": Decimal("0.01"),
}


def told(slug, *changes):
    record_of = worked.files()[slug]["base"]
    for field, value in changes:
        record_of = worked.with_field(record_of, field, value)
    return record_of


def sentences(slug, *changes):
    base = told(slug, *changes)
    record, standard = worked.record(base), worked.standard_of(slug)
    found = assess(record, standard, kind=worked.KINDS[base["类型"]], on=base["受理日期"])
    return {lift.criterion: lift.sentence for lift in lifts(record, standard, found)}


@pytest.mark.parametrize(
    ("slug", "changes", "criterion", "sentence"),
    [
        ("miit-2-provincial", [("2025 营业收入", 46_066_666.66)], "rd_ratio",
         "2025 年研发费用再增 382,000.00 元即达 3%"),
        ("miit-2-provincial", [("2024 研发费用", 900_000)], "rd_expense",
         "2024 年研发费用再增 100,000.00 元即达 100 万元"),
        ("miit-2-provincial", [("2025 营业收入", 14_000_000)], "revenue",
         "营业收入再增 1,000,000.00 元即达 1,500 万元"),
        ("miit-2-provincial", [("2025 营业收入", 1_000_000), ("股权融资", [{"amount": 15_000_000}])], "revenue",
         "近 2 年新增股权融资再增 5,000,000.00 元即达 2,000 万元"),
        ("miit-2-provincial", [("2025 负债", 80_000_000.5)], "debt_ratio",
         "负债总额再减 0.50 元即降至 80%"),
        ("miit-2-provincial", [("2025 主营收入", 15_000_000)], "main_ratio",
         "主营业务收入再增 1,000,000.00 元即达 80%"),
        ("miit-2-provincial", [("2025 发展评价", Decimal("47.5"))], "dev_score",
         "专精特新发展评价得分再增 2.5 分即达 50 分"),
        ("miit-2-provincial", [("情况 从业起始年", 2024)], "niche_years",
         "从事特定细分市场的时间再满 2 年即达 3 年"),
        ("miit-2-provincial", [("称号", [])], "prior_title",
         "还缺科技和创新型中小企业称号"),
        ("miit-2-provincial", [("知识产权", "不明")], "ip_one",
         "请补充：知识产权"),
        ("miit-2-provincial", [], "market_position",
         "由审核人员核实：主导产品市场地位"),
        ("miit-2-provincial", [("情况 在名单上", True)], "not_blacklisted",
         "要求：未列入"),
        ("miit-2-giant", [("知识产权", [{}])], "ip_one",
         "与主导产品相关的Ⅰ类知识产权再增 3 项即达 4 项"),
        ("miit-2-giant", [("2024 研发费用", 5_000_000)], "rd_expense_sum2",
         "研发费用再增 385,000.00 元，近 2 年研发费用合计即达 1,200 万元"),
        ("miit-2-giant", [("2025 营业收入", 200_000_000), ("2025 主营收入", 190_000_000)], "revenue_growth",
         "营业收入再增 20,500,000.00 元，增长率即达 5%"),
        ("miit-2-giant", [("情况 国内排名", 9)], "market_share",
         "主导产品细分市场占有率再增 5 个百分点即达 10%"),
        ("miit-63-giant", [("2025 主营收入", 66_000_000), ("2024 主营收入", 60_000_000), ("2023 主营收入", 62_000_000)],
         "main_growth_mean2", "主营业务收入再增 1,935,483.88 元，增长率即达 5%"),
        ("miit-63-giant", [("2025 研发费用", 2_000_000)], "rd_input",
         "2025 年研发费用再增 1,000,000.00 元即达 3%"),
        ("miit-63-provincial", [], "local_feature",
         "文件待补：河南省特色化指标（一至三个，合计 15 分）的内容和分值是什么？"),
        ("miit-63-provincial", [], "rd_input",
         "研发费用再增 400,000.00 元即达 300 万元，多得 2 分"),
        ("miit-63-provincial", [], "rd_staff_ratio",
         "研发人员数再增 8 人即达 20%，多得 2 分"),
        ("miit-63-provincial", [], "debt_ratio",
         "负债总额再减 1,000,000.00 元即降至 60%，多得 2 分"),
        ("miit-63-innovative", [], "ip_grade",
         "还缺“Ⅰ类高价值 1 项以上”，多得 5 分"),
        ("miit-63-innovative", [("2025 研发费用", "不明")], "rd_ratio",
         "请补充：2025 年研发费用，最多再得 20 分"),
        ("miit-63-innovative", [("2025 研发费用", 0), ("知识产权", [])], "equity",
         "近 3 年新增股权融资再增 5,000,000.00 元即达 500 万元，可代替评价得分"),
    ],
)  # fmt: skip
def test_lift_in_words(slug, changes, criterion, sentence):
    assert sentences(slug, *changes)[criterion] == sentence


def test_what_is_met_needs_no_lift():
    assert set(sentences("miit-2-provincial")) == {"market_position"}
    # A passed score names the points still to gain, but no direct route.
    assert set(sentences("miit-63-innovative")) == {"ip_grade", "rd_ratio", "main_growth", "strategic_field"}


def test_lift_says_which_field_and_year_would_have_to_change():
    base = told("miit-2-provincial", ("2024 研发费用", 900_000))
    record, standard = worked.record(base), worked.standard("miit-2-provincial")
    found = assess(record, standard, kind="new", on=base["受理日期"])
    [lift] = [lift for lift in lifts(record, standard, found) if lift.criterion == "rd_expense"]
    assert (lift.needs, lift.year, lift.distance, lift.unit, lift.gains) == (
        "rd_expense",
        2024,
        100_000,
        "元",
        None,
    )


def test_gap_of_the_score_names_the_band_that_closes_it():
    changes = ("2025 研发费用", 1_000_000), ("2025 负债", 80_000_000), ("知识产权", [])
    record = worked.record(told("miit-63-innovative", *changes))
    standard = worked.standard("miit-63-innovative")
    found = assess(record, standard, kind="new", on=firms.TODAY)
    assert (found.score.points, found.score.least) == (40, 60)
    ways = [(lift.criterion, lift.gains) for lift in lifts(record, standard, found) if lift.gains]
    assert ("ip_grade", 5) in ways
    assert ("ip_grade", 20) in ways
    assert ("rd_ratio", 5) in ways


def applied(record, lift, less=Decimal(0)):
    """The record after the change that a lift names, or a little less of it; None for what is counted in pieces."""
    distance = lift.distance - less
    if "再减" in lift.sentence:
        distance = -distance
    if lift.year is not None:
        figures = record.years[lift.year]
        value = (getattr(figures, lift.needs) or 0) + distance
        value = int(value) if lift.unit == "人" else value
        return replace(record, years={**record.years, lift.year: replace(figures, **{lift.needs: value})})
    if lift.needs == "niche_since":
        since = record.profile["niche_since"]
        earlier = years_before(since, int(distance)) if isinstance(since, date) else since - int(distance)
        return replace(record, profile={**record.profile, "niche_since": earlier})
    if lift.needs == "established_on":
        return replace(record, established_on=years_before(record.established_on, int(distance)))
    if lift.needs == "market_share":
        share = Decimal(record.profile["market_share"]) + distance / 100
        return replace(record, profile={**record.profile, "market_share": share})
    if lift.needs == "equity":
        more = EquityFact("more", date(2024, 6, 1), distance, True, Decimal(0))
        return replace(record, equity=(*record.equity, more))
    return None


def reached(finding, goal):
    """A gate is met (or waits for a person), a scored criterion has the points."""
    if goal is not None:
        return (finding.points or 0) >= goal
    return finding.verdict in (Verdict.MET, Verdict.PERSON)


@settings(max_examples=400, deadline=None)
@given(firms.records, cases)
def test_distance_is_enough_and_a_cent_less_is_not(record, case):
    slug, _, on = case
    if not date(2024, 6, 1) <= on <= date(2026, 6, 1):
        return
    before = assessed(record, case)
    found = lifts(record, worked.standard(slug), before)
    for (criterion, gains), group in groupby(found, key=lambda lift: (lift.criterion, lift.gains)):
        steps = list(group)
        if any(lift.distance is None for lift in steps) or applied(record, steps[0]) is None:
            continue
        goal = None if gains is None else (before.finding(criterion).points or 0) + gains
        assert not reached(before.finding(criterion), goal)
        assert reached(after(record, case, steps).finding(criterion), goal), (criterion, steps)
        for lift in steps:
            short = after(record, case, steps, less=lift)
            assert not reached(short.finding(criterion), goal), (criterion, steps)


def after(record, case, steps, less=None):
    for lift in steps:
        record = applied(record, lift, CENT[lift.unit] if lift is less else Decimal(0))
    return assessed(record, case)


@settings(max_examples=150, deadline=None)
@given(firms.records, cases)
def test_every_gap_has_a_lift(record, case):
    slug, _, _ = case
    found = assessed(record, case)
    named = {lift.criterion for lift in lifts(record, worked.standard(slug), found)}
    gaps = {finding.key for finding in found.gates if finding.verdict is not Verdict.MET}
    short = {f.key for f in found.scored if (f.points or 0) < f.most}
    assert gaps | short <= named
    assert all(
        lift.distance is None or lift.distance > 0 for lift in lifts(record, worked.standard(slug), found)
    )
