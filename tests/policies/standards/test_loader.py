"""A slip in a standard's document is refused with the entry that is wrong."""

import re
from datetime import date
from decimal import Decimal

import pytest

from policies.engine.standards import MonthDay, PolicyError, parse_standard
from tests.policies.standards import worked

INNOVATIVE = worked.text("miit-63-innovative")
GIANT = worked.text("miit-63-giant")
PROVINCIAL = worked.text("miit-63-provincial")
SIZES = worked.text("miit-300-sizes")


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [
        (INNOVATIVE, 'tier = "innovative"', 'tier = "gold"', "文件 的 tier：没有 'gold'"),
        (INNOVATIVE, "revision = 1", "revision = 0", "revision：应是不小于 1 的整数"),
        (INNOVATIVE, "[pass]", "[pass]\nbonus = 3", "pass 的 bonus：不认识"),
        (INNOVATIVE, 'kind = "new"\nfrom', 'kind = "old"\nfrom', "适用期 1 的 kind：没有 'old'"),
        (INNOVATIVE, 'kind = "review"\nfrom', 'kind = "new"\nfrom', "两段 2022-08-01 和 2022-08-01 重叠"),
        (INNOVATIVE, "from = 2022-08-01", 'from = "2022-08-01"', "from：应是不带引号的日期"),
        (GIANT, "until = 2026-03-31", "until = 2020-03-31", "早于 from"),
        (INNOVATIVE, '"成长性" = 15', '"成长" = 15', "pass 的 groups：没有评分组 成长"),
        (
            INNOVATIVE,
            'replaces = ["score"]',
            'replaces = ["rd"]',
            "直通条件 science_award 的 replaces：没有 rd",
        ),
        (INNOVATIVE, 'indicator = "rd_ratio"', 'indicator = "rd"', "评分项 rd_ratio 的 indicator：没有 'rd'"),
        (INNOVATIVE, "[[0.05, 20], [0.03, 15]", "[[0.03, 20], [0.05, 15]", "各档从最好的写起"),
        (INNOVATIVE, "[[0.05, 20], [0.03, 15]", "[[0.05, 15], [0.03, 20]", "各档按分数从高到低写"),
        (INNOVATIVE, "[[0.05, 20]", "[[-0.05, 20]", "不能小于 0"),
        (INNOVATIVE, "at_most = [[0.55, 10]", "below = 3\nat_most = [[0.55, 10]", "写且只写一个"),
        (INNOVATIVE, "at_least = 5_000_000", "", "直通条件 equity：写且只写一个：at_least、at_most、below"),
        (INNOVATIVE, "at_least = 5_000_000", "at_least = true", "at_least：应是不带引号的数字"),
        (INNOVATIVE, "within_years = 3\nat_least = 5", "within_years = 0\nat_least = 5", "不小于 1 的整数"),
        (INNOVATIVE, 'field = "company_size"', 'field = "size"', "没有资料项 'size'"),
        (INNOVATIVE, 'needed = "中型、小型或微型企业"', "", "条件 sme 的 needed：这一条比的是答案"),
        (INNOVATIVE, "values = [true]\nneeded", "values = true\nneeded", "应是答案的列表"),
        (
            INNOVATIVE,
            'of = ["class_one"], high',
            'of = ["class_three"], high',
            '第 1 档 的 of：写 ["class_one"]',
        ),
        (INNOVATIVE, 'titles = ["high_tech"]', 'titles = ["high"]', "没有称号 high"),
        (INNOVATIVE, 'key = "rd_ratio"', 'key = "ip_grade"', "条件的 key ip_grade 重复"),
        (INNOVATIVE, 'value = "04-30"', 'value = "02-29"', '应是月和日，如 "06-30"'),
        (INNOVATIVE, 'value = "04-30"', "value = 430", "procedure 的 yearly_update 的 value"),
        (INNOVATIVE, "value = [180, 90, 30]", "value = 180", "应是整数的列表"),
        (INNOVATIVE, "[procedure.ban_years]", "[procedure.bans]", "procedure 的 ban_years：缺少这一项"),
        (INNOVATIVE, "[equity]\nshare_most = 0.30", "[equity]\nshare_most = 0", "应大于 0"),
        (GIANT, 'adds = ["revenue_floor"]', 'adds = ["floor"]', "例外 2025-revenue：没有条件 floor"),
        (GIANT, 'years = 2, over = "each"', "years = 2", "years 和 over 要一起写"),
        (GIANT, 'years = 2, over = "each"', 'years = 2, over = "all"', "没有 'all' 这个选项"),
        (
            GIANT,
            'indicator = "debt_ratio"',
            'indicator = "debt_ratio"\nrank_most = 3',
            "debt_ratio 没有这一项",
        ),
        (GIANT, 'kinds = ["new"]', 'kinds = ["old"]', "没有申报类型 old"),
        (
            PROVINCIAL,
            'when = { review_2026 = "old" }',
            'when = { review_2027 = "old" }',
            "没有参数 review_2027",
        ),
        (PROVINCIAL, 'when = { review_2026 = "old" }', 'when = { review_2026 = "x" }', "没有 'x' 这个选项"),
        (PROVINCIAL, "rows = []", 'rows = [{ name = "甲", options = { "是" = 10 } }]', "合计应是 15 分"),
        (SIZES, "large = { revenue", "large = { turnover", "没有指标 turnover"),
        (SIZES, 'codes = ["47", "48"', 'codes = ["46", "48"', "行业代码 46 重复"),
    ],
)
def test_slip_is_named(text, old, new, message):
    assert old in text
    changed = text.replace(old, new, 1)
    with pytest.raises(PolicyError, match=re.escape(message)):
        parse_standard(changed)


