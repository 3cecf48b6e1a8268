"""A roster like the real ones: codes and dates in several spellings, note and total rows, one bad row in 100."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.database import execute
from core.bulk import copy_rows, text_array
from core.spreadsheets.writer import Head, Page, write
from core.text import bigrams, initials
from enterprises.models import Enterprise, YearlyFigures
from tests.makers import ROSTER_HEAD, firm, roster_row

COUNTIES = (
    "红旗区",
    "卫滨区",
    "凤泉区",
    "牧野区",
    "新乡县",
    "获嘉县",
    "原阳县",
    "延津县",
    "封丘县",
    "卫辉市",
    "辉县市",
)
TITLE, NOTE = "新乡市中小企业名册", "截止日期：2025-10-31  填报人：  联系电话："
TABLES = "enterprises_importrow, enterprises_importbatch, enterprises_yearlyfigures, enterprises_enterprise, core_job"
FIGURES_YEAR = 2024


def rows(count: int) -> Iterator[list]:
    for n in range(1, count + 1):
        row = roster_row(n, COUNTIES[n % len(COUNTIES)])
        if is_bad(n):
            row[4] = row[4].strip()[:-1] + "I"  # no code has this letter
        yield row


def is_bad(n: int) -> bool:
    return n % 100 == 50


def write_workbook(path: Path, count: int) -> None:
    kinds = ["number", *["text"] * 4, "date", *["text"], *["number"] * 4, "text"]
    heads = [Head(label, kind) for label, kind in zip(ROSTER_HEAD, kinds, strict=True)]
    total = ["合计", *[None] * 7, 12345.67, *[None] * 3]
    write(str(path), [Page("Sheet1", heads, [*rows(count), total], title=TITLE, note=NOTE)])


def on_record(count: int) -> None:
    """Empty the tables, then put every other enterprise of the roster on record, with its figures."""
    from accounts.models import Region

    execute(f"TRUNCATE {TABLES} CASCADE")
    names = dict(Region.objects.values_list("name", "pk"))
    known = range(2, count + 1, 2)
    columns = ["uscc", "name", "managing_unit_id", "industry_code", "phone", "initials", "name_bigrams"]
    copy_rows(Enterprise, columns, (_record(n, names) for n in known))
    ids = dict(Enterprise.objects.values_list("uscc", "pk"))
    codes = (firm(n)[1] for n in known)
    copy_rows(
        YearlyFigures, ["enterprise_id", "year", "staff"], ([ids[code], FIGURES_YEAR, 10] for code in codes)
    )


def tidy() -> None:
    execute("VACUUM ANALYZE enterprises_enterprise, enterprises_yearlyfigures")


def _record(n: int, units: dict[str, int]) -> list:
    name, code = firm(n)
    return [code, name, units[COUNTIES[n % len(COUNTIES)]], "", "", initials(name), text_array(bigrams(name))]
