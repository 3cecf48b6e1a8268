"""What every kind of import shares: reading a table, matching its rows with the enterprises on record,
creating and renaming enterprises, and taking all of that back."""

import json
from dataclasses import dataclass, replace
from functools import partial
from re import Pattern
from typing import ClassVar

from django.db.models import TextField
from django.db.models.functions import Cast

from core.bulk import copy_rows, next_ids, text_array, update_rows
from core.errors import DomainError
from core.spreadsheets.guard import FileRefused
from core.spreadsheets.head import find_head
from core.spreadsheets.notes import read_notes
from core.spreadsheets.sheet import pick
from core.spreadsheets.spec import Column, TableSpec
from core.text import bigrams, initials
from enterprises.enums import RowOutcome
from enterprises.imports.desk import Desk, Firms, same_name
from enterprises.imports.lines import HeaderField, Line, as_json
from enterprises.models import Enterprise, FormerName, YearlyFigures

FIRM_COLUMNS = ("name", "managing_unit_id", "named_on", "established_on", "industry_code", "phone")


@dataclass(slots=True)
class Checked:
    """A file as the dry run shows it."""

    sheet: str
    head_row: int
    header: dict
    notes: list[str]
    lines: list[Line]


class Importer:
    """One kind of spreadsheet.

    Subclasses name `columns` and `header`, and say in `judge` what a row means. The dry run and the writing
    both rest on `classify`: it is run again, on the stored rows, in the transaction that writes.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    about: ClassVar[str]  # one sentence for the upload page
    words: ClassVar[Pattern]  # in the title of such files
    columns: ClassVar[tuple[Column, ...]]
    header: ClassVar[tuple[HeaderField, ...]] = ()
    template_note: ClassVar[str] = ""
    template_title: ClassVar[str] = ""
    new_note: ClassVar[str] = "新增"
    dated_by: ClassVar[str] = ""  # the header key that says of which day the names are
    firm_fields: ClassVar[tuple[str, ...]] = ()  # further columns of the enterprise that a row may change
    feeds_awards: ClassVar[bool] = False  # its records are facts that awards rest on
    guard: ClassVar[type | None] = (
        None  # what above forbids undoing: reasons(batch, firms), release(batch, firms)
    )

    # ---- reading ------------------------------------------------------------------------------------

    def spec(self, given=None) -> TableSpec:
        """The table; a unit of money that the user gave overrides what the file says."""
        unit = (given or {}).get("unit")
        columns = self.columns
        if unit:
            columns = tuple(
                replace(c, clean=partial(c.clean, unit=int(unit)), money=False) if c.money else c
                for c in columns
            )
        return TableSpec(name=self.label, columns=columns)

    def fits(self, book) -> int:
        """How much a workbook looks like this kind; 0 is not at all."""
        best = 0
        for sheet in book.sheets:
            try:
                head = find_head(sheet, self.spec())
            except FileRefused:
                continue
            if head:
                texts = "".join(read_notes(sheet.rows[: head.first]).texts[:1])
                best = max(best, len(head.places) + (10 if self.words.search(texts) else 0))
        return best

    def examine(self, book, batch) -> Checked:
        """Read, clean and judge every row of a workbook. Nothing is written."""
        given, desk = batch.header.get("given"), Desk(batch)
        table = pick(book, self.spec(given))
        header = self.header_of(table, given)
        lines = []
        for row in table.rows:
            values = row.values
            uscc, name = values.pop("uscc") or "", values.pop("name") or ""
            data = {key: value for key, value in values.items() if value is not None}
            line = Line(row.number, uscc, name, data, [as_json(error) for error in row.errors])
            self.place(line, table, desk)
            if not line.errors:
                self.prepare(line, header, table)
            lines.append(line)
        self.refuse_repeats(lines, table)
        self.classify(lines, header, desk)
        notes = table.notes + [f"第 {number} 行是{what}，没有读取。" for number, what in table.skipped[:20]]
        return Checked(table.sheet, table.head_row, header, notes, lines)

    def header_of(self, table, given) -> dict:
        """What holds for all rows: as read above the table, then as corrected by the user."""
        read = {field.key: field.of(table.meta) for field in self.header}
        return read | {key: value for key, value in (given or {}).items() if value not in (None, "")}

    def missing(self, header) -> list[str]:
        """Labels of what the user must still fill in before the batch can be confirmed."""
        return [
            field.label for field in self.header if field.required and header.get(field.key) in (None, "")
        ]

    def place(self, line, table, desk) -> None:
        city, unit = line.data.pop("city", None), line.data.pop("unit", None)
        pk, problem = desk.place(city, unit)
        if problem:
            line.fail(table, "unit" if unit else "city", problem, unit or city)
        elif pk:
            line.data["unit"] = pk

    def prepare(self, line, header, table) -> None:
        """Complete a row from the header; `line.fail` what cannot be."""

    def identity(self, line) -> tuple:
        """What may stand in a file only once."""
        return (line.uscc,)

    def refuse_repeats(self, lines, table) -> None:
        first: dict[tuple, Line] = {}
        for line in lines:
            if line.errors:
                continue
            earlier = first.setdefault(self.identity(line), line)
            if earlier is not line:
                line.fail(table, "uscc", f"与第 {earlier.number} 行重复，请只保留一行。", line.uscc)

    # ---- judging ------------------------------------------------------------------------------------

    def stored(self, rows) -> list[Line]:
        """Lines of a batch's ImportRows as the dry run left them."""
        lines = []
        data, undo = Cast("data", TextField()), Cast("undo", TextField())  # Django's own decoding is slow
        fields = ("pk", "number", "uscc", "name", data, "outcome", "note", undo)
        for pk, number, uscc, name, data, outcome, note, undo in rows.order_by("number").values_list(*fields):
            line = Line(number, uscc, name, json.loads(data))
            line.pk, line.outcome, line.note = pk, RowOutcome(outcome), note
            line.undo = {} if undo == "{}" else json.loads(undo)
            lines.append(line)
        return lines

    def judge_again(self, batch, lines) -> list[tuple[Line, str]]:
        """The lines that read differently now, each with what was said of it before."""
        before = [(line.outcome, line.note, line.undo) for line in lines]
        self.classify(lines, batch.header, Desk(batch))
        return [
            (line, old[0])
            for line, old in zip(lines, before, strict=True)
            if old != (line.outcome, line.note, line.undo)
        ]

    def classify(self, lines, header, desk) -> None:
        """Say of every row what writing it would do. A fixed number of queries for any number of rows."""
        good = []
        for line in lines:
            line.begin()
            if not line.errors:
                good.append(line)
        firms = Firms(good, extra=self.firm_fields)
        known = self.known(good, header, firms)
        for line in good:
            firm = firms.get(line.uscc)
            home = firm["managing_unit_id"] if firm else line.data.get("unit")
            if home is None:
                self.lacks_unit(line)
            elif not desk.may_write(home):
                line.say(RowOutcome.FOREIGN, "这一行不在上传单位的辖区内，不会写入。")
            else:
                self.match(line, header, firm, firms)
                self.judge(line, header, desk, firm, known)

    def lacks_unit(self, line) -> None:
        message = "平台上还没有这个单位，请写明县（市、区）以便建档，或先导入企业名册。"
        line.errors.append({"column": "", "head": "县（市、区）", "value": "", "message": message})
        line.outcome = RowOutcome.BAD

    def known(self, lines, header, firms):
        """What `judge` needs from the database, asked once for all rows."""

    def judge(self, line, header, desk, firm, known) -> None:
        raise NotImplementedError

    def match(self, line, header, firm, firms) -> None:
        """Which enterprise: by code alone; the name only warns."""
        if firm is None:
            line.undo["created"] = True
            line.say(RowOutcome.NEW)
            twin = firms.in_file[line.name]
            if other := firms.namesakes.get(line.name):
                line.say(
                    RowOutcome.CONFLICT, f"同名单位已用另一个代码 {other} 建档，请核对代码；确认后另建一户。"
                )
            elif twin.uscc != line.uscc:
                line.say(
                    RowOutcome.CONFLICT, f"与第 {twin.number} 行同名但代码不同，请核对；确认后另建一户。"
                )
        elif not same_name(firm["name"], line.name):
            self.rename(line, header, firm, firms)

    def rename(self, line, header, firm, firms) -> None:
        seen = line.data.get(self.dated_by) or header.get(self.dated_by)
        last = firm["named_on"] and firm["named_on"].isoformat()
        if firms.was_called(firm, line.name):
            line.say(RowOutcome.KNOWN, f"名单用的是曾用名，现名“{firm['name']}”。")
        elif last and seen and seen < last:
            line.undo["former"] = [line.name, last]
            line.say(RowOutcome.KNOWN, f"名单较早，“{line.name}”记为曾用名，现名“{firm['name']}”。")
        else:
            line.undo["former"] = [firm["name"], seen]
            line.undo["firm"] = {"name": firm["name"], "named_on": last}
            line.say(RowOutcome.RENAMED, f"更名：{firm['name']} → {line.name}。")

    # ---- writing ------------------------------------------------------------------------------------

    def apply(self, batch, lines) -> dict[str, int]:
        """Write the confirmed rows, all in the caller's transaction; code → key of their enterprises.

        Changes come first: the history trigger catches an exception for every row, and each time PostgreSQL looks
        through all foreign keys that new rows have left to be checked.
        """
        self.change_firms(batch, [line for line in lines if "firm" in line.undo])
        ids = self.create_firms(batch, [line for line in lines if "created" in line.undo])
        ids |= self.firm_ids([line for line in lines if "created" not in line.undo])
        self.keep_former_names(batch, [line for line in lines if "former" in line.undo], ids)
        return ids

    def create_firms(self, batch, lines) -> dict[str, int]:
        """Enterprises that were not on record. Keys are drawn first, so that others can be copied beside."""
        if not lines:
            return {}
        ids = next_ids(Enterprise, len(lines))
        day = batch.header.get(self.dated_by)
        rows = (
            (
                pk,
                line.uscc,
                line.name,
                line.data["unit"],
                line.data.get(self.dated_by) or day,
                line.data.get("established_on"),
                line.data.get("industry_code", ""),
                line.data.get("phone", ""),
                initials(line.name),
                text_array(bigrams(line.name)),
            )
            for pk, line in zip(ids, lines, strict=True)
        )
        copy_rows(Enterprise, ["id", "uscc", *FIRM_COLUMNS, "initials", "name_bigrams"], rows)
        return {line.uscc: pk for pk, line in zip(ids, lines, strict=True)}

    def change_firms(self, batch, lines) -> None:
        """New names, units and details of enterprises on record: exactly the keys that `undo` keeps."""
        if not lines:
            return
        firms = {firm.uscc: firm for firm in self._locked(lines)}
        for line in lines:
            written = self.written(batch, line)
            for key in line.undo["firm"]:
                setattr(firms[line.uscc], key, written[key])
        self._store(firms.values())

    def written(self, batch, line) -> dict:
        """What a row says about its enterprise, by column."""
        day = line.data.get(self.dated_by) or batch.header.get(self.dated_by)
        return line.data | {"name": line.name, "named_on": day, "managing_unit_id": line.data.get("unit")}

    def _locked(self, lines):
        codes = [line.uscc for line in lines]
        return Enterprise.objects.select_for_update().filter(uscc__in=codes).order_by("pk")

    def _store(self, firms) -> None:
        rows = (
            [
                firm.pk,
                *(getattr(firm, key) for key in FIRM_COLUMNS),
                initials(firm.name),
                text_array(bigrams(firm.name)),
            ]
            for firm in firms
        )
        update_rows(Enterprise, [*FIRM_COLUMNS, "initials", "name_bigrams"], rows)

    def keep_former_names(self, batch, lines, ids) -> None:
        FormerName.objects.bulk_create(
            [
                FormerName(
                    enterprise_id=ids[line.uscc], name=name, changed_on=day or batch.uploaded_at, batch=batch
                )
                for line in lines
                for name, day in [line.undo["former"]]
            ],
            ignore_conflicts=True,
        )

    def firm_ids(self, lines) -> dict[str, int]:
        """Code → primary key of the enterprises of some rows."""
        return dict(Firms._select("uscc", [line.uscc for line in lines], ("uscc", "id")))

    # ---- taking back --------------------------------------------------------------------------------

    def undo(self, batch, lines) -> None:
        """Take back what `apply` wrote; values changed by hand since then stay."""
        changed = [line for line in lines if "firm" in line.undo]
        if changed:
            self.restore_firms(batch, changed)
        FormerName.objects.filter(batch=batch).delete()
        created = Enterprise.objects.filter(uscc__in=[line.uscc for line in lines if "created" in line.undo])
        for child in (YearlyFigures, FormerName):
            gone = child.objects.filter(enterprise__in=created)
            gone._raw_delete(gone.db)
        created._raw_delete(created.db)

    def restore_firms(self, batch, lines) -> None:
        firms = {firm.uscc: firm for firm in self._locked(lines)}
        for line in lines:
            firm, old = firms.get(line.uscc), line.undo["firm"]
            if firm is None:
                raise DomainError(f"企业 {line.uscc} 已不存在，不能撤销。")
            written = self.written(batch, line)
            for key, value in old.items():
                if str(getattr(firm, key) or "") == str(written[key] or ""):
                    setattr(firm, key, value)
        self._store(firms.values())

    def holds(self, firms, batch) -> str:
        """What this kind of record keeps on enterprises a batch created, as a sentence; "" for nothing."""
        return ""
