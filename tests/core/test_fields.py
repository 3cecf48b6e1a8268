import random
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc

from core.fields import (
    USCC_ALPHABET,
    FieldError,
    clean_choice,
    clean_date,
    clean_document_number,
    clean_industry_code,
    clean_int,
    clean_money,
    clean_name,
    clean_phone,
    clean_text,
    clean_uscc,
    clean_year,
    is_blank,
    name_key,
    uscc_warning,
)
from tests.makers import full_width, uscc

CLEANERS = [
    clean_text,
    clean_name,
    clean_uscc,
    clean_date,
    clean_money,
    clean_int,
    clean_year,
    clean_industry_code,
    clean_phone,
    clean_document_number,
    lambda value: clean_choice(value, {"一等奖": 1}),
]


def refusal(clean, *args, **kwargs):
    with pytest.raises(FieldError) as caught:
        clean(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize("clean", CLEANERS)
@given(
    value=st.one_of(
        st.text(max_size=30),
        st.floats(),
        st.integers(),
        st.booleans(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.timedeltas(),
        st.decimals(),
        st.binary(max_size=5),
    )
)
def test_any_value_is_accepted_or_refused_in_chinese(clean, value):
    problem = None
    try:
        clean(value)
    except FieldError as refused:
        problem = str(refused)
    assert problem is None or problem.endswith("。")


# --- blanks and text ---------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, "", "  ", "\u3000", "—", " — ", "-", "/", "无", "N/A"])
def test_marks_for_nothing_are_blank(value):
    assert is_blank(value)


@pytest.mark.parametrize("value", [0, 0.0, False, "0", "无锡", "－1"])
def test_zero_and_words_are_not_blank(value):
    assert not is_blank(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" 新乡\u3000", "新乡"),
        ("新\u200b乡\ufeff", "新乡"),
        ("\u202eexcod.exe", "excod.exe"),
        ("a\nb", "a b"),
        (13800000000.0, "13800000000"),
        (1.5, "1.5"),
        (True, "是"),
        (date(2023, 5, 4), "2023-05-04"),
        (datetime(2023, 5, 4), "2023-05-04"),
    ],
)
def test_clean_text_trims_and_drops_invisible_characters(value, text):
    assert clean_text(value) == text


@pytest.mark.parametrize("value", ["a\x0bb", "\x00", "a\x1b", "\ud800", "x\x7f", "\x85x"])
def test_clean_text_refuses_control_characters_and_surrogates(value):
    assert "控制字符" in refusal(clean_text, value)


def test_clean_text_refuses_private_use_and_long_text():
    assert "自造字" in refusal(clean_text, "\ue000厂")
    assert "201 字" in refusal(clean_text, "长" * 201)
    assert clean_text("一\r\n二", multiline=True) == "一\n二"


@given(st.text(max_size=50))
def test_clean_text_is_idempotent_and_safe_for_exports(value):
    try:
        once = clean_text(value)
    except FieldError:
        return
    assert clean_text(once) == once
    assert once.encode()
    assert not any(ord(c) < 32 for c in once)


@pytest.mark.parametrize(
    "value",
    [
        "新乡豫锐(河南)有限公司",
        "新乡豫锐（河南）有限公司 ",
        "\u3000新乡豫锐（河南） 有限公司",
        "新乡豫锐（河南)有限公司",
    ],
)
def test_clean_name_gives_one_spelling(value):
    assert clean_name(value) == "新乡豫锐（河南）有限公司"


def test_clean_name_keeps_spaces_between_latin_words():
    assert clean_name("河南 ＡＢＣ  Tools 公司") == "河南ABC Tools公司"
    assert "全称" in refusal(clean_name, "12345")


def test_name_key_ignores_brackets_case_spaces_and_width():
    assert name_key("新乡（市）ＡＢ·c 厂") == name_key("新乡(市)ab C厂")
    assert name_key("新乡甲厂") != name_key("新乡乙厂")


# --- codes -------------------------------------------------------------------------------------------

REAL = ["91410000170001401D", "9144030071526726XG", "914403001922038216", "91330100799655058B"]
SYNTHETIC = ["91410172MA9TEAT080", "91410783MA9XXTN17K", "91410100MA9AAAA324", "91410728MA9AAAA40G"]


