"""FACTS: what is known of many entities, from a plain workbook or from JSON. Needs no database, stores nothing."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from awards.facts_tables import TABLES, FactsTable, ordered, spec_of
from awards.places import Places
from core.errors import DomainError
from core.fields import FieldError, is_blank
from core.spreadsheets import reader
from core.spreadsheets.guard import FileRefused
from core.spreadsheets.table import CellError, Column, parse_table, shown
from policies.engine import NEW, AssessmentFact, History, InvestmentFact, SubsidyFact, TitleFact

MAX_SHOWN = 500  # problems listed at once
TWICE = dict.fromkeys(("subsidies", "investments"), "确是两笔的，请用“文号”一列写明各自的文件。")


class FactsError(DomainError):
    """The facts cannot be used. Nothing is determined until every problem is mended."""

    def __init__(self, problems: list[CellError]) -> None:
        self.problems = problems[:MAX_SHOWN]
        self.total = len(problems)
        super().__init__(f"有 {self.total} 处需要修改，全部改好以后再测算。")


class Entity(NamedTuple):
    """One legal entity, and the events that fell into a time when another city managed it."""

    history: History
    away: frozenset[str]


def problem_text(problem: CellError) -> str:
    """One line for a person; a problem of a whole sheet has row 0."""
    return str(problem) if problem.row else problem.message


Facts = dict[str, Entity]  # 统一社会信用代码 → entity, in the order of the codes
Row = Mapping[str, Any]


# ---- from a workbook ------------------------------------------------------------------------------------
def read_workbook(source: reader.Source, places: Places) -> tuple[Facts, list[str]]:
    """The facts of a FACTS workbook, and notes on what was read in a special way or not at all.

    Raises FileRefused for a file that is not a plain workbook, FactsError with every problem of its sheets.
    """
    workbook = reader.read(source)
    found = {sheet.name.strip(): sheet for sheet in workbook.sheets}
    tables = [table for table in TABLES if table.sheet in found]
    if not tables:
        names = "、".join(f"「{table.sheet}」" for table in TABLES)
        raise FileRefused(f"没有找到工作表{names}中的任何一个，请按这些名称命名工作表。")
    for table in TABLES:
        if any(note.startswith(f"隐藏的工作表「{table.sheet}」") for note in workbook.notes):
            raise FileRefused(f"工作表「{table.sheet}」是隐藏的，请取消隐藏，或改名后再测算。")
    collector = Collector()
    notes = list(workbook.notes)
    for table in tables:
        _read_sheet(found[table.sheet], table, places, collector, notes)
    return collector.facts(), notes


def _read_sheet(
    sheet: reader.Sheet, table: FactsTable, places: Places, collector: "Collector", notes: list[str]
) -> None:
    if all(is_blank(cell) for row in sheet.rows for cell in row):
        return
    try:
        parsed = parse_table(sheet, spec_of(table, places))
    except FileRefused as refusal:
        collector.problems.append(CellError(table.sheet, 0, "", "", "", str(refusal)))
        return
    if parsed is None:
        heads = "、".join(column.label for column in table.columns if column.head)
        message = f"工作表「{table.sheet}」没有找到表头，应在一行内写明：{heads}。"
        collector.problems.append(CellError(table.sheet, 0, "", "", "", message))
        return
    notes += [f"工作表「{table.sheet}」第 {number} 行是{what}，没有读取。" for number, what in parsed.skipped]
    collector.problems += parsed.errors
    for row in parsed.good:
        if first := collector.add(table, row.number, row.values):
            message = f"与第 {first} 行完全相同，请删去一行。{TWICE.get(table.key, '')}"
            collector.problems.append(parsed.error(row.number, "uscc", message, row.values["uscc"]))


# ---- from JSON ------------------------------------------------------------------------------------------
def read_json(data: Mapping[str, Any], places: Places) -> Facts:
    """The same facts as lists of objects: {"titles": [{"uscc": …}], "subsidies": […], …}. FactsError as above."""
    collector = Collector()
    for table in TABLES:
        rows = data.get(table.key) or []
        if not isinstance(rows, list):
            collector.problems.append(CellError(table.key, 0, "", "", "", "应是列表。"))
            continue
        spec = spec_of(table, places)
        columns = {column.key: column for column in spec.columns}
        for number, raw in enumerate(rows, start=1):
            values = _json_row(table, number, raw, columns, collector.problems)
            if values and (first := collector.add(table, number, values)):
                message = f"与第 {first} 个完全相同，请删去一个。{TWICE.get(table.key, '')}"
                collector.problems.append(CellError(table.key, number, "", "uscc", values["uscc"], message))
    return collector.facts()


def _json_row(
    table: FactsTable, number: int, raw: Any, columns: Mapping[str, Column], problems: list[CellError]
) -> Row | None:
    def problem(field: str, value: Any, message: str) -> None:
        problems.append(CellError(table.key, number, "", field, shown(value), message))

    before = len(problems)
    if not isinstance(raw, dict):
        problem("", raw, '应是一个对象，如 {"uscc": "…"}。')
        return None
    for key in sorted(set(raw) - set(columns)):
        problem(shown(key), raw[key], f"没有这个字段，可用的是 {'、'.join(columns)}。")
    values = {}
    for key, column in columns.items():
        try:
            values[key] = _json_value(column, raw.get(key))
        except FieldError as error:
            problem(key, raw.get(key), str(error))
    if len(problems) == before:
        for key, message in ordered(values):
            problem(key, raw.get(key), message)
    return values if len(problems) == before else None


def _json_value(column: Column, value: Any) -> Any:
    if isinstance(value, (list, dict)):
        raise FieldError("应是一个值，不是列表或对象。")
    if is_blank(value, column.blanks):
        if column.value:
            raise FieldError("这里必须填写，请补上。")
        return None
    return column.clean(value, unit=1) if column.money else column.clean(value)


# ---- rows to histories ----------------------------------------------------------------------------------
class Collector:
    """Rows by entity, and every problem on the way; histories when there is none."""

    def __init__(self) -> None:
        self.problems: list[CellError] = []
        self.rows: dict[str, dict[str, list[tuple[int, Row]]]] = {}  # code → table key → rows
        self.seen: dict[tuple[Any, ...], int] = {}

    def add(self, table: FactsTable, number: int, values: Row) -> int:
        """0, or the number of an earlier row that says the very same."""
        first = self.seen.setdefault((table.key, *values.values()), number)
        if first == number:
            self.rows.setdefault(values["uscc"], {}).setdefault(table.key, []).append((number, values))
            return 0
        return first

    def facts(self) -> Facts:
        if self.problems:
            raise FactsError(self.problems)
        return {code: _entity(tables) for code, tables in sorted(self.rows.items())}


def _entity(tables: Mapping[str, list[tuple[int, Row]]]) -> Entity:
    titles = tables.get("titles", ())
    units = sorted((row["documented_on"], number, bool(row["managing_unit"])) for number, row in titles)
    away: set[str] = set()

    def events(key: str, source: str, on: str) -> Iterator[tuple[str, date, Row]]:
        """(reference, date, row) of a table; notes those outside the city by their own unit, else by that of the
        latest title not after the event, else of the first title ever."""
        for number, row in tables.get(key, ()):
            ref, day, elsewhere = f"{source}:{number}", row[on], row["managing_unit"]
            if elsewhere is None:
                known = [there for told, _, there in units if told <= day] or [
                    there for *_, there in units[:1]
                ]
                elsewhere = bool(known) and known[-1]
            if elsewhere:
                away.add(ref)
            yield ref, day, row

    subsidies = [
        SubsidyFact(ref, on, row["amount"], row["invested_from"], row["invested_until"])
        for ref, on, row in events("subsidies", "subsidy", "allocated_on")
    ]
    assessments = [
        AssessmentFact(ref, row["year"], row["grade"], on)
        for ref, on, row in events("assessments", "assessment", "published_on")
    ]
    investments = [
        InvestmentFact(
            ref, on, row["amount"], row["invested_from"], row["invested_until"], bool(row["subsidised"])
        )
        for ref, on, row in events("investments", "investment", "reported_on")
    ]
    history = History([_title(number, row) for number, row in titles], subsidies, assessments, investments)
    return Entity(history, frozenset(away))


def _title(number: int, row: Row) -> TitleFact:
    return TitleFact(
        f"recognition:{number}",
        str(row["title"]),
        row["kind"] or NEW,
        row["documented_on"],
        row["valid_from"],
        row["valid_until"],
        row["document_number"] or "",
        row["label_year"],
        bool(row["managing_unit"]),
    )
