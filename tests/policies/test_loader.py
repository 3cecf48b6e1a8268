"""A document with a slip is refused with the entry's name and what to write instead."""

import pytest

from policies.engine import PolicyError, parse, reason_label
from policies.engine.reasons import LABELS, Reason
from policies.engine.sentences import CONDITIONS, SENTENCES
from policies.engine.values import Event
from tests.policies import worked

XINXIANG = (worked.DOCUMENTS / "xinxiang-2022-8.toml").read_text(encoding="utf-8")
ZHENGZHOU = (worked.DOCUMENTS / "zhengzhou-2024-2026.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(worked.DOCUMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_document_is_called_by_its_file_name(path):
    assert parse(path.read_text(encoding="utf-8")).slug == path.stem


@pytest.mark.parametrize("path", sorted(worked.DOCUMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_document_gives_clause_and_gist_for_every_item(path):
    policy = parse(path.read_text(encoding="utf-8"))
    assert all(item.cite and item.gist for item in policy.items.values())
    assert all(parameter.decided_by and parameter.question for parameter in policy.parameters.values())


def test_documents_cover_the_award_items():
    assert set(parse(XINXIANG).items) == {
        "XX-NAT", "XX-PROV", "XX-EQ", "XX-PLAT-N", "XX-PLAT-P", "XX-BASE-N", "XX-BASE-P", "XX-ASSESS",
    }  # fmt: skip
    assert set(parse(ZHENGZHOU).items) == {"ZZ-NAT", "ZZ-PROV", "ZZ-EQ", "ZZ-CLU-N", "ZZ-CLU-P"}


SLIPS = [
    ("valid_from = 2022-01-27", 'valid_from = "2022-01-27"', "valid_from", "不带引号的日期"),
    ("valid_until = 2025-12-31", "valid_until = 2021-12-31", "valid_until", "早于"),
    ('city_code = "410700"', 'city_code = "41070"', "city_code", "六位"),
    ('slug = "xinxiang-2022-8"', 'slug = "新乡"', "slug", "小写字母"),
    ("revision = 1", "revision = 0", "revision", "整数"),
    ('number = "新政文〔2022〕8号"', "", "number", "缺少"),
    ("amount = 500_000", 'amount = "500000"', "XX-NAT 的 amount", "不带引号的数字"),
    ("amount = 500_000", "amount = -500_000", "XX-NAT 的 amount", "大于 0"),
    ("amount = 500_000", "amount = 500_000.001", "XX-NAT 的 amount", "两位小数"),
    ("amount = 500_000", "amout = 500_000", "XX-NAT 的 amount", "缺少"),
    ("amount = 500_000", "amount = 500_000\ncolour = 1", "XX-NAT 的 colour", "不认识"),
    ('title = "national_giant"', 'title = "giant"', "XX-NAT 的 title", "可写"),
    ('title = "provincial_srdi"', 'title = "national_giant"', "national_giant", "重复"),
    ('id = "XX-PROV"', 'id = "XX-NAT"', "XX-NAT", "重复"),
    ('event = "subsidy"', 'event = "gift"', "XX-EQ 的 event", "可写"),
    ("rate = 0.25", "rate = 25", "XX-EQ 的 rate", "小数"),
    ('titles = ["national_giant"]', 'titles = ["giant"]', "XX-EQ 的 titles", "giant"),
    ('titles = ["national_giant"]', "titles = []", "XX-EQ 的 titles", "列表"),
    ("once = true", 'once = "yes"', "XX-NAT 的 once", "true 或 false"),
    ('"三等奖" = 50_000', '"三等奖" = 0', "三等奖", "大于 0"),
    ('"XX-ASSESS", "XX-EQ"]\n[pool', '"XX-ASSESS"]\n[pool', "tie_order", "XX-EQ"),
    ('tie_order = ["XX-NAT"', 'tie_order = ["XX-X", "XX-NAT"', "tie_order", "XX-X"),
    ('reward_only = ["XX-NAT"', 'reward_only = ["XX-X"', "reward_only", "XX-X"),
    ("reward_only = [", "rewards = [", "readings", "同名"),
    ('default = "ever"', 'default = "never"', "参数 first_recognition 的 default", "可写"),
    ('id = "after_lapse"', 'id = "lapse"', "after_lapse", "缺少参数"),
    ('ever = "', 'evver = "', "参数 first_recognition 的 options", "evver"),
    ('question = "申报年度按哪个日期算？"\n', "", "参数 declaration_year 的 question", "缺少"),
    ("[pool.readings]", "[pool.readings", "TOML", "行"),
]


@pytest.mark.parametrize(("right", "wrong", "entry", "advice"), SLIPS)
def test_slip_is_named_with_advice(right, wrong, entry, advice):
    assert right in XINXIANG
    with pytest.raises(PolicyError) as error:
        parse(XINXIANG.replace(right, wrong, 1))
    assert entry in str(error.value)
    assert advice in str(error.value)


@pytest.mark.parametrize("text", ["", "item = 1", "[pool]", "pool = []", "[[item]]", "x = {}", "\x00"])
def test_other_text_is_refused_as_a_policy_error(text):
    with pytest.raises(PolicyError):
        parse(text)


def test_value_overrides_the_recommended_default():
    decided = XINXIANG.replace('default = "all_fiscal"', 'default = "all_fiscal"\nvalue = "reward_only"', 1)
    pool = parse(decided).pool
    assert (pool.reading.id, pool.other.id) == ("reward_only", "all_fiscal")
    assert pool.disputed == {"XX-EQ"}


def test_every_reason_has_a_label_and_a_sentence():
    codes = {value for name, value in vars(Reason).items() if name.isupper()}
    assert codes == set(LABELS) == set(SENTENCES)
    assert len(set(LABELS.values())) == len(LABELS)
    assert set(CONDITIONS) == set(Event)
    assert reason_label("unheard_of") == "unheard_of"
