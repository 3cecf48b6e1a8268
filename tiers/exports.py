"""推荐名单汇总表: what goes to the province, as the page shows it."""

from typing import IO

from django.utils import timezone

from core.spreadsheets import writer
from tiers.models import Report
from tiers.queries.city import ReportRow, report_rows

HEADS = (
    writer.Head("序号", "plain", 6),
    writer.Head("省辖市", width=10),
    writer.Head("县（市、区）", width=18),
    writer.Head("企业名称", width=34),
    writer.Head("统一社会信用代码", "code"),
    writer.Head("行业", width=10),
    writer.Head("主导产品", width=20),
    writer.Head("得分/直通条件", width=24),
    writer.Head("实地核查情况", width=16),
    writer.Head("推荐排序", "plain", 9),
    writer.Head("联系人", width=10),
    writer.Head("电话", "code", 16),
)


def report_workbook(report: Report, target: str | IO[bytes]) -> int:
    """Write the summary of a report; the number of enterprises in it."""
    rows = report_rows(report_cases(report))
    now = timezone.localtime()
    note = (
        f"文号：{report.document_number}    上报日期：{report.reported_on}    制表单位：{report.region}    "
        f"制表时间：{now:%Y-%m-%d %H:%M}"
    )
    title = f"{report.intake.name}推荐名单汇总表"
    writer.write(target, [writer.Page("推荐名单汇总表", HEADS, map(values, rows), title, note)])
    return len(rows)


def report_cases(report: Report):
    """The cases of a report, by county and then as the county recommended them."""
    cases = report.applications.select_related("enterprise", "managing_unit__parent", "edition", "intake")
    return cases.order_by("managing_unit__code", "recommended_as", "pk")


def values(row: ReportRow) -> list:
    return [
        row.number, row.city, row.unit, row.name, row.uscc, row.industry, row.product, row.score, row.visit,
        row.place, row.contact, row.phone,
    ]  # fmt: skip
