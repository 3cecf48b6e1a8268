"""What a case says, in the shape of Submission.snapshot["sections"], and how two versions differ."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from core.fields import FieldError
from enterprises.fields import FIELDS, ITEMS, Kind, RecordField
from tiers.models import Submission
from tiers.sections import BY_KEY, FORM, SECTIONS, Section, label_of

PLACES = {slot.key: section.key for section in FORM for slot in section.slots}
LAST = FORM[-1].key
ORDER = {
    key: place
    for place, key in enumerate(
        key
        for section in FORM
        for keys in (
            *(group.asks for group in section.groups),
            section.items,
            [slot.key for slot in section.slots],
        )
        for key in keys
    )
}
NONE = "没有"  # an empty list that was handed in


class Change(NamedTuple):
    """One place of the form that says something else than before; lists and files have a line for each entry."""

    section: str
    section_title: str
    name: str
    label: str
    old: str
    new: str


WORDS = (Kind.CHOICE, Kind.MULTICHOICE, Kind.YESNO)


def shown(field: RecordField, raw: Any) -> str:
    """An answer as typed, in one spelling: "8642.5" → "8,642.50", "yes" → "是"; "" for none, a wrong one as it is.

    Cleaning it again gives the same value. The unit is not in it: with_unit adds it for readers.
    """
    try:
        value = field.clean(raw)
    except FieldError:
        return str(raw)
    if value in (None, "", ()):
        return ""
    return field.words(value) if field.kind in WORDS else field.show(value)


def with_unit(name: str, text: str) -> str:
    """The text of an answer as a person reads it: "8,642.50 万元"."""
    field = FIELDS.get(name.partition(".")[0])
    if not (text and field and field.unit):
        return text
    return f"{text}%" if field.unit == "%" else f"{text} {field.unit}"


def entries_of(enterprise) -> dict[str, list]:
    """List of the record → its entries. One query a list."""
    return {
        key: list(kind.model._default_manager.filter(enterprise=enterprise)) for key, kind in ITEMS.items()
    }


def content(case) -> dict[str, dict]:
    """What would be handed in now. While a case is returned, all that is not open stays as it was handed in."""
    before = case.submission.snapshot["sections"] if case.returned and case.submission else {}
    return {section.key: part(case, section, before.get(section.key)) for section in FORM}


def part(case, section: Section, before: Mapping[str, Any] | None) -> dict:
    if before is not None and not case.is_open(section):
        return dict(before)
    typed = case.answers(section.key)
    answers = {one.name: shown(one.field, typed.get(one.name)) for one in case.questions(section)}
    items = {kind.key: case.lists[kind.key] for kind in section.kinds}
    files = [_file(use) for use in case.files if section_of(use.slot) == section.key]
    if before is not None:
        answers = _where_open(case, section, before.get("answers", {}), answers)
        items = _where_open(case, section, before.get("items", {}), items)
        files = [one for one in before.get("evidence", ()) if not case.is_open(section, one["slot"])] + [
            one for one in files if case.is_open(section, one["slot"])
        ]
    return {
        "answers": {name: text for name, text in answers.items() if text},
        "items": items,
        "evidence": files,
    }


def _file(use) -> dict[str, str]:
    return {"slot": use.slot, "name": use.evidence.name, "sha256": use.evidence.sha256}


def _where_open(case, section: Section, old: Mapping, new: Mapping) -> dict:
    """The new value where a place is open, the old one elsewhere."""
    closed = {name: value for name, value in old.items() if not case.is_open(section, name)}
    return closed | {name: value for name, value in new.items() if case.is_open(section, name)}


def section_of(slot: str) -> str:
    """The part a file belongs to; files for a single criterion stand in the last one."""
    return PLACES.get(slot.partition(".")[0], LAST)


def lists_in(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """List of the record → its entries, of a snapshot's sections. A list without an entry is left out: the record
    says whether that means none."""
    return {
        kind: rows for section in sections.values() for kind, rows in section.get("items", {}).items() if rows
    }


def diff(old: Submission, new: Submission) -> list[Change]:
    """Every place that the newer submission says otherwise, in the order of the form."""
    return list(differences(old.snapshot["sections"], new.snapshot["sections"]))


def differences(old: Mapping[str, Mapping], new: Mapping[str, Mapping]) -> Iterator[Change]:
    for key in [section.key for section in SECTIONS if section.key in old or section.key in new]:
        before, after = flat(old.get(key, {})), flat(new.get(key, {}))
        for name in [*before, *(name for name in after if name not in before)]:
            was, now = before.get(name, ""), after.get(name, "")
            if was != now:
                yield Change(key, BY_KEY[key].title, name, label_of(key, name), was, now)


def flat(section: Mapping[str, Any]) -> dict[str, str]:
    """One part of a snapshot as place → text in the order of the form; lists and files one entry a line."""
    found = {name: with_unit(name, text) for name, text in section.get("answers", {}).items()}
    for kind, rows in section.get("items", {}).items():
        found[kind] = "\n".join(entry_text(kind, row) for row in rows) or NONE
    files: dict[str, list[str]] = {}
    for file in section.get("evidence", ()):
        files.setdefault(file["slot"], []).append(f"{file['name']}（指纹 {file['sha256'][:8]}）")
    found |= {slot: "\n".join(lines) for slot, lines in files.items()}
    return {name: found[name] for name in sorted(found, key=position)}


def position(name: str) -> tuple:
    """Where a place stands in the form: the database does not keep the order of a snapshot. Later years first."""
    key, _, year = name.partition(".")
    return ORDER.get(key, len(ORDER)), -int(year) if year.isdecimal() else 0, name


def entry_text(kind: str, row: Mapping[str, str]) -> str:
    """One entry of a list on one line, in the order of its form, its name first."""
    keys = (
        [field.key for field in ITEMS[kind].fields if field.key != "name"] if kind in ITEMS else sorted(row)
    )
    return "，".join([row.get("name", ""), *(row[key] for key in keys if row.get(key, "—") not in ("", "—"))])
