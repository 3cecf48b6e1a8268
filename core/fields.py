"""Plain field validators, shared by forms, serializers and imports.

Each takes one value (what a person typed, JSON, or a cell of a sheet) and returns the clean value or
raises FieldError: a Chinese sentence that says what is wrong and what to do. None of them accepts a
blank: ask `is_blank` first. The bulk path calls them on every cell, so the good case comes first.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from operator import mul
from typing import Any

from core.errors import DomainError
from core.money import CENT


class FieldError(DomainError):
    """One value cannot be accepted; the message stands beside it."""


BLANKS = frozenset({"", "—", "——", "－", "–", "-", "--", "---", "/", "／", "\\", "无", "N/A", "n/a"})


def is_blank(value: Any, blanks: frozenset[str] = BLANKS) -> bool:
    """True for an empty cell and for the marks people write into empty cells."""
    return value is None or (isinstance(value, str) and value.strip() in blanks)


# --- text -------------------------------------------------------------------------------------------

# Full-width ASCII (Chinese input methods) and the ideographic space, for values that are codes or numbers.
FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
FOLD_ALNUM = {code: half for code, half in FOLD.items() if chr(half).isalnum()} | {0x3000: 0x20}
CJK_SPACE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Full-width letters, digits and signs to half-width, format characters dropped, trimmed."""
    if not text.isascii():
        text = _without_format(text.translate(FOLD))
    return text.strip()


