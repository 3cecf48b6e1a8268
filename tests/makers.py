"""Workbooks for tests, as untidy as the real ones, and valid codes that belong to nobody."""

import io
import random
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from core.fields import ORG_WEIGHTS, USCC_ALPHABET, USCC_WEIGHTS

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def uscc(seed: int, region: str = "410702", kind: str = "91") -> str:
    """A valid synthetic 统一社会信用代码; the same seed gives the same code, other seeds other codes."""
    if not 0 <= seed < 30**6:
        raise ValueError("seed out of range")
    letters = "".join(USCC_ALPHABET[seed // 31**i % 31] for i in range(5, -1, -1))
    body = f"MA{letters}"
    rest = sum(int(c, 36) * w for c, w in zip(body, ORG_WEIGHTS, strict=True)) % 11
    code = f"{kind}{region}{body}{'0X987654321'[rest]}"
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(code, USCC_WEIGHTS, strict=False))
    return code + USCC_ALPHABET[-total % 31]


def full_width(text: str) -> str:
    return text.translate(FULL_WIDTH)


def untidy(code: str, n: int) -> str:
    """The n-th way of writing a code: plain mostly, sometimes with a space, lower case or full width."""
    return {3: f"{code} ", 5: code.lower(), 8: full_width(code)}.get(n % 12, code)


def untidy_date(day: date, n: int) -> Any:
    """The four spellings of real rosters."""
    return (
        day,
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y/%m/%d}",
        f"{day.year}年{day.month}月{day.day}日",
    )[n % 4]


def workbook(
    rows: Iterable[Sequence[Any]],
    *,
    sheet: str = "Sheet1",
    merge: Iterable[str] = (),
    text_from_equals: bool = True,
) -> bytes:
    """A workbook from rows of cells. Strings that begin with '=' are text unless asked otherwise."""
    return workbook_of({sheet: rows}, merge=merge, text_from_equals=text_from_equals)


def workbook_of(
    sheets: dict[str, Iterable[Sequence[Any]]], *, merge: Iterable[str] = (), text_from_equals: bool = True
) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
        if text_from_equals:
            for cells in page.iter_rows():
                for cell in cells:
                    if cell.data_type == "f":
                        cell.data_type = "s"
        for area in merge:
            page.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def firm(n: int) -> tuple[str, str]:
    """(name, code) of the n-th firm."""
    return f"新乡测试第{n}精密机械有限公司", uscc(n)


