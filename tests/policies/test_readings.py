"""The answers a city may give to the open questions, and the factors it may approve."""

from datetime import date
from decimal import Decimal

import pytest

from policies.engine import (
    AssessmentFact,
    History,
    SubsidyFact,
    TitleFact,
    claims,
    decode,
    determine,
    explain,
    explain_all,
    parse,
)
from tests.policies import worked

XINXIANG = (worked.DOCUMENTS / "xinxiang-2022-8.toml").read_text(encoding="utf-8")


def decided(parameter, value):
    """The document with another answer to one question."""
    head, found, tail = XINXIANG.partition(f'id = "{parameter}"\n')
    assert found
    return parse(f'{head}{found}value = "{value}"\n{tail}')


def rows(history, year, policy):
    return [worked.in_words(r) for r in determine(claims(history, year, policy), policy)]


def title(number, name, on, start, until, kind="new"):
    return TitleFact(f"title:{number}", name, kind, on, start, until)


GIANT = title(1, "national_giant", date(2021, 8, 1), date(2021, 1, 1), date(2023, 12, 31))
RETURN = History(
    [
        title(1, "provincial_srdi", date(2020, 12, 1), date(2021, 1, 1), date(2023, 12, 31)),
        title(2, "provincial_srdi", date(2024, 6, 18), date(2024, 1, 1), date(2026, 12, 31)),
    ]
)
LATE = History(
    [GIANT], [SubsidyFact("s:1", date(2026, 1, 5), Decimal(100), date(2023, 1, 1), date(2023, 6, 1))]
)
PARTLY = History(
    [GIANT], [SubsidyFact("s:1", date(2024, 1, 5), Decimal(100), date(2023, 1, 1), date(2024, 1, 1))]
)
REVIEWED = History([title(1, "national_giant", date(2023, 7, 1), None, None, "review")])
BOTH = History(
    [title(2, "national_giant", date(2024, 9, 2), date(2024, 1, 1), date(2026, 12, 31))],
    [SubsidyFact("s:1", date(2024, 6, 20), Decimal(3_000_000), date(2024, 1, 1), date(2024, 5, 1))],
)
ASSESSED = History(assessments=[AssessmentFact("a:1", 2024, "一等奖", date(2024, 5, 1))])


@pytest.mark.parametrize(
    ("parameter", "value", "history", "year", "expected"),
    [
        ("after_lapse", "hold", RETURN, 2024, ["XX-PROV 待定 0 因为 失效后重新认定"]),
        ("after_lapse", "refuse", RETURN, 2024, ["XX-PROV 不符合 因为 不是首次认定"]),
        ("after_lapse", "grant", RETURN, 2024, ["XX-PROV 给予 300,000"]),
        ("first_recognition", "within_policy", RETURN, 2024, ["XX-PROV 给予 300,000"]),
        ("allocated_after_expiry", "hold", LATE, 2026, ["XX-EQ 待定 25 因为 政策到期后下达"]),
        ("allocated_after_expiry", "refuse", LATE, 2026, ["XX-EQ 不符合 因为 无有效政策依据"]),
        ("partly_covered", "refuse", PARTLY, 2024, ["XX-EQ 不符合 因为 投资只有部分在称号有效期内"]),
        ("review_as_recognition", "yes", REVIEWED, 2023, ["XX-NAT 给予 500,000"]),
        ("assessment_title", "required", ASSESSED, 2024, ["XX-ASSESS 不符合 因为 没有示范平台称号"]),
        ("pool", "reward_only", BOTH, 2024, ["XX-EQ 给予 750,000", "XX-NAT 给予 500,000"]),
    ],
)
def test_reading_changes_the_outcome(parameter, value, history, year, expected):
    assert rows(history, year, decided(parameter, value)) == expected


def test_no_topup_leaves_the_first_decision():
    policy = decided("same_year_topup", "no")
    found = claims(History([title(1, "national_giant", date(2023, 7, 31), None, None)]), 2023, policy)
    row = worked.Decided("XX-PROV", "title:9", Decimal(300_000))

    (result,) = determine(found, policy, decided=[row])

    assert (result.amount, result.absorbed_by) == (0, "XX-PROV@title:9")


def test_loser_of_a_topped_up_year_names_the_higher_award():
    policy = parse(XINXIANG)
    found = claims(History([title(1, "national_platform", date(2023, 7, 31), None, None)]), 2023, policy)
    rows = [
        worked.Decided("XX-PROV", "title:8", Decimal(300_000), Decimal(300_000)),
        worked.Decided("XX-NAT", "title:9", Decimal(200_000), Decimal(500_000)),
    ]

    (result,) = determine(found, policy, decided=rows)

    assert result.absorbed_by == "XX-NAT@title:9"


@pytest.mark.parametrize(
    "factors", [{"ZZ-NAT": "0"}, {"ZZ-NAT": "1.01"}, {"ZZ-NAT": "-1"}, {"XX-NAT": "0.5"}, {"ZZ": "0.5"}]
)
def test_factor_out_of_bounds_is_refused(factors):
    with pytest.raises(ValueError, match="系数"):
        determine(
            [], worked.policy("zhengzhou-2024-2026"), factors={k: Decimal(v) for k, v in factors.items()}
        )


def test_fixed_amount_takes_no_factor():
    with pytest.raises(ValueError, match="XX-NAT"):
        determine([], parse(XINXIANG), factors={"XX-NAT": Decimal("0.5")})


def test_references_are_ordered_by_number():
    titles = [
        title(17, "provincial_srdi", date(2023, 5, 4), None, None),
        title(9, "provincial_srdi", date(2023, 5, 4), None, None),
    ]
    policy = parse(XINXIANG)
    results = determine(claims(History(titles), 2023, policy), policy)
    assert {r.claim.ref: r.outcome for r in results} == {"title:9": "granted", "title:17": "ineligible"}


def test_explanation_names_the_winner_and_its_money():
    policy = parse(XINXIANG)
    match, giant = explain_all(determine(claims(BOTH, 2024, policy), policy), policy)

    assert match.arithmetic == "3,000,000.00 元 × 25% = 750,000.00 元"
    assert match.conclusion == "给予 750,000.00 元"
    assert giant.conclusion == "就高：同年度 XX-EQ 设备、软件投资配套支持 750,000.00 元，本项不再享受"
    assert giant.steps[-1].passed is None  # not chosen, yet entitled
    assert giant.steps[-1].cite == "新政文〔2022〕8号 第三部分 倒数第3段"


def test_explanation_shows_cap_and_factor():
    policy = worked.policy("zhengzhou-2024-2026")
    claim = decode("ZZ-EQ|investment:1|2025-09-01|||||25000000|2025-01-01|2025-06-30|2023-01-01~2025-12-31")

    (result,) = determine([claim], policy, factors={"ZZ-EQ": Decimal("0.8")})

    assert explain(result, policy).arithmetic == (
        "25,000,000.00 元 × 10% = 2,500,000.00 元，按上限 2,000,000.00 元；"
        "2,000,000.00 元 × 核定系数 0.8 = 1,600,000.00 元"
    )


@pytest.mark.parametrize("line", ["", "a|b", "XX-NAT|r|2024-13-01|||", "XX-NAT|r|x|||", "a|b|c|d|e|f|g|h"])
def test_broken_stored_facts_are_refused(line):
    with pytest.raises(ValueError, match=r"."):
        decode(line)