@pytest.mark.parametrize("code", [*REAL, *SYNTHETIC, uscc(7), uscc(123456, kind="52")])
def test_clean_uscc_accepts_valid_codes_in_any_dress(code):
    for dress in (code, f" {code}\u3000", code.lower(), full_width(code), f"\ufeff{code}\n"):
        assert clean_uscc(dress) == code


def test_clean_uscc_agrees_with_stdnum():
    rng = random.Random(7)
    for n in range(300):
        code = list(uscc(n * 9973))
        code[rng.randrange(8, 18)] = rng.choice(USCC_ALPHABET)
        code = "".join(code)
        try:
            mine = clean_uscc(code) == code
        except FieldError:
            mine = False
        assert mine == stdnum_uscc.is_valid(code), code


def test_clean_uscc_finds_every_single_error_and_swap():
    rng = random.Random(36)
    passed = 0
    for n in range(1000):
        code = uscc(rng.randrange(10**6))
        i = n % 18
        wrong = rng.choice([c for c in USCC_ALPHABET if c != code[i]])
        mutants = [code[:i] + wrong + code[i + 1 :]]
        if i < 17 and code[i] != code[i + 1]:
            mutants.append(code[:i] + code[i + 1] + code[i] + code[i + 2 :])
        for mutant in mutants:
            try:
                clean_uscc(mutant)
                passed += 1
            except FieldError:
                pass
    assert passed == 0


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (9.14101720000000e17, "文本"),
        (914403001922038216, "文本"),
        ("9.14101E+17", "科学计数法"),
        ("9141 0172 MA9TEAT080", "空格"),
        ("410100100012345", "15 位"),
        ("91410172MA9TEAT08", "现在是 17 位"),
        ("91410172MA9TEAT081", "校验位"),
        ("9141017AMA9TEAT080", "第 3 至 8 位是数字"),
        ("91410172МA9TEAT080", "数字和大写字母"),  # Cyrillic М
        (True, "文本"),
        ("郑州某公司", "现在是 5 位"),
    ],
)
def test_clean_uscc_says_what_is_wrong(value, says):
    assert says in refusal(clean_uscc, value)


def test_clean_uscc_offers_the_lookalike_but_never_takes_it():
    text = refusal(clean_uscc, "91410172MA9TEATO80")
    assert "91410172MA9TEAT080" in text
    assert "O" in text
    assert "91410172" not in refusal(clean_uscc, "91410172MA9TEATS80")


@pytest.mark.parametrize("code", REAL)
def test_organisation_code_of_real_codes_raises_no_warning(code):
    assert uscc_warning(code) is None


def test_organisation_code_with_a_wrong_check_only_warns():
    code = clean_uscc("91410783MA9XXTN17K")
    others = [c for c in SYNTHETIC if uscc_warning(c)]
    assert uscc_warning(code) is None
    body = uscc(5)[:16] + ("1" if uscc(5)[16] != "1" else "2")
    total = stdnum_uscc.calc_check_digit(body)
    assert "校验位" in uscc_warning(body + total)
    assert isinstance(others, list)


def test_makers_codes_are_valid_and_differ():
    codes = {uscc(n) for n in range(500)}
    assert len(codes) == 500
    assert all(stdnum_uscc.is_valid(code) and not uscc_warning(code) for code in codes)


@pytest.mark.parametrize(
    ("value", "code"),
    [("C3931", "3931"), ("c35", "35"), ("35", "35"), (35.0, "35"), ("Ｃ３４", "34"), (" I65 ", "65")],
)
def test_clean_industry_code_drops_the_section_letter(value, code):
    assert clean_industry_code(value) == code


@pytest.mark.parametrize("value", ["C", "00", "98", "制造业", 5.0, "C39311", "3.5"])
def test_clean_industry_code_refuses_other_things(value):
    assert "行业代码" in refusal(clean_industry_code, value)


