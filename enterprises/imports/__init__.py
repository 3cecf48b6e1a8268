"""The machinery of imports. A new kind of spreadsheet is a short subclass of RecordImporter, named in
settings.IMPORTERS: its columns, its header fields, its model."""

from enterprises.imports.importer import Checked, Importer
from enterprises.imports.lines import (
    CITY,
    NAME,
    UNIT,
    UNIT_IF_ANY,
    USCC,
    HeaderField,
    Line,
    date_text,
    day_after,
    money_text,
    optional,
)
from enterprises.imports.records import RecordImporter

__all__ = [
    "CITY",
    "NAME",
    "UNIT",
    "UNIT_IF_ANY",
    "USCC",
    "Checked",
    "HeaderField",
    "Importer",
    "Line",
    "RecordImporter",
    "date_text",
    "day_after",
    "money_text",
    "optional",
]