def test_missing_ip_or_equity_rule_is_named():
    without = re.sub(r"\[ip\].*?\n\[equity\]", "[equity]", INNOVATIVE, count=1, flags=re.DOTALL)
    with pytest.raises(PolicyError, match=r"用到知识产权，请写 \[ip\]"):
        parse_standard(without)
    without = re.sub(r"\[equity\].*?\n\n", "", INNOVATIVE, count=1, flags=re.DOTALL)
    with pytest.raises(PolicyError, match=r"用到股权融资，请写 \[equity\]"):
        parse_standard(without)


def test_broken_toml_says_where():
    with pytest.raises(PolicyError, match=r"不是正确的 TOML：.*line 2"):
        parse_standard('title = "甲"\nslug = 乙\n')


def test_procedure_is_typed_and_says_where_it_comes_from():
    procedure = worked.standard("miit-2-provincial").procedure
    assert procedure.yearly_update == MonthDay(5, 31)
    assert worked.standard("miit-63-innovative").procedure.yearly_update == MonthDay(4, 30)
    assert (procedure.change_report_months, procedure.ban_years, procedure.reminder_days) == (
        3,
        3,
        (180, 90, 30),
    )
    assert procedure.terms["yearly_update"].cite == "2号 第十七条"
    assert procedure.terms["ban_years"].question
    assert not worked.standard("miit-63-giant").procedure.terms["ban_years"].question
    assert procedure.terms["publicity_working_days"].since == date(2026, 4, 1)


def test_needed_is_said_in_words_with_units():
    needed = {c.key: c.needed for c in worked.standard("miit-2-provincial").criteria()}
    assert needed["niche_years"] == "3 年以上"
    assert needed["debt_ratio"] == "80% 以下"
    assert needed["revenue"] == "营业收入 1,500 万元以上，或近 2 年新增股权融资 2,000 万元以上"
    scored = {c.key: c.needed for c in worked.standard("most-115-tech").scored}
    assert scored["rd_staff_ratio"].startswith("30% 以上得 20 分；25% 以上、不足 30% 得 16 分；")


@pytest.mark.parametrize(
    ("value", "since", "until"), [("new", date(2026, 4, 1), None), ("old", date(2027, 1, 1), None)]
)
def test_which_standard_the_2026_provincial_review_uses_is_a_parameter(value, since, until):
    choose = 'default = "new"\nvalue = ' + f'"{value}"'
    new = parse_standard(worked.text("miit-2-provincial").replace('default = "new"', choose))
    old = parse_standard(PROVINCIAL.replace('default = "new"', choose))
    review = {p.since: p.until for p in new.applies if p.kind == "review"}
    assert review == {since: until}
    [before] = [p for p in old.applies if p.kind == "review"]
    assert (since - before.until).days == 1


def test_every_document_can_be_read():
    tiers = {worked.standard(slug).tier for slug in worked.slugs()}
    assert tiers == {"innovative", "tech_sme", "provincial_srdi", "national_giant", "company_size"}
    for slug in worked.slugs():
        assert worked.standard(slug).slug == slug


@pytest.mark.parametrize("slug", worked.tier_slugs())
def test_scores_of_a_standard_add_up_to_a_hundred(slug):
    standard = worked.standard(slug)
    assert sum(criterion.most for criterion in standard.scored) == (Decimal(100) if standard.scored else 0)
