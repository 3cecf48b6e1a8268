"""File in, file out: the engine's answers for a FACTS workbook, and the RESULT workbook. Stores nothing."""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NamedTuple

from awards.enums import Outcome
from awards.facts_file import Entity, Facts
from core.errors import DomainError
from core.spreadsheets import writer
from policies.engine import (
    Claim,
    Explanation,
    Policy,
    Result,
    check_factors,
    claims,
    determine,
    explain_all,
    parse,
    reason_label,
)
from policies.engine.results import Mark

DOCUMENTS = Path(__file__).resolve().parent.parent / "policies" / "documents"
ZERO = Decimal("0.00")


class Document(NamedTuple):
    policy: Policy
    sha256: str


class Line(NamedTuple):
    """One event and one item it reaches."""

    uscc: str
    result: Result
    explanation: Explanation
    absorbed_by: str  # the winner's item, with its date where the item alone would not tell

    @property
    def money(self) -> Decimal:
        """What is paid when granted, else what the item is worth."""
        granted = self.result.outcome == Outcome.GRANTED
        return self.result.amount if granted else self.result.worth

    @property
    def reasons(self) -> str:
        return "；".join(reason_label(code) for code in self.result.reasons)

    @property
    def working(self) -> str:
        """The steps, the arithmetic and the conclusion in one cell."""
        words = {True: "符合", False: "不符合", None: "注意"}
        steps = [
            f"{n}. {words[step.passed]}：{step.text}"
            for n, step in enumerate(self.explanation.steps, start=1)
        ]
        if self.explanation.arithmetic:
            steps.append(f"计算：{self.explanation.arithmetic}")
        return "；".join([*steps, f"结论：{self.explanation.conclusion}"])


class Answer(NamedTuple):
    document: Document
    year: int
    factors: Mapping[str, Decimal]
    entities: int
    lines: list[Line]

    def totals(self) -> dict[tuple[str, str], tuple[int, Decimal]]:
        """(item, outcome) → rows and money, for every item of the policy in its order."""
        found: dict[tuple[str, str], tuple[int, Decimal]] = {}
        for line in self.lines:
            key = line.result.claim.item, str(line.result.outcome)
            rows, money = found.get(key, (0, ZERO))
            found[key] = rows + 1, money + line.money
        order = [(item, outcome) for item in self.document.policy.items for outcome in Outcome.values]
        return {key: found[key] for key in order if key in found}

    def readings(self) -> list[tuple[str, str, bool, Decimal]]:
        """(id, meaning, in use?, total paid) of both readings of 就高."""
        pool = self.document.policy.pool
        paid = sum((line.result.amount for line in self.lines), ZERO)
        other = sum((line.result.other_amount for line in self.lines), ZERO)
        return [
            (pool.reading.id, pool.reading.meaning, True, paid),
            (pool.other.id, pool.other.meaning, False, other),
        ]


def shipped_document(slug: str) -> Document:
    """The policy document as shipped with the portal."""
    known = sorted(path.stem for path in DOCUMENTS.glob("*.toml"))
    if slug not in known:
        raise DomainError(f"没有政策 {slug}，可用的是：{'、'.join(known)}。")
    return document_of((DOCUMENTS / f"{slug}.toml").read_text(encoding="utf-8"))


def document_of(text: str) -> Document:
    return Document(parse(text), hashlib.sha256(text.encode("utf-8")).hexdigest())


def determine_facts(facts: Facts, document: Document, year: int, factors: Mapping[str, Decimal]) -> Answer:
    """Every claim of the year, by code, event date and item. Refuses a factor that the document does not allow."""
    try:
        check_factors(factors, document.policy)
    except ValueError as error:
        raise DomainError(f"{error}。") from error
    lines = [
        line
        for uscc, entity in facts.items()
        for line in _lines(uscc, entity, document.policy, year, factors)
    ]
    return Answer(document, year, factors, len(facts), lines)