@pytest.mark.parametrize(
    ("value", "phone"),
    [
        ("13800000000", "13800000000"),
        (13800000000.0, "13800000000"),
        (" １３８００００００００ ", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("0373-3051234", "0373-3051234"),
        ("(0371)67881234", "0371-67881234"),
        ("+8613800000000", "13800000000"),
        ("400-800-1234", "400-800-1234"),
    ],
)
def test_clean_phone_accepts_usual_numbers(value, phone):
    assert clean_phone(value) == phone


@pytest.mark.parametrize("value", ["1380000000", "12345678901", "13800000000/13900000000", "无号", 1.38e11])
def test_clean_phone_refuses_other_things(value):
    assert "联系电话" in refusal(clean_phone, value)


@pytest.mark.parametrize(
    "value",
    [
        "豫工信企业〔2023〕52号",
        "豫工信企业[2023]52号",
        "豫工信企业（2023）第52号",
        "豫工信企业 【2023】 052 号",
    ],
)
def test_clean_document_number_gives_one_spelling(value):
    assert clean_document_number(value) == "豫工信企业〔2023〕52号"


def test_clean_document_number_refuses_other_text():
    assert "豫工信企业〔2023〕52号" in refusal(clean_document_number, "2023年第52号文")


# --- numbers: one table for forms, API and sheets ------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number"), [("550", 550), (550.0, 550), ("1,234", 1234), ("１２", 12), (0, 0)]
)
def test_clean_int_accepts_whole_numbers(value, number):
    assert clean_int(value) == number


@pytest.mark.parametrize("value", ["5.5", 5.5, "1e3", "12人", "-1", -1, "", True, "1_0", float("nan"), 2**31])
def test_clean_int_refuses_other_things(value):
    refusal(clean_int, value)


def test_clean_year_reads_the_usual_spellings():
    assert [clean_year(v) for v in (2023, 2023.0, "2023", "2023年", "２０２３年度")] == [2023] * 5
    assert "四位" in refusal(clean_year, "23")


# --- dates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        date(2023, 5, 4),
        datetime(2023, 5, 4, 15, 30),
        "2023.5.4",
        "2023-05-04",
        "2023/5/4",
        "2023年5月4日",
        "2023年05月04号",
        "20230504",
        " ２０２３．５．４ ",
        "2023 年 5 月 4 日",
        "2023-05-04 00:00:00",
        "2023-05-04T08:00",
        45050,
        45050.0,
        45050.75,
        20230504.0,
    ],
)
def test_clean_date_reads_the_usual_spellings(value):
    assert clean_date(value) == date(2023, 5, 4)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("二〇一五年", "阿拉伯数字"),
        ("二〇一五年三月一日", "阿拉伯数字"),
        ("2023.5", "缺少日"),
        ("2023年5月", "缺少日"),
        (2023.5, "缺少日"),
        (2023, "缺少日"),
        ("2023", "缺少日"),
        ("23.5.4", "两位"),
        ("5/4/2023", "最前面"),
        ("2023-02-30", "不存在"),
        ("2023-13-01", "不存在"),
        ("2100/2/29", "不存在"),
        ("1900-01-05", "1900"),
        ("2101-01-01", "2101"),
        (date(1900, 1, 5), "日期格式"),
        (datetime(1905, 7, 1), "日期格式"),
        (5, "1949 年以前"),
        (550.0, "1949 年以前"),
        ("2023-5.4", "不是日期"),
        ("无期限", "不是日期"),
        (time(1, 2), "不是日期"),
        (float("nan"), "不是日期"),
        (1e300, "不是日期"),
        (-5.0, "不是日期"),
        (True, "不是日期"),
        ("2023-05-04x", "不是日期"),
    ],
)
def test_clean_date_says_what_is_wrong(value, says):
    assert says in refusal(clean_date, value)


@given(st.dates(date(1949, 1, 1), date(2100, 12, 31)))
def test_clean_date_reads_back_every_day_in_every_spelling(day):
    serial = (day - date(1899, 12, 30)).days
    spellings = (
        f"{day:%Y-%m-%d}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
    )
    for value in (*spellings, serial, float(serial), day):
        assert clean_date(value) == day


# --- choices -----------------------------------------------------------------------------------------

GRADES = {"一等奖": "first", "1等奖": "first", "二等奖": "second", "不合格": "failed"}


def test_clean_choice_knows_aliases_and_forgives_width_and_spaces():
    assert clean_choice("一等奖", GRADES) == "first"
    assert clean_choice(" １等奖 ", GRADES) == "first"
    assert clean_choice("二 等奖", GRADES) == "second"


def test_clean_choice_names_what_can_be_written():
    assert refusal(clean_choice, "特等奖", GRADES) == "只能填：一等奖、二等奖、不合格。"
