"""Who changed what in a record, newest first."""

from typing import NamedTuple

from core.models import AuditEntry
from enterprises.fields import FIELDS, ITEMS, split_key
from enterprises.models import Enterprise

ACTIONS = [
    "更新企业档案", "更新年度数据佐证", "上传佐证材料", "删除佐证材料", "企业更名", "企业迁移",
    *(f"{verb}{kind.label}" for kind in ITEMS.values() for verb in ("登记", "修改", "删除")),
    *(f"{kind.label}清单{state}" for kind in ITEMS.values() for state in ("已填完", "改为未填完")),
]  # fmt: skip
SHOWN = 4


class Change(NamedTuple):
    entry: AuditEntry
    lines: list[str]  # the first things that changed, in words
    count: int  # of all that changed


def recent_changes(enterprise: Enterprise, count: int = 6) -> list[Change]:
    """The last acts on a record, in words. Numbers and addresses of persons are not repeated. One query."""
    entries = AuditEntry.objects.filter(
        subject=f"{enterprise._meta.label_lower}:{enterprise.pk}", action__in=ACTIONS
    )
    return [_change(entry) for entry in entries[:count]]


def _change(entry: AuditEntry) -> Change:
    lines = [_line(key, pair) for key, pair in entry.data.get("changed", {}).items()]
    if name := entry.data.get("file"):
        lines.append(name)
    return Change(entry, lines[:SHOWN], len(lines))


def _line(key: str, pair: list[str]) -> str:
    label, personal = key, False
    if key.partition(".")[0] in FIELDS:
        field, year = split_key(key)
        label, personal = field.label_in(year), field.personal
    if personal:
        return f"{label}已更新"
    before, after = (f"{text[:40]}…" if len(text) > 40 else text for text in pair)
    return f"{label}：{after}" if before == "—" else f"{label}：{before} → {after}"
