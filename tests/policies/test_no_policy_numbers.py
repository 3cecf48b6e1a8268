"""No yuan figure, rate or deadline of a policy document or a standard stands outside policies/documents/."""

import io
import re
import tokenize
from decimal import Decimal
from pathlib import Path

import pytest

from policies.engine.standards.indicators import unit_of
from tests.policies import worked
from tests.policies.standards import worked as standards

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [
    "core", "policies", "accounts", "enterprises", "tiers", "awards", "cultivation", "financing", "reports",
    "config", "templates",
]  # fmt: skip
# Where such a number means something else: start of the path → a piece of the line ("" = any line).
ALLOWED = {
    "core/spreadsheets/": "",  # limits in rows, cells and bytes
    "enterprises/services/imports.py": "precheck(file.read(",  # bytes
    "enterprises/filetypes.py": "MOST_PIXELS",
    "awards/imports.py": "template_note",  # an example in a blank form
}

SMALL, COMMON_RATE = 2_000_000, Decimal("0.02")
LINE_STARTS = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
IN_WORDS = re.compile(r"\d[\d.,_]*\s*(?:万元|亿元|万(?!元)|%\s*(?:配套|比例))")


def forms_of_amount(amount) -> set[str]:
    whole = int(amount)
    return {str(whole), f"{whole:_}", f"{whole:,}"}


def forms_of_rate(rate) -> set[str]:
    return {f"{rate:.2f}", f"{rate * 100:.0f}%", f"{rate * 100:.0f} %"}


def forms_of_day(day) -> set[str]:
    return {
        day.isoformat(),
        f"{day.year}, {day.month}, {day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    }


def policy_numbers() -> set[str]:
    found: set[str] = set()
    for path in worked.DOCUMENTS.glob("*.toml"):
        policy = worked.policy(path.stem)
        for item in policy.items.values():
            for amount in (item.amount, item.above, item.cap, *item.grades.values()):
                found |= forms_of_amount(amount) if amount else set()
            found |= forms_of_rate(item.rate) if item.rate else set()
        found |= forms_of_day(policy.valid_from) | forms_of_day(policy.valid_until)
    return found | {
        form for slug in standards.slugs() for form in numbers_of_standard(standards.standard(slug))
    }


def is_distinctive(amount) -> bool:
    """Smaller amounts and powers of ten are sizes, limits and units all over the code."""
    return amount >= SMALL and set(str(int(amount))) != {"0", "1"}


def numbers_of_standard(standard) -> set[str]:
    """Its amounts, dates and rates, but for those that mean too much else: 60 points, 1 %, 10 %, 100 million."""
    found: set[str] = set()
    for line in (line for criterion in standard.criteria() for line in criterion.lines()):
        unit = unit_of(line)
        if unit == "元" and is_distinctive(line.at):
            found |= forms_of_amount(line.at)
        if unit == "%" and line.at > COMMON_RATE and line.at * 100 % 10:
            found.add(f"{line.at:.2f}")
    for industry in standard.sizes.industries if standard.sizes else ():
        for limits in industry.limits.values():
            yuan = (limit for measure, limit in limits.items() if measure != "staff")
            found |= {form for limit in yuan if is_distinctive(limit) for form in forms_of_amount(limit)}
    for period in standard.applies:
        found |= forms_of_day(period.since) | (forms_of_day(period.until) if period.until else set())
    return found


NUMBERS = re.compile(
    "|".join(
        rf"(?<![\d.,_]){re.escape(form)}(?![\d_]|[.,]\d)"
        for form in sorted(policy_numbers(), key=len, reverse=True)
    )
)


def sources():
    for folder in FOLDERS:
        for suffix in ("*.py", "*.html", "*.txt"):
            yield from sorted((ROOT / folder).rglob(suffix))


def read(path) -> str:
    text = path.read_text(encoding="utf-8")
    return code_only(text) if path.suffix == ".py" else text


def code_only(text) -> str:
    """Python source without comments and docstrings, the line numbers kept."""
    lines = text.splitlines()
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        is_docstring = token.type == tokenize.STRING and before in LINE_STARTS
        if token.type == tokenize.COMMENT or is_docstring:
            (first, start), (last, end) = token.start, token.end
            for number in range(first, last + 1):
                line = lines[number - 1]
                kept = line[: start if number == first else 0], line[end if number == last else len(line) :]
                lines[number - 1] = "".join(kept)
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            before = token.type
    return "\n".join(lines)


def offenders(text, name=""):
    return [
        f"{name}:{number} {line.strip()}"
        for number, line in enumerate(text.splitlines(), 1)
        if (NUMBERS.search(line) or IN_WORDS.search(line))
        and not any(name.startswith(path) and piece in line for path, piece in ALLOWED.items())
    ]


def test_no_policy_number_outside_the_documents():
    found = [line for path in sources() for line in offenders(read(path), str(path.relative_to(ROOT)))]
    assert found == []


@pytest.mark.parametrize(
    "line",
    ["AMOUNT = 500_000", "if x > 1000000:", "奖励 300,000 元", "rate = Decimal('0.25')", "奖励50万元", "上限 200 万",
     "按 25% 计", "date(2025, 12, 31)", "'2022-01-27'", "2025年12月31日", "revenue >= 15_000_000", "ratio >= 0.03",
     "date(2026, 4, 1)", "'2026-03-31'", "2022年8月1日", "Decimal(12_000_000)", "assets >= 1_200_000_000"],
)  # fmt: skip
def test_search_sees_a_policy_number(line):
    assert offenders(line)


@pytest.mark.parametrize(
    "line", ["x = 1_500_000", "0.255", "width: 125%", "5000000000", "单位：万元", "2025-12-30"]
)
def test_search_leaves_other_numbers(line):
    assert not offenders(line)


def test_search_leaves_comments_and_docstrings():
    text = '"""Up to 500_000 rows."""\nx = 1  # 500_000\n\ndef f():\n    """500_000"""\n    return 500_000\n'
    assert offenders(code_only(text)) == [":6 return 500_000"]