def recognition_list(
    firms: Sequence[tuple[str, str]],
    *,
    title: str = "2023年度河南省专精特新中小企业名单",
    note: str = "文号：豫工信企业〔2023〕52号  成文日期：2023年5月4日  有效期：2023-01-01至2025-12-31",
    counties: Sequence[str] = ("红旗区", "卫滨区", "长垣市"),
    city: str = "新乡市",
    total: bool = True,
    messy: bool = True,
) -> bytes:
    """An official list: firms grouped by county, county cells merged, codes written in several ways."""
    rows: list[list[Any]] = [
        [title],
        [note],
        ["序号", "省辖市", "县（市、区）", "企业名称", "统一社会信用代码", "备注"],
    ]
    merge = ["A1:F1"]
    size = -(-len(firms) // len(counties)) or 1
    for start in range(0, len(firms), size):
        first = len(rows) + 1
        for n, (name, code) in enumerate(firms[start : start + size], start):
            county = counties[start // size] if n == start else None
            if messy:
                name, code = (f"{name}\u3000" if n % 5 == 1 else name), untidy(code, n)
            rows.append([n + 1, city, county, name, code, None])
        if len(rows) > first:
            merge.append(f"C{first}:C{len(rows)}")
    if total:
        rows.append(["合计", None, None, f"{len(firms)}家", None, None])
    return workbook(rows, merge=merge)


ROSTER_HEAD = (
    "序号,省辖市,县（市、区）,企业名称,统一社会信用代码,成立日期,行业代码,职工人数,"
    "上年营业收入（万元）,上年主营业务收入（万元）,上年研发费用（万元）,联系电话"
).split(",")


def roster_row(n: int, county: str = "红旗区") -> list[Any]:
    rng = random.Random(n)
    name, code = firm(n)
    day = date(2000 + n % 20, n % 12 + 1, n % 28 + 1)
    revenue = round(rng.uniform(500, 90_000), 2)
    industry = ("C35", "35", "C3463", "I65")[n % 4]
    shown = "—" if n % 25 == 7 else revenue
    return [
        n,
        "新乡市",
        county,
        name,
        untidy(code, n),
        untidy_date(day, n),
        industry,
        rng.randint(5, 900),
        shown,
        round(revenue * 0.9, 2),
        round(revenue * 0.05, 2),
        f"1{rng.randint(3_000_000_000, 9_999_999_999)}",
    ]


def roster(count: int, *, bad: Sequence[Sequence[Any]] = (), county: str = "红旗区") -> bytes:
    """A roster of `count` good rows, the given bad rows and a total row."""
    rows: list[Sequence[Any]] = [
        ["新乡市中小企业名册"],
        ["截止日期：2025-10-31  填报人：  联系电话："],
        ROSTER_HEAD,
    ]
    rows += [roster_row(n, county) for n in range(1, count + 1)]
    rows += [*bad, ["合计", *[None] * 7, 12345.67, None, None, None]]
    return workbook(rows, merge=["A1:L1"])


def subsidy_table(
    lines: Sequence[tuple[str, str, Any, Any]],
    *,
    note: str = "文号：豫财企〔2024〕36号  下达日期：2024年6月20日  "
    "投资计算区间：2022年7月1日至2023年6月30日  单位：万元",
    county: str = "红旗区",
) -> bytes:
    """Provincial subsidy allocations; lines are (name, code, investment, amount) in the unit of the note."""
    rows: list[list[Any]] = [
        ["2024年省级制造业高质量发展专项资金（小巨人设备软件投资补助）下达表"],
        [note],
        [
            "序号",
            "省辖市",
            "县（市、区）",
            "企业名称",
            "统一社会信用代码",
            "核定投资额（不含税）",
            "补助金额",
        ],
    ]
    rows += [[n, "新乡市", county, *line] for n, line in enumerate(lines, 1)]
    rows.append(["合计", None, None, None, None, 1, 1])
    return workbook(rows, merge=["A1:G1"])


def assessment(lines: Sequence[tuple[str, str, str]], *, year: int = 2023) -> bytes:
    """Yearly results of service platforms; lines are (name, code, grade)."""
    rows: list[list[Any]] = [
        [f"{year}年度省级中小企业公共服务示范平台考核结果"],
        [f"文号：豫工信企业〔{year}〕120号  公布日期：{year}年11月20日"],
        ["序号", "运营单位", "统一社会信用代码", "考核等次"],
    ]
    rows += [[n, *line] for n, line in enumerate(lines, 1)]
    return workbook(rows, merge=["A1:D1"])


def saved(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


def pdf(text="证明") -> bytes:
    """A small whole PDF; another text makes another file."""
    body = f"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n% {text}\n".encode()
    return body + f"xref\n0 1\ntrailer << /Size 1 >>\nstartxref\n{len(body)}\n%%EOF\n".encode()


def png(width=2, height=2, *, tail=b"") -> bytes:
    """A picture as a PNG: head, data, end, and what is stuck behind it."""
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (min(width, 100) + 1) * min(height, 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"") + tail


def jpeg(width=2, height=2, *, tail=b"") -> bytes:
    """The frame of a JPEG: application data, size, scan, end, and what is stuck behind it."""
    import struct

    size = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04AB" + size + b"\xff\xda\x00\x02\x12\x34" + b"\xff\xd9" + tail
