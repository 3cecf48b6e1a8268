"""Read back what an export wrote."""

from openpyxl import load_workbook

TITLE_ROWS = 2  # the title and the note stand above the head


def read_sheet(job) -> list[dict]:
    """The rows of a job's workbook by the labels of its head."""
    with job.file.open("rb") as file:
        sheet = load_workbook(file).active
        rows = list(sheet.iter_rows(values_only=True))
    head = rows[TITLE_ROWS]
    return [dict(zip(head, row, strict=True)) for row in rows[TITLE_ROWS + 1 :]]
