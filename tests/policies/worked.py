"""Read the worked cases and write results in their words."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from policies.engine import (
    NEW,
    REVIEW,
    REVOKED,
    AssessmentFact,
    Decided,
    History,
    InvestmentFact,
    Outcome,
    Policy,
    Reason,
    Result,
    SubsidyFact,
    TitleFact,
    parse,
    reason_label,
)

CASES = Path(__file__).parent / "cases"
DOCUMENTS = Path(__file__).resolve().parents[2] / "policies" / "documents"
TITLES = {
    "创新型": "innovative",
    "高新技术企业": "high_tech",
    "省级专精特新": "provincial_srdi",
    "国家级小巨人": "national_giant",
    "国家级示范平台": "national_platform",
    "省级示范平台": "provincial_platform",
    "国家级示范基地": "national_base",
    "省级示范基地": "provincial_base",
    "国家级特色产业集群": "national_cluster",
    "省级特色产业集群": "provincial_cluster",
}
OUTCOMES = {
    Outcome.GRANTED: "给予",
    Outcome.ABSORBED: "就高吸收",
    Outcome.INELIGIBLE: "不符合",
    Outcome.HELD: "待定",
}


@cache
def policy(slug: str) -> Policy:
    return parse((DOCUMENTS / f"{slug}.toml").read_text(encoding="utf-8"))


def cases():
    """(policy slug, case) of every file; a file may name its policy, else it has the document's name."""
    for path in sorted(CASES.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        for case in table["case"]:
            yield table.get("policy", path.stem), case


def history(case) -> History:
    return History(
        titles=[_title(f"title:{n}", t) for n, t in enumerate(case.get("titles", ()), 1)],
        subsidies=[
            SubsidyFact(f"subsidy:{n}", t["on"], Decimal(t["amount"]), *_window(t))
            for n, t in enumerate(case.get("subsidies", ()), 1)
        ],
        assessments=[
            AssessmentFact(f"assessment:{n}", t["year"], t["grade"], t["on"])
            for n, t in enumerate(case.get("assessments", ()), 1)
        ],
        investments=[
            InvestmentFact(
                f"investment:{n}", t["on"], Decimal(t["amount"]), *_window(t), t.get("subsidised", False)
            )
            for n, t in enumerate(case.get("investments", ()), 1)
        ],
        elsewhere_now=case.get("elsewhere_now", False),
    )


def _title(ref, table) -> TitleFact:
    on = table["on"]
    valid = table.get("valid", [date(on.year, 1, 1), date(on.year + 2, 12, 31)]) or [None, None]
    return TitleFact(
        ref,
        TITLES[table["title"]],
        {"新认定": NEW, "复核": REVIEW, "已撤销": REVOKED}[table.get("kind", "新认定")],
        on,
        *valid,
        document="",
        label_year=table.get("label"),
        elsewhere=table.get("elsewhere", False),
    )


def _window(table):
    return table.get("window", (None, None))


def decided(case) -> list[Decided]:
    return [
        Decided(t["item"], t["ref"], Decimal(t["amount"]), year=t.get("year", 0))
        for t in case.get("decided", ())
    ]


def factors(case) -> dict[str, Decimal]:
    return {item: Decimal(factor) for item, factor in case.get("factors", {}).items()}


def in_words(result: Result) -> str:
    """One row as the case files write it."""
    words = [result.claim.item, OUTCOMES[result.outcome]]
    if result.outcome is not Outcome.INELIGIBLE:
        words.append(money(result.worth))
    if result.outcome is Outcome.GRANTED and result.amount != result.worth:
        words += ["实付", money(result.amount)]
    if result.absorbed_by:
        words += ["归于", result.absorbed_by.partition("@")[0]]
    shown = [reason_label(r) for r in result.reasons if r not in (Reason.ENTITLED, Reason.HIGHER_AWARD)]
    if shown:
        words += [
            "注明" if result.outcome in (Outcome.GRANTED, Outcome.ABSORBED) else "因为",
            "、".join(shown),
        ]
    return " ".join(words)


def money(amount: Decimal) -> str:
    return f"{amount:,.2f}".removesuffix(".00")