def _without_format(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def _plain(value: Any) -> str:
    """A cell as a person reads it: 13800000000.0 → '13800000000'."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    return str(value)


def clean_text(value: Any, *, max_length: int = 200, multiline: bool = False) -> str:
    """Trimmed text. Invisible format characters are dropped; control characters, lone surrogates and
    private-use characters are refused: they break exports, JSON and printing."""
    text = value if type(value) is str else _plain(value)
    if not text.isprintable():
        text = _printable(text, multiline)
    text = text.strip()
    if not text:
        raise FieldError("请填写内容。")
    if len(text) > max_length:
        raise FieldError(f"内容过长（{len(text)} 字），请缩短到 {max_length} 字以内。")
    return text


def _printable(text: str, multiline: bool) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    if not multiline:
        text = text.replace("\n", " ")
    kept = []
    for c in text:
        category = unicodedata.category(c)
        if (category == "Cc" and c != "\n") or category == "Cs":
            raise FieldError("含有看不见的控制字符，请删除后重新输入（可先粘贴到记事本再复制）。")
        if category == "Co":
            raise FieldError("含有自造字，其他电脑无法显示，请改用标准汉字。")
        if category not in ("Cf", "Cn"):
            kept.append(c)
    return "".join(kept)


def clean_name(value: Any, *, max_length: int = 100) -> str:
    """An organisation's name as registered: brackets （）, no spaces beside Chinese characters."""
    name = clean_text(value, max_length=max_length)
    if "(" in name or ")" in name:
        name = name.replace("(", "（").replace(")", "）")
    if FULL_ALNUM.search(name):
        name = name.translate(FOLD_ALNUM)
    if " " in name or "\u3000" in name:
        name = CJK_SPACE.sub("", SPACES.sub(" ", name))
    if len(name) < 2 or name.isdigit():
        raise FieldError("名称不完整，请按营业执照填写全称。")
    return name


FULL_ALNUM = re.compile("[０-９Ａ-Ｚａ-ｚ]")


def name_key(name: str) -> str:
    """What two spellings of one name share: for comparing only, never shown."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in text if c.isalnum())


# --- codes ------------------------------------------------------------------------------------------

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_FORMAT = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
USCC_VALUES = {c: i for i, c in enumerate(USCC_ALPHABET)}
# GB 32100: 3^i mod 31, and 1 for the check character itself, so that the sum is divisible by 31.
# By hand because stdnum takes 20 µs a code and a roster has 100,000; a test compares the two.
USCC_WEIGHTS = (*(pow(3, i, 31) for i in range(17)), 1)
USCC_LOOKALIKE = {"O": "0", "I": "1", "S": "5", "Z": "2", "V": "Y"}
SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?[Ee]\+?[0-9]+")


def clean_uscc(value: Any) -> str:
    """统一社会信用代码: 18 characters with a right GB 32100 check digit. Nothing is guessed."""
    if type(value) is not str:
        raise FieldError(
            "统一社会信用代码被存成了数字，Excel 已丢掉后几位。请先把这一列设为“文本”格式，再重新填写。"
        )
    code = (value.strip() if value.isascii() else fold(value)).upper()
    if USCC_FORMAT.fullmatch(code) and _uscc_sum(code) % 31 == 0:
        return code
    raise FieldError(_uscc_problem(code))


def _uscc_sum(code: str) -> int:
    return sum(map(mul, map(USCC_VALUES.__getitem__, code), USCC_WEIGHTS))


def _uscc_problem(code: str) -> str:
    if SCIENTIFIC.fullmatch(code):
        return "统一社会信用代码成了科学计数法，后几位已丢失。请先把这一列设为“文本”格式，再重新填写。"
    if any(c.isspace() or c == "-" for c in code):
        return "统一社会信用代码中间有空格或横线，请删除后再提交。"
    if len(code) == 15 and code.isdigit():
        return "这是 15 位的旧版注册号，请填写 18 位统一社会信用代码。"
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现在是 {len(code)} 位，请对照营业执照核对。"
    fixed = "".join(USCC_LOOKALIKE.get(c, c) for c in code)
    if fixed != code:
        wrong = "、".join(sorted({c for c in code if c in USCC_LOOKALIKE}))
        text = f"统一社会信用代码里没有字母 I、O、S、V、Z，这里出现了 {wrong}。"
        if USCC_FORMAT.fullmatch(fixed) and _uscc_sum(fixed) % 31 == 0:
            return text + f"如果是看错了，正确的可能是 {fixed}，请对照营业执照后改正。"
        return text + "请对照营业执照改正。"
    if not USCC_FORMAT.fullmatch(code):
        return "统一社会信用代码只含数字和大写字母，第 3 至 8 位是数字，请对照营业执照核对。"
    return "统一社会信用代码的校验位不对，至少有一位写错，请对照营业执照逐位核对。"


ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc_warning(code: str) -> str | None:
    """For a clean code: positions 9–17 are an organisation code with its own check (GB 11714).

    Real codes obey it, but no rule says they must, so this only warns.
    """
    rest = sum(int(c, 36) * w for c, w in zip(code[8:16], ORG_WEIGHTS, strict=True)) % 11
    if code[16] == "0X987654321"[rest]:
        return None
    return "代码第 9 至 17 位（组织机构代码）的校验位不符，请再核对一次；确认无误可以继续。"


INDUSTRY = re.compile(r"[A-Ta-t]?([0-9]{2,4})")


def clean_industry_code(value: Any) -> str:
    """GB/T 4754-2017 division, group or class without the section letter: 'C3931' → '3931'."""
    text = fold(_plain(value))
    match = INDUSTRY.fullmatch(text)
    if not match or not 1 <= int(match[1][:2]) <= 97:
        raise FieldError(
            "行业代码应为 2 至 4 位数字（前面可带门类字母），如 C3931 或 39，请按国民经济行业分类填写。"
        )
    return match[1]


PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[1-9][0-9]{6,7}(-[0-9]{1,6})?|[48]00-?[0-9]{3}-?[0-9]{4}")


def clean_phone(value: Any) -> str:
    """A mobile number or a landline with area code, digits and hyphens only."""
    text = value if type(value) is str else _plain(value)
    if not PHONE.fullmatch(text):
        text = fold(text).translate(PHONE_SIGNS)
        text = text.removeprefix("+86").removeprefix("86-").strip("-")
        if not PHONE.fullmatch(text):
            raise FieldError(
                "联系电话不对，请填写 11 位手机号，或带区号的座机号，如 0373-3051234，只填一个号码。"
            )
    return text


PHONE_SIGNS = {ord(" "): None, ord("("): None, ord(")"): "-", ord("—"): "-", ord("–"): "-"}

DOCUMENT = re.compile(
    r"(?P<office>[\u4e00-\u9fff]{2,20})\s*[〔\[(【]\s*(?P<year>(?:19|20)[0-9]{2})\s*年?\s*[〕\])】]"
    r"\s*第?\s*(?P<number>[0-9]{1,5})\s*号"
)


def clean_document_number(value: Any) -> str:
    """文号 in one spelling: '豫工信企业[2023] 52 号' → '豫工信企业〔2023〕52号'."""
    text = clean_text(value, max_length=60).translate(FOLD)
    match = DOCUMENT.fullmatch(text.replace(" ", ""))
    if not match:
        raise FieldError("文号应写成“豫工信企业〔2023〕52号”这样，请按文件填写。")
    return document_number(match)


def document_number(match: re.Match[str]) -> str:
    return f"{match['office']}〔{match['year']}〕{int(match['number'])}号"


# --- numbers ----------------------------------------------------------------------------------------

DIGITS = re.compile(r"[0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4}")
AMOUNT = re.compile(r"(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,10})?")
MONEY_LIMIT = Decimal(10) ** 12  # numeric(14,2)
NUMBER_LIMIT = 2**31 - 1


def _number_text(value: Any) -> str:
    """Digits as typed. Floats keep 15 significant digits, as Excel does: 0.1+0.2 is 0.3 on its screen."""
    if type(value) is float:
        text = f"{value:.15g}"
        return f"{Decimal(text):f}" if "e" in text else text
    if isinstance(value, Decimal):
        return f"{value:f}"
    return fold(value) if isinstance(value, str) else str(value)


def clean_int(value: Any, *, minimum: int = 0, maximum: int = NUMBER_LIMIT) -> int:
    """A whole number; 550, 550.0, '1,234' and '１２' are good, '5.5', '1e3', '12人' and '-1' are not."""
    if type(value) is float and value.is_integer():
        number = int(value)
    elif type(value) is int:
        number = value
    else:
        text = _number_text(value)
        if isinstance(value, bool) or not DIGITS.fullmatch(text):
            raise FieldError("应为整数，请只填数字，不带小数、单位或符号。")
        number = int(text.replace(",", ""))
    if not minimum <= number <= maximum:
        raise FieldError(f"应在 {minimum} 至 {maximum} 之间，请核对。")
    return number


def clean_year(value: Any, *, minimum: int = 1949, maximum: int = 2100) -> int:
    """2023, '2023年' or '2023年度' → 2023."""
    if isinstance(value, str):
        value = re.sub(r"年度?$", "", fold(value))
    try:
        return clean_int(value, minimum=minimum, maximum=maximum)
    except FieldError:
        raise FieldError(f"年份应为四位数字（{minimum} 至 {maximum}），如 2023。") from None


def clean_money(value: Any, *, unit: int = 1, positive: bool = False) -> Decimal:
    """Yuan as Decimal, exact to the cent, below 10^12. `unit` is what one stands for: 1 元 or 10000 (万元).

    One table for forms, API and sheets: digits, thousands commas in the right places and full-width
    digits are good; signs, exponents, underscores, currency marks and parts of a cent are refused.
    """
    if type(value) is float and 0 < value < 1e15:  # cells of the bulk path
        amount = Decimal(f"{value:.15g}") * unit
    else:
        text = _number_text(value)
        if not AMOUNT.fullmatch(text):
            raise FieldError(_money_problem(text))
        amount = Decimal(text.replace(",", "")) * unit
    if amount >= MONEY_LIMIT:
        raise FieldError("金额过大，请核对单位是元还是万元。")
    cents = amount.quantize(CENT)
    if cents != amount:
        raise FieldError(
            "金额换算成元后最多两位小数（精确到分），请核对。"
            if unit > 1
            else "金额最多两位小数（精确到分），请核对。"
        )
    if positive and not cents:
        raise FieldError("金额应大于 0，请核对。")
    return cents


def _money_problem(text: str) -> str:
    if text.startswith("-"):
        return "金额不能是负数，请核对。"
    if text.endswith("元"):
        return "金额只填数字，不要写单位。"
    return "金额不是数字，请只填阿拉伯数字和小数点，如 1234567.89。"


# --- dates ------------------------------------------------------------------------------------------

DATE = re.compile(
    r"([0-9]{4})(?:([-./])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})[日号]|([0-9]{2})([0-9]{2}))"
    r"(?:[T ]?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
)
FIRST_YEAR, LAST_YEAR = 1949, 2100
FIRST_SERIAL, LAST_SERIAL = 17899, 73415  # 1949-01-01 and 2100-12-31 as Excel counts days
SERIAL_ZERO = date(1899, 12, 30).toordinal()
WRITE_DATE = "请写成 2023-05-04 这样的年月日。"


def clean_date(value: Any) -> date:
    """A day between 1949 and 2100 from a date cell, a day number of Excel or one of the usual spellings."""
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise FieldError(f"日期成了 {day}，多半是数字被设成了日期格式，{WRITE_DATE}")
        return day
    if isinstance(value, str):
        return _date_from_text(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _date_from_number(value)
    raise FieldError(f"不是日期，{WRITE_DATE}")


def _date_from_text(value: str) -> date:
    match = DATE.fullmatch(value)
    if not match:
        text = fold(value)
        match = DATE.fullmatch(text) or DATE.fullmatch(text.replace(" ", ""))
    if not match:
        raise FieldError(_date_problem(text))
    year, _, m1, d1, m2, d2, m3, d3 = match.groups()
    return _day(int(year), int(m1 or m2 or m3), int(d1 or d2 or d3))


def _day(year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise FieldError(f"年份 {year} 不在 {FIRST_YEAR} 至 {LAST_YEAR} 之间，请核对。")
    try:
        return date(year, month, day)
    except ValueError:
        raise FieldError(f"{year}年{month}月{day}日不存在，请核对月和日。") from None


def _date_from_number(value: float) -> date:
    if value == value and abs(value) < 1e9:
        whole = int(value)
        if FIRST_SERIAL <= whole <= LAST_SERIAL:
            return date.fromordinal(SERIAL_ZERO + whole)
        if value == whole and 19490101 <= whole <= 21001231:
            return _day(whole // 10000, whole // 100 % 100, whole % 100)
        if FIRST_YEAR <= value <= LAST_YEAR + 1:
            raise FieldError(f"只有年或年月，缺少日，{WRITE_DATE}")
        if 0 <= whole < FIRST_SERIAL:
            raise FieldError(f"这个数字按 Excel 的日期是 1949 年以前，{WRITE_DATE}")
    raise FieldError(f"不是日期，{WRITE_DATE}")


def _date_problem(text: str) -> str:
    if re.search("[〇零一二三四五六七八九十]", text):
        return f"日期要用阿拉伯数字写全年月日，{WRITE_DATE}"
    if re.fullmatch(r"[0-9]{4}(年度?|[-./年][0-9]{1,2}月?)?|[0-9]{6}", text):
        return f"只有年或年月，缺少日，{WRITE_DATE}"
    if re.fullmatch(r"'?[0-9]{2}[-./年][0-9]{1,2}[-./月][0-9]{1,2}日?", text):
        return f"年份只有两位，{WRITE_DATE}"
    if re.fullmatch(r"[0-9]{1,2}[-./月][0-9]{1,2}[-./日]?([0-9]{4})?", text):
        return f"年份要写在最前面，{WRITE_DATE}"
    return f"不是日期，{WRITE_DATE}"


# --- choices ----------------------------------------------------------------------------------------


def clean_choice(value: Any, choices: Mapping[str, Any]) -> Any:
    """The value whose name or alias was written. `choices`: name → value; messages show each first name."""
    text = value if type(value) is str else _plain(value)
    if text in choices:
        return choices[text]
    key = name_key(text)
    for name, result in choices.items():
        if name_key(name) == key:
            return result
    shown: dict[Any, str] = {}
    for name, result in choices.items():
        shown.setdefault(result, name)
    raise FieldError(f"只能填：{'、'.join(shown.values())}。")
