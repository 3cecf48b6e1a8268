"""What imports are measured against: the bare minimum, and django-import-export with the same checks."""

from core.bulk import copy_rows, text_array
from core.fields import (
    FieldError,
    clean_date,
    clean_industry_code,
    clean_int,
    clean_money,
    clean_phone,
    clean_uscc,
)

HEAD_ROWS = 3  # title, note, head
CLEAN = {
    "统一社会信用代码": clean_uscc, "成立日期": clean_date, "行业代码": clean_industry_code, "职工人数": clean_int,
    "联系电话": clean_phone,
}  # fmt: skip
FIGURES = {
    "revenue": "上年营业收入（万元）", "main_revenue": "上年主营业务收入（万元）", "rd_expense": "上年研发费用（万元）",
}  # fmt: skip
WAN = 10_000


def _rows(path: str) -> list[list]:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[HEAD_ROWS:-1]


def copy_plain(path: str) -> None:
    """Read, and COPY the cells as they are into a table of text without any index."""
    from enterprises.models import Enterprise

    columns = [f"column{n}" for n in range(12)]
    copy_rows(Enterprise, columns, _rows(path), table="bench_rows")


def copy_finished(path: str) -> None:
    """Read, and COPY into empty tables like those of the portal: nothing is cleaned, checked or matched."""
    from core.text import bigrams, initials
    from enterprises.models import Enterprise, YearlyFigures

    rows = _rows(path)
    firms = (
        [
            n,
            f"91410702MA{n:08}",
            row[3],
            1,
            "2001-01-01",
            "C35",
            row[11],
            initials(row[3]),
            text_array(bigrams(row[3])),
        ]
        for n, row in enumerate(rows, 1)
    )
    columns = [
        "id",
        "uscc",
        "name",
        "managing_unit_id",
        "established_on",
        "industry_code",
        "phone",
        "initials",
    ]
    copy_rows(Enterprise, [*columns, "name_bigrams"], firms, table="bench_enterprises_enterprise")
    figures = ([n, 2024, int(row[7]), row[9], row[10]] for n, row in enumerate(rows, 1))
    columns = ["enterprise_id", "year", "staff", "main_revenue", "rd_expense"]
    copy_rows(YearlyFigures, columns, figures, table="bench_enterprises_yearlyfigures")


def import_export(path: str) -> dict:
    """As its admin does it: read by openpyxl, a dry run, then the import of the good rows. Counts of bad rows."""
    import tablib

    resource = _resource()
    from openpyxl import load_workbook

    rows = load_workbook(path, read_only=True, data_only=True).worksheets[0].iter_rows(values_only=True)
    rows = list(rows)[HEAD_ROWS - 1 : -1]
    dataset = tablib.Dataset(*rows[1:], headers=rows[0])
    trial = resource.import_data(dataset, dry_run=True)
    bad = {row.number for row in trial.invalid_rows}
    good = tablib.Dataset(*(row for n, row in enumerate(rows[1:], 1) if n not in bad), headers=rows[0])
    resource.import_data(good, dry_run=False, raise_errors=True)
    return {"bad": len(bad)}


def _resource():
    from django.core.exceptions import ValidationError
    from import_export import fields, resources, widgets

    from accounts.models import Region
    from enterprises.models import Enterprise, YearlyFigures

    class RosterResource(resources.ModelResource):
        uscc = fields.Field("uscc", "统一社会信用代码")
        name = fields.Field("name", "企业名称")
        unit = fields.Field("managing_unit", "县（市、区）", widgets.ForeignKeyWidget(Region, "name"))
        established_on = fields.Field("established_on", "成立日期")
        industry_code = fields.Field("industry_code", "行业代码")
        phone = fields.Field("phone", "联系电话")

        class Meta:
            model = Enterprise
            import_id_fields = ("uscc",)
            fields = ("uscc", "name", "unit", "established_on", "industry_code", "phone")

        def before_import_row(self, row, **kwargs):
            """The portal's own field checks, as a project would call them from here."""
            problems = {}
            for column, clean in CLEAN.items():
                try:
                    row[column] = clean(row[column])
                except FieldError as error:
                    problems[column] = str(error)
            if problems:
                raise ValidationError(list(problems.values()))

        def after_save_instance(self, instance, row, **kwargs):
            figures = {"staff": row["职工人数"]}
            for key, column in FIGURES.items():
                figures[key] = None if row[column] == "—" else clean_money(row[column], unit=WAN)
            YearlyFigures.objects.update_or_create(enterprise=instance, year=2024, defaults=figures)

    return RosterResource()
