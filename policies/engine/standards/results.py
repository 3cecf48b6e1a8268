"""What an assessment says: one finding per criterion, the score, the direct routes and the verdict."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    MISSING = "missing"  # data is not there: never the same as not met
    PERSON = "person"  # only a person can judge


class Finding(NamedTuple):
    """One criterion measured. `value` is in the unit that `unit` names: 元, %, 年, 分 … (a share of 0.03 is 3 %)."""

    key: str  # of the criterion inside its standard
    name: str
    group: str  # 专业化 …; "" for a gate
    verdict: Verdict
    value: Decimal | str | None
    unit: str
    needed: str  # what the text asks for, in words with its unit: "3% 以上"
    period: str  # "2025 年", "2024—2025 年", "截至 2025-12-31"
    source: str  # where the value comes from: "审计报告", "企业填报" …
    cite: str
    gist: str
    points: Decimal | None = None  # None for a gate and for a scored criterion that cannot be scored yet
    most: Decimal = Decimal(0)  # the highest points of a scored criterion
    band: str = ""  # the band that was reached, in words
    missing: tuple[str, ...] = ()  # labels of the data that is not there
    inputs: tuple[tuple[str, str], ...] = ()  # (label, value in words) that went into the value
    note: str = ""  # an override of this year, a border that takes the better band …
    fields: tuple[
        str, ...
    ] = ()  # keys of the record that were looked at: "rd_expense", "ip", "niche_since" …
    missing_fields: tuple[str, ...] = ()  # of them, those in which something is missing


class GroupScore(NamedTuple):
    group: str
    points: Decimal
    most: Decimal
    least: Decimal | None  # what the standard asks for in this group


class Score(NamedTuple):
    points: Decimal  # of what could be scored
    possible: Decimal  # points still open because data is missing or a person must judge
    most: Decimal
    least: Decimal
    groups: tuple[GroupScore, ...]
    verdict: Verdict  # NOT_MET only when even the open points would not be enough


class Route(NamedTuple):
    """A direct-pass condition: any one that is met stands for what `replaces` says."""

    key: str
    name: str
    replaces: str  # "评价得分", "创新能力条件" …
    finding: Finding
    replaces_score: bool = False


class Assessment(NamedTuple):
    standard: str  # slug of the standard
    revision: int
    tier: str
    kind: str  # "new" or "review"
    on: date
    verdict: Verdict
    gates: tuple[Finding, ...]
    scored: tuple[Finding, ...]
    score: Score | None
    routes: tuple[Route, ...]
    passed_by: str  # "score", "route:<key>", "gates" or ""

    def finding(self, key: str) -> Finding:
        """The finding of a criterion; KeyError when the standard has none of that key."""
        for found in (*self.gates, *self.scored, *(route.finding for route in self.routes)):
            if found.key == key:
                return found
        raise KeyError(key)

    def score_stands(self) -> bool:
        """The score is enough, or a met direct route stands for it, or the standard has none."""
        met = self.score is None or self.score.verdict is Verdict.MET
        return met or any(r.replaces_score and r.finding.verdict is Verdict.MET for r in self.routes)

    def open(self) -> tuple[Finding, ...]:
        """What stands between the enterprise and a pass, worst first: not met, missing, needs a person."""
        order = (Verdict.NOT_MET, Verdict.MISSING, Verdict.PERSON)
        scored = () if self.score_stands() else self.scored
        rest = [found for found in (*self.gates, *scored) if found.verdict in order]
        return tuple(sorted(rest, key=lambda found: order.index(found.verdict)))


class Lift(NamedTuple):
    """The cheapest way over one line: “研发费用再增 382,000.00 元即达 3%”."""

    criterion: str
    sentence: str
    distance: Decimal | None  # in `unit`; None when it is not a matter of a number
    unit: str
    gains: Decimal | None = None  # points won, for a scored criterion
    needs: str = ""  # key of the record field that would have to change
    year: int | None = None  # of the yearly figures, when the field is one of them
