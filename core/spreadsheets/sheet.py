"""The door for imports: a file and a TableSpec in, clean rows and cell errors out."""

from collections.abc import Mapping

from core.spreadsheets.guard import FileRefused
from core.spreadsheets.reader import Source, Workbook, read
from core.spreadsheets.table import ParsedSheet, TableSpec, parse_table


def parse(source: Source, spec: TableSpec) -> ParsedSheet:
    """The one table of a workbook that has the heads of `spec`; other sheets are left alone.

    Raises FileRefused when the file is unsound, has no such table, or has it on several sheets.
    """
    return pick(read(source), spec)


def pick(book: Workbook, spec: TableSpec) -> ParsedSheet:
    """The same for a workbook that has been read already."""
    found = [table for sheet in book.sheets if (table := parse_table(sheet, spec))]
    if not found:
        raise FileRefused(_no_head(book, spec))
    full = [table for table in found if table.rows] or found[:1]
    if len(full) > 1:
        names = "、".join(f"「{table.sheet}」" for table in full)
        raise FileRefused(f"工作表{names}都有「{spec.name}」的数据，请合并到一个工作表，或分成几个文件上传。")
    [table] = full
    if not table.rows:
        raise FileRefused(f"工作表「{table.sheet}」只有表头，没有数据，请填写后再上传。")
    table.notes.extend(book.notes)
    return table


def parse_named(source: Source, specs: Mapping[str, TableSpec]) -> dict[str, ParsedSheet]:
    """Tables by sheet name; a sheet that is missing or empty is left out, none at all is refused."""
    book = read(source)
    tables = {}
    for sheet in book.sheets:
        spec = specs.get(sheet.name.strip())
        if spec is None or not any(value is not None for row in sheet.rows for value in row):
            continue
        table = parse_table(sheet, spec)
        if table is None:
            raise FileRefused(_no_head(Workbook([sheet], []), spec))
        tables[sheet.name.strip()] = table
    if not tables:
        raise FileRefused(
            f"没有找到工作表{'、'.join(f'「{name}」' for name in specs)}中的任何一个，请按模板命名工作表。"
        )
    return tables


def _no_head(book: Workbook, spec: TableSpec) -> str:
    if not any(value is not None for sheet in book.sheets for row in sheet.rows for value in row):
        return "工作簿里没有数据，请确认选对了文件后重新上传。"
    heads = "、".join(column.label for column in spec.columns if column.head)
    return f"没有找到「{spec.name}」的表头。表头应在一行内写明：{heads}。请对照模板修改后重新上传。"
