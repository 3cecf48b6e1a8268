"""What the record of an enterprise asks: FIELDS (single answers and yearly figures) and ITEMS (lists)."""

from enterprises.fields.catalogue import FIELDS, PARTS, Part, answer_key, fields_of, split_key
from enterprises.fields.items import ITEMS, ItemKind, items_of
from enterprises.fields.kinds import Kind, RecordField, Store

__all__ = [
    "FIELDS",
    "ITEMS",
    "PARTS",
    "ItemKind",
    "Kind",
    "Part",
    "RecordField",
    "Store",
    "answer_key",
    "fields_of",
    "items_of",
    "split_key",
]
