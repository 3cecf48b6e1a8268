"""Imports whose rows become records of one model: titles, subsidies, assessments, investments."""

from typing import ClassVar

from django.db import models

from core.bulk import copy_rows
from enterprises.enums import RowOutcome
from enterprises.imports.importer import Importer
from enterprises.imports.lines import jsonable


class RecordImporter(Importer):
    """One row, one record of `model`.

    `fields` are its columns besides enterprise and batch; a row takes each from its own cells, else from the
    header. `identity_fields` say, with the enterprise, which record a row is about.
    """

    model: ClassVar[type[models.Model]]
    fields: ClassVar[tuple[str, ...]]
    identity_fields: ClassVar[tuple[str, ...]]
    noun: ClassVar[str]  # what one record is called
    feeds_awards = True

    def identity(self, line) -> tuple:
        return (line.uscc, *(line.data.get(field) for field in self.identity_fields))

    def prepare(self, line, header, table) -> None:
        for field in self.fields:
            if field not in line.data and header.get(field) not in (None, ""):
                line.data[field] = header[field]

    def known(self, lines, header, firms):
        """Enterprise → its records of this kind, in one query."""
        found = {}
        ids = [firm[0] for firm in firms.by_code.values()]
        if ids:
            records = self.model.objects.filter(enterprise__in=ids).values(
                "id", "enterprise_id", *self.fields
            )
            for record in records:
                found.setdefault(record["enterprise_id"], []).append(
                    {key: jsonable(value) for key, value in record.items()}
                )
        return found

    def judge(self, line, header, desk, firm, known) -> None:
        if "managing_unit_id" in self.fields:
            line.data["managing_unit_id"] = line.data.get("unit") or firm["managing_unit_id"]
            if firm and line.data["managing_unit_id"] != firm["managing_unit_id"]:
                line.say(RowOutcome.KNOWN, "企业现由另一个单位管理，认定仍记在名单所列单位。")
        records = known.get(firm["id"], []) if firm else []
        same = next((r for r in records if all(self.equal(r, line, f) for f in self.identity_fields)), None)
        if same is None:
            line.say(RowOutcome.NEW)
            self.compare(line, records)
            return
        old = {field: same[field] for field in self.compared() if not self.equal(same, line, field)}
        line.undo["record"] = {"id": same["id"]} | old
        if old:
            line.say(
                RowOutcome.CONFLICT,
                f"{self.noun}已登记，但{self.differences(old, line)}；全部确认则以本表为准。",
            )
        else:
            line.say(RowOutcome.KNOWN, f"{self.noun}已登记。")

    def compared(self) -> list[str]:
        return [field for field in self.fields if field not in (*self.identity_fields, "managing_unit_id")]

    @staticmethod
    def equal(record, line, field) -> bool:
        return record[field] == line.data.get(field)

    def differences(self, old, line) -> str:
        names = {field.name: field.verbose_name for field in self.model._meta.fields}
        return "、".join(
            f"{names[key]}不同（已登记 {value}，本表 {line.data.get(key)}）" for key, value in old.items()
        )

    def compare(self, line, records) -> None:
        """Hold a new record against the others of its enterprise; for subclasses."""

    # ---- writing ------------------------------------------------------------------------------------

    def apply(self, batch, lines) -> dict[str, int]:
        ids = super().apply(batch, lines)
        fresh = [line for line in lines if "record" not in line.undo]
        copy_rows(
            self.model,
            ["enterprise_id", "batch_id", *self.fields],
            ([ids[line.uscc], batch.pk, *self.row(line)] for line in fresh),
        )
        self.replace_records(lines, lambda line, old: {key: line.data.get(key) for key in old})
        return ids

    def row(self, line) -> list:
        """Values of `fields`; columns that may not be NULL get their model's default."""
        return [line.data.get(field, self.default(field)) for field in self.fields]

    def default(self, field):
        column = next(f for f in self.model._meta.fields if f.attname == field)
        if column.null:
            return None
        return column.get_default() if column.has_default() else ""

    def replace_records(self, lines, values) -> None:
        for line in lines:
            record = dict(line.undo.get("record", {}))
            pk = record.pop("id", None)
            if record:
                self.model.objects.filter(pk=pk).update(**values(line, record))

    # ---- taking back --------------------------------------------------------------------------------

    def undo(self, batch, lines) -> None:
        self.model.objects.filter(batch=batch).delete()
        self.replace_records(lines, lambda line, old: old)
        super().undo(batch, lines)

    def holds(self, firms, batch) -> str:
        count = self.model.objects.filter(enterprise__in=firms).exclude(batch=batch).count()
        return f"本批次新建的单位已有其他来源的{self.noun} {count} 条" if count else ""
