"""Assess many enterprises against one standard: plain rows of integers in, compact results out.

The rules are those of assess(); here they are written out once, as one plain function over the columns of a row, so
that a million rows take seconds. Verdicts are numbers whose order makes "all of" a minimum and "any of" a maximum.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from policies.engine.standards.assess import Bench
from policies.engine.standards.program import Column, Program, scaled
from policies.engine.standards.record import FirmRecord
from policies.engine.standards.results import Assessment, Verdict
from policies.engine.standards.values import Standard

VERDICTS = (Verdict.NOT_MET, Verdict.MISSING, Verdict.PERSON, Verdict.MET)
Row = Sequence[Any]


class Compact(NamedTuple):
    """The result of one row. `failed` and `waiting` are sets of criteria as bits: see Bulk.keys."""

    ref: Any  # the first value of the row, as it was given
    verdict: int  # place in VERDICTS
    points: int | Decimal  # certain points
    possible: int | Decimal  # points still open
    failed: int  # criteria in the way that are not met
    waiting: int  # criteria in the way for which data is missing or a person must judge


class Bulk:
    """A standard made ready for rows of one kind of case and one day; nothing is confirmed by a person.

    A row is a reference of the caller's and a value for each of `columns`: whole numbers in the scale of the column
    (money in cents), None for not known. Lists come as two counts: of what counts for certain, and of what would
    count if more were known.
    """

    def __init__(self, standard: Standard, *, kind: str, on: date, null: int | None = None) -> None:
        """`null` is the number that means "not known" in rows that cannot hold None."""
        self.standard, self.kind, self.on, self.null = standard, kind, on, null
        program = Program(standard, kind, on, null)
        self.columns: tuple[Column, ...] = program.columns
        self.criteria: tuple[str, ...] = program.criteria
        self.source = program.source
        space: dict[str, Any] = {"Decimal": Decimal}
        exec(compile(program.source, f"<{standard.slug} {kind} {on}>", "exec"), space)
        self._assess: Callable[[Iterable[Row]], Iterator[tuple[Any, ...]]] = space["assess_rows"]

    def run(self, rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
        """The values of a Compact for each row, in their order."""
        return self._assess(rows)

    def row_of(self, record: FirmRecord, ref: object = None) -> tuple[Any, ...]:
        """A record as a row."""
        bench = Bench(record, self.standard, self.on)
        found = (scaled(bench, column) for column in self.columns)
        return (ref, *(self.null if value is None else value for value in found))

    def keys(self, bits: int) -> tuple[str, ...]:
        """The criteria of a set of bits, in the order of the standard."""
        return tuple(key for place, key in enumerate(self.criteria) if bits >> place & 1)


def compact_of(bulk: Bulk, assessment: Assessment, ref: object = None) -> Compact:
    """What the bulk result of an assessment has to be."""
    bit = {key: 1 << place for place, key in enumerate(bulk.criteria)}
    in_the_way = assessment.open()
    score = assessment.score
    return Compact(
        ref,
        VERDICTS.index(assessment.verdict),
        score.points if score else 0,
        score.possible if score else 0,
        sum(bit[finding.key] for finding in in_the_way if finding.verdict is Verdict.NOT_MET),
        sum(bit[finding.key] for finding in in_the_way if finding.verdict is not Verdict.NOT_MET),
    )
