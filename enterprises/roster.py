"""企业名册: who the enterprises are, and their figures of the year before."""

import re
from typing import ClassVar

from core.bulk import copy_rows, update_rows
from core.fields import clean_industry_code, clean_int, clean_phone, clean_year
from core.spreadsheets.spec import Column
from enterprises.enums import RowOutcome
from enterprises.imports import (
    CITY,
    NAME,
    UNIT,
    USCC,
    HeaderField,
    Importer,
    date_text,
    day_after,
    money_text,
    optional,
)
from enterprises.models import YearlyFigures

FIGURES = ("staff", "revenue", "main_revenue", "rd_expense")
KEPT = (*FIGURES, "as_of")
DETAILS = {"established_on": "成立日期", "industry_code": "行业代码", "phone": "联系电话"}
WORDS = {"staff": "职工人数", "revenue": "营业收入", "main_revenue": "主营业务收入", "rd_expense": "研发费用"}
as_of = day_after("(?:截止|截至)(?:日期|时间)?")


def figures_year(notes):
    """上年 is the year before the day the roster was drawn up."""
    day = as_of(notes)
    return int(day[:4]) - 1 if day else None


def _money(key, name, *more):
    return optional(key, name, *more, clean=money_text, money=True, kind="money", width=18)


class RosterImporter(Importer):
    kind = "roster"
    label = "企业名册"
    about = "每行一家企业：省辖市、县（市、区）、名称、统一社会信用代码，以及成立日期、行业、电话和上年数据。"
    words = re.compile("名册|台账|花名册|企业库|基本情况")
    dated_by = "as_of"
    firm_fields: ClassVar = tuple(DETAILS)
    new_note = "建立企业档案"
    template_title = "××市中小企业名册"
    template_note = "截止日期：2025-10-31  填报人：  联系电话："
    columns: ClassVar[tuple[Column, ...]] = (
        CITY,
        UNIT,
        NAME,
        USCC,
        optional(
            "established_on", "成立日期", "注册日期", "成立时间", "注册时间", clean=date_text, kind="date"
        ),
        optional("industry_code", "行业代码", "所属行业代码", "国民经济行业代码", clean=clean_industry_code),
        optional("staff", "职工人数", "从业人数", "从业人员", "员工人数", clean=clean_int, kind="number"),
        _money("revenue", "上年营业收入", "营业收入", "上年度营业收入"),
        _money("main_revenue", "上年主营业务收入", "主营业务收入", "上年度主营业务收入"),
        _money("rd_expense", "上年研发费用", "研发费用", "上年度研发费用"),
        optional("phone", "联系电话", "电话", "联系方式", "手机", clean=clean_phone, kind="code"),
    )
    header: ClassVar = (
        HeaderField("as_of", "截止日期", date_text, read=as_of, kind="date"),
        HeaderField("figures_year", "数据年度", clean_year, read=figures_year, hint="“上年”指的是哪一年。"),
    )

    def known(self, lines, header, firms):
        """Enterprise → its figures of the year."""
        ids = [firm[0] for firm in firms.by_code.values()]
        year = header.get("figures_year")
        if not ids or not year:
            return {}
        found = YearlyFigures.objects.filter(enterprise__in=ids, year=year).values_list(
            "enterprise_id", *KEPT
        )
        return {pk: dict(zip(KEPT, figures, strict=True)) for pk, *figures in found}

    def judge(self, line, header, desk, firm, known) -> None:
        if firm is None:
            return
        data, old, changes = line.data, {}, []
        for key, label in DETAILS.items():
            before = str(firm[key] or "")
            if data.get(key, before) != before:
                old[key] = before or None if key == "established_on" else before
                changes.append(label)
        before = known.get(firm["id"], {})
        figures = [key for key in FIGURES if key in data and text(data[key]) != text(before.get(key))]
        if figures:
            line.undo["figures"] = {key: text(before.get(key)) for key in KEPT} if before else None
            changes += [WORDS[key] for key in figures]
        if data.get("unit", firm["managing_unit_id"]) != firm["managing_unit_id"]:
            self.move(line, desk, firm, old)
        if old:
            line.undo["firm"] = line.undo.get("firm", {}) | old
        if changes:
            line.say(RowOutcome.CHANGED, f"更新{'、'.join(changes)}。")

    def move(self, line, desk, firm, old) -> None:
        if not desk.may_write(line.data["unit"]):
            line.say(RowOutcome.FOREIGN, "表中的管理单位不在上传单位的辖区内，不会写入。")
            return
        old["managing_unit_id"] = firm["managing_unit_id"]
        line.say(RowOutcome.CONFLICT, "管理单位与平台不同，请核对；全部确认则迁到表中的单位。")

    # ---- writing ------------------------------------------------------------------------------------

    def apply(self, batch, lines) -> dict[str, int]:
        ids = super().apply(batch, lines)
        self.write_figures(batch, lines, ids)
        return ids

    def write_figures(self, batch, lines, ids) -> None:
        year, day = batch.header["figures_year"], batch.header["as_of"]
        rows = [line for line in lines if any(key in line.data for key in FIGURES)]
        fresh = [line for line in rows if "created" in line.undo or line.undo.get("figures", 0) is None]
        copy_rows(
            YearlyFigures,
            ["enterprise_id", "year", *FIGURES, "as_of"],
            ([ids[line.uscc], year, *(line.data.get(key) for key in FIGURES), day] for line in fresh),
        )
        given = {ids[line.uscc]: line.data | {"as_of": day} for line in rows if line.undo.get("figures")}
        self.set_figures(year, given)

    def set_figures(self, year, by_firm) -> None:
        """Overwrite what is given, keep what is not."""
        if not by_firm:
            return
        kept = (
            YearlyFigures.objects.select_for_update().filter(enterprise__in=by_firm, year=year).order_by("pk")
        )
        update_rows(
            YearlyFigures,
            KEPT,
            (
                [
                    record.pk,
                    *(by_firm[record.enterprise_id].get(key, getattr(record, key)) for key in KEPT),
                ]
                for record in kept
            ),
        )

    def undo(self, batch, lines) -> None:
        ids = self.firm_ids(lines)
        year = batch.header["figures_year"]
        added = [ids[line.uscc] for line in lines if line.undo.get("figures", 0) is None and line.uscc in ids]
        YearlyFigures.objects.filter(enterprise__in=added, year=year).delete()
        self.set_figures(
            year, {ids[line.uscc]: line.undo["figures"] for line in lines if line.undo.get("figures")}
        )
        super().undo(batch, lines)


def text(value) -> str | None:
    return None if value is None else str(value)
