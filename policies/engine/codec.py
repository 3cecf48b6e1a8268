"""A claim as one line of text and back: what a determination stores, so that it can be replayed."""

from datetime import date
from decimal import Decimal
from urllib.parse import quote, unquote

from policies.engine.results import Claim

Period = tuple[date, date]


def encode(claim: Claim) -> str:
    """Fields in the order of Claim, joined by "|"; an award for a title stops after the first six."""
    item, ref, on, marks, label_year, earlier_on, grade, amount, start, until, held = claim
    line = (
        f"{item}|{_quoted(ref)}|{on.isoformat()}|{marks}|{label_year or ''}|"
        f"{earlier_on.isoformat() if earlier_on else ''}"
    )
    if not amount and not held and start is None and until is None:
        return f"{line}|{_quoted(grade)}" if grade else line
    periods = ",".join([f"{a.isoformat()}~{b.isoformat()}" for a, b in held])
    return (
        f"{line}|{_quoted(grade)}|{amount}|{start.isoformat() if start else ''}|"
        f"{until.isoformat() if until else ''}|{periods}"
    )


def decode(text: str) -> Claim:
    """The claim that encode() wrote. ValueError for anything else."""
    fields = text.split("|")
    if len(fields) not in (6, 7, 11):
        raise ValueError(f"不是一条测算事实：{text!r}")
    item, ref, on, marks, label_year, earlier_on = fields[:6]
    head = (item, _plain(ref), _day(on), marks, int(label_year or 0), _maybe_day(earlier_on))
    if len(fields) == 6:
        return Claim(*head)
    if len(fields) == 7:
        return Claim(*head, _plain(fields[6]))
    grade, amount, start, until, held = fields[6:]
    window = _maybe_day(start), _maybe_day(until)
    return Claim(*head, _plain(grade), Decimal(amount), *window, _periods(held))


def _quoted(text: str) -> str:
    """Only what would break the line is escaped, so that names stay readable."""
    if text.isprintable() and "|" not in text and "%" not in text:
        return text
    return quote(text)


def _plain(text: str) -> str:
    return unquote(text) if "%" in text else text


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _maybe_day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _periods(text: str) -> tuple[Period, ...]:
    if not text:
        return ()
    pairs = (pair.split("~") for pair in text.split(","))
    return tuple((_day(start), _day(until)) for start, until in pairs)
