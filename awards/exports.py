"""Spreadsheets out: the facts of a city as a FACTS workbook, and determinations as a list shows them."""

import tempfile
from collections.abc import Iterator
from types import SimpleNamespace
from typing import IO, Any

from django.core.files import File
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Region
from awards.enums import Outcome
from awards.facts_tables import SHORT_TITLES, TABLES, FactsTable
from awards.filters import DeterminationFilter
from awards.models import Determination, EquipmentInvestment, PlatformAssessment, ProvincialSubsidy
from awards.permissions import can_export, can_see_runs
from awards.queries import run_units
from core.errors import DomainError
from core.filters import conditions_in_words
from core.spreadsheets import writer
from policies.engine import REVOKED, reason_label
from policies.models import PolicyEdition
from policies.queries import policy_of
from tiers.enums import RecognitionKind
from tiers.models import Recognition

# Where each column of a FACTS sheet comes from. Rows go out in the order of their ids, so that two events of one
# day keep their order, and with it the winner of a tie.
SOURCES = {
    "titles": (
        Recognition,
        ("enterprise__uscc", "enterprise__name", "managing_unit__name", "title", "effect", "document_number",
         "documented_on", "valid_from", "ends_on", "label_year"),
    ),
    "subsidies": (
        ProvincialSubsidy,
        ("enterprise__uscc", "amount", "allocated_on", "invested_from", "invested_until",
         "enterprise__managing_unit__name", "document_number"),
    ),
    "assessments": (
        PlatformAssessment,
        ("enterprise__uscc", "year", "grade", "published_on", "enterprise__managing_unit__name"),
    ),
    "investments": (
        EquipmentInvestment,
        ("enterprise__uscc", "amount", "reported_on", "invested_from", "invested_until", "subsidised",
         "enterprise__managing_unit__name", "document_number"),
    ),
}  # fmt: skip
KINDS = {"code": "code", "date": "date", "money": "money", "number": "plain"}


def facts_workbook(*, city: Region, target: str | IO[bytes]) -> dict[str, int]:
    """Write everything known of the enterprises that the city's run determines, all years; rows by sheet.

    `manage.py determine` on the file gives what the run gives, with the factors of the run.
    """
    units = run_units(city)
    counts: dict[str, int] = {}
    writer.write(target, [_facts_page(table, units, counts) for table in TABLES])
    return counts


def _facts_page(table: FactsTable, units: list[Region], counts: dict[str, int]) -> writer.Page:
    heads = [
        writer.Head(column.label, KINDS.get(column.kind, "text"), column.width) for column in table.columns
    ]
    return writer.Page(table.sheet, heads, _facts_rows(table, units, counts))


def _facts_rows(table: FactsTable, units: list[Region], counts: dict[str, int]) -> Iterator[list[Any]]:
    model, fields = SOURCES[table.key]
    rows = model.objects.filter(enterprise__managing_unit__in=units).order_by("pk")
    words = {}
    if table.key == "titles":
        rows, words = rows.in_effect(), {**SHORT_TITLES, **dict(RecognitionKind.choices), REVOKED: "已撤销"}
    rows = rows.values_list(*fields)
    counts[table.sheet] = 0
    for row in rows.iterator(chunk_size=5000):
        counts[table.sheet] += 1
        yield [words.get(value, value) if isinstance(value, str) else value for value in row]


# ---- determinations -------------------------------------------------------------------------------------
HEADS = (
    writer.Head("序号", "plain"),
    writer.Head("申报年度", "plain", 10),
    writer.Head("管理单位"),
    writer.Head("企业名称", width=32),
    writer.Head("统一社会信用代码", "code"),
    writer.Head("条款", width=12),
    writer.Head("条款名称", width=36),
    writer.Head("事项日期", "date"),
    writer.Head("结果", width=10),
    writer.Head("条款金额（元）", "money"),
    writer.Head("给予金额（元）", "money"),
    writer.Head("另一口径金额（元）", "money", 18),
    writer.Head("原因", width=30),
    writer.Head("吸收于", width=12),
    writer.Head("决定日期", "date"),
)


def export_determinations(job) -> bool:
    """The job behind "导出": the list as its filters show it, in the scope the requester has by now.

    `params`: {"query": the query string of the list}. Refuses a requester who may no longer export.
    """
    user = job.requested_by
    if not can_export(user):
        raise DomainError("您现在没有导出权限，请联系系统管理员。")
    found = DeterminationFilter(
        QueryDict(job.params["query"]),
        queryset=Determination.objects.visible_to(user),
        request=SimpleNamespace(user=user),
    )
    if not found.is_valid():
        raise DomainError("筛选条件有误，请回到列表重新选择后导出。")
    job.total = job.done = found.qs.order_by().count()
    now = timezone.localtime()
    note = f"单位：元    {conditions_in_words(found)}    制表单位：{user.region}    制表时间：{now:%Y-%m-%d %H:%M}"
    page = writer.Page("奖励测算", HEADS, determination_rows(found.qs), "奖励测算", note)
    _keep(job, [page], f"奖励测算_{now:%Y%m%d_%H%M}.xlsx")
    return True


def determination_rows(queryset) -> Iterator[list[Any]]:
    """The rows of a list in its order, numbered."""
    names, outcomes = _item_names(), dict(Outcome.choices)
    rows = queryset.values_list(
        "year", "managing_unit__name", "enterprise__name", "enterprise__uscc", "item", "event_on", "outcome",
        "worth", "amount", "other_amount", "reasons", "absorbed_by", "decided_at",
    )  # fmt: skip
    for number, row in enumerate(rows.iterator(chunk_size=5000), start=1):
        year, unit, name, uscc, item, on, outcome, worth, amount, other, reasons, winner, decided = row
        because = "、".join(reason_label(code) for code in reasons)
        decided_on = timezone.localdate(decided) if decided else None
        yield [
            number, year, unit, name, uscc, item, names.get(item, ""), on, outcomes[outcome], worth, amount, other,
            because, winner.partition("@")[0], decided_on,
        ]  # fmt: skip


def _item_names() -> dict[str, str]:
    editions = PolicyEdition.objects.order_by("valid_from", "pk")
    return {item.id: item.name for edition in editions for item in policy_of(edition).items.values()}


def export_facts(job) -> bool:
    """The job behind "导出事实": the FACTS workbook of the requester's city. `params`: {"city": code}."""
    user = job.requested_by
    city = Region.objects.cities().filter(code=job.params["city"]).first()
    if not can_see_runs(user) or city is None or user.region_id != city.pk:
        raise DomainError("您现在没有导出权限，请联系系统管理员。")
    with tempfile.TemporaryFile() as file:
        job.result = facts_workbook(city=city, target=file)
        _save(job, file, f"测算事实_{city.name}_{timezone.localdate():%Y%m%d}.xlsx")
    job.done = job.total = sum(job.result.values())
    return True


def _keep(job, pages: list[writer.Page], name: str) -> None:
    with tempfile.TemporaryFile() as file:
        writer.write(file, pages)
        _save(job, file, name)


def _save(job, file: IO[bytes], name: str) -> None:
    file.seek(0)
    job.file_name = name
    job.file.save(f"{job.pk}.xlsx", File(file), save=False)