def _lines(
    uscc: str, entity: Entity, policy: Policy, year: int, factors: Mapping[str, Decimal]
) -> list[Line]:
    found = [_placed(claim, entity.away) for claim in claims(entity.history, year, policy)]
    if not found:
        return []
    results = determine(found, policy, factors=factors)
    return [
        Line(uscc, result, explanation, _winner(result, found))
        for result, explanation in zip(results, explain_all(results, policy), strict=True)
    ]


def _placed(claim: Claim, away: frozenset[str]) -> Claim:
    return claim._replace(marks=claim.marks + Mark.MOVED) if claim.ref in away else claim


def _winner(result: Result, found: list[Claim]) -> str:
    if not result.absorbed_by:
        return ""
    winner = next(claim for claim in found if claim.key == result.absorbed_by)
    alike = [claim for claim in found if claim.item == winner.item]
    return winner.item if len(alike) == 1 else f"{winner.item}（{winner.on}）"


# ---- RESULT ---------------------------------------------------------------------------------------------
LINES = (
    writer.Head("统一社会信用代码", "code"),
    writer.Head("条款", width=12),
    writer.Head("事件日期", "date"),
    writer.Head("结果", width=10),
    writer.Head("金额（元）", "money"),
    writer.Head("原因", width=30),
    writer.Head("吸收于", width=20),
    writer.Head("条款出处", width=36),
    writer.Head("计算过程", width=120),
)
SUMMARY = (
    writer.Head("项目", width=24),
    writer.Head("内容", width=70),
    writer.Head("结果", width=10),
    writer.Head("行数", "number"),
    writer.Head("金额（元）", "money", 20),
)


class ResultWorkbook(NamedTuple):
    pages: list[writer.Page]

    def save(self, target: str | IO[bytes]) -> None:
        writer.write(target, self.pages)


def write_result(answer: Answer, target: Path) -> None:
    """Write the RESULT workbook whole or not at all: beside the target first, then renamed over it."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w+b") as file:
            result_workbook(answer).save(file)
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def result_workbook(answer: Answer) -> ResultWorkbook:
    return ResultWorkbook(
        [
            writer.Page("测算", LINES, _line_rows(answer)),
            writer.Page("汇总", SUMMARY, _summary_rows(answer)),
        ]
    )


def _line_rows(answer: Answer) -> Iterator[list[Any]]:
    policy = answer.document.policy
    outcomes = dict(Outcome.choices)
    for line in answer.lines:
        claim = line.result.claim
        yield [
            line.uscc,
            claim.item,
            claim.on,
            outcomes[line.result.outcome],
            line.money,
            line.reasons,
            line.absorbed_by or None,
            f"{policy.number} {policy.items[claim.item].cite}",
            line.working,
        ]


def _summary_rows(answer: Answer) -> Iterator[list[Any]]:
    items = answer.document.policy.items
    for name, value in summary_facts(answer):
        yield [name, value, None, None, None]
    for name, meaning, used, total in answer.readings():
        label = "采用的就高口径" if used else "另一就高口径"
        yield [f"{label} {name}", meaning, Outcome.GRANTED.label, None, total]
    for (item, outcome), (rows, total) in answer.totals().items():
        yield [item, items[item].name, Outcome(outcome).label, rows, total]


def summary_facts(answer: Answer) -> list[tuple[str, str]]:
    """What was applied to what: policy, number, fingerprint, year, factors."""
    policy, sha256 = answer.document
    factors = "、".join(f"{item} {factor}" for item, factor in sorted(answer.factors.items()))
    return [
        ("政策", policy.title),
        ("文号", policy.number),
        ("规则文本指纹", sha256),
        ("有效期", f"{policy.valid_from} 至 {policy.valid_until}"),
        ("申报年度", str(answer.year)),
        ("核定系数", factors or "无"),
        ("单位数", str(answer.entities)),
        ("测算行数", str(len(answer.lines))),
    ]
