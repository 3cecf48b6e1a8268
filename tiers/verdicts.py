"""What an assessment says in words, and what to do about it. Pure functions of the engine's results."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from core.money import WAN
from core.templatetags.portal import num
from policies.engine.standards import Assessment, Finding, Lift, Standard, Verdict
from policies.engine.standards.indicators import FIGURE_NAMES, PROFILE_NAMES
from policies.engine.standards.values import SCORE
from policies.enums import CaseKind, StandardTier

FIELD_NAMES = {
    **FIGURE_NAMES,
    **PROFILE_NAMES,
    "ip": "知识产权",
    "honours": "奖项和荣誉",
    "institutions": "研发机构",
    "equity": "股权融资",
    "standards": "标准",
    "certificates": "认证",
    "titles": "称号",
}
YEAR = re.compile(r"(\d{4}) 年")
IN_YUAN = re.compile(r"([\d,]+\.\d{2}) 元")


class ToDo(NamedTuple):
    """One thing that is not in the record yet."""

    label: str  # "2025 年研发费用"
    field: str  # key of the record; "" when nobody can fill it in here
    year: int | None
    criteria: tuple[str, ...]  # names of the criteria that wait for it


def conclusion(found: Assessment) -> str:
    """The verdict in one sentence, for the enterprise and for the officer alike."""
    what = f"{StandardTier(found.tier).label}{CaseKind(found.kind).label}"
    if found.verdict is Verdict.MET:
        return f"按现有数据，{what}的条件都已达到{_passed_by(found)}。"
    if found.verdict is Verdict.NOT_MET:
        return f"按现有数据，还达不到{what}的条件：{'；'.join(_shortfalls(found) + _unknowns(found))}。"
    if found.verdict is Verdict.MISSING:
        return f"还不能下结论：{'；'.join(_unknowns(found))}。"
    return f"能用数据判断的条件都已达到，{'；'.join(_unknowns(found))}。"


def _passed_by(found: Assessment) -> str:
    how, _, key = found.passed_by.partition(":")
    if how == "score" and found.score:
        return f"，评价得分 {num(found.score.points)} 分"
    route = next((route for route in found.routes if route.key == key), None)
    return f"，凭“{route.name}”代替{route.replaces}" if route else ""


def _shortfalls(found: Assessment) -> list[str]:
    gates = count(found.gates, Verdict.NOT_MET)
    return ([f"{gates} 项条件不符合"] if gates else []) + _short_score(found)


def _short_score(found: Assessment) -> list[str]:
    """What the score lacks, once even the points that are still open would not be enough."""
    score = found.score
    if score is None or found.score_stands() or score.verdict is not Verdict.NOT_MET:
        return []
    unsure = {finding.group for finding in found.scored if finding.missing}
    parts = [
        f"{group.group} {num(group.points)} 分，应有 {num(group.least)} 分"
        for group in score.groups
        if group.least is not None and group.points < group.least and group.group not in unsure
    ]
    if score.points + score.possible < score.least:
        parts.insert(0, f"评价总分 {num(score.points)} 分，应有 {num(score.least)} 分")
    return parts or ["评价得分够不上"]


def _unknowns(found: Assessment) -> list[str]:
    """How much is open, and the direct routes too when the score alone will not do."""
    missing, person = len(waiting(found)), count(found.open(), Verdict.PERSON)
    parts = [f"{missing} 项缺数据"] if missing else []
    parts += [f"{person} 项需人工核实"] if person else []
    if not parts and found.verdict in (Verdict.MISSING, Verdict.PERSON):
        routes = sum(route.finding.verdict is found.verdict for route in found.routes if route.replaces_score)
        parts = [*_short_score(found), f"{routes} 项直接通过条件{OPEN_WORDS[found.verdict]}"]
    return parts


def waiting(found: Assessment) -> list[Finding]:
    """What more data would decide: gates, and points that are not all won while the score is not enough."""
    scored = () if found.score_stands() else found.scored
    return [finding for finding in (*found.gates, *scored) if finding.missing]


OPEN_WORDS = {Verdict.MISSING: "缺数据", Verdict.PERSON: "需人工核实"}


def short(found: Assessment) -> str:
    """A few words: “差 2 项，缺 3 项数据”, “都已达到”."""
    open_ones = found.open()
    numbers = (
        (count(open_ones, Verdict.NOT_MET), "差 {} 项"),
        (len(waiting(found)), "缺 {} 项数据"),
        (count(open_ones, Verdict.PERSON), "{} 项待核实"),
    )
    parts = [words.format(number) for number, words in numbers if number]
    return "，".join(parts) or ("都已达到" if found.verdict is Verdict.MET else conclusion(found))


def count(findings: Iterable[Finding], verdict: Verdict) -> int:
    return sum(finding.verdict is verdict for finding in findings)


def to_do(found: Assessment, standard: Standard) -> tuple[ToDo, ...]:
    """What is missing and would decide something, each thing once, what most criteria wait for first.

    Direct routes ask for data only while what they stand for is still open.
    """
    open_keys = {finding.key for finding in found.gates if finding.verdict is not Verdict.MET}
    open_keys |= set() if found.score_stands() else {SCORE}
    useful = {route.criterion.key for route in standard.routes if open_keys & set(route.replaces)}
    routes = [route.finding for route in found.routes if route.key in useful]
    named: dict[str, tuple[Finding, list[str]]] = {}
    for finding in (*waiting(found), *routes):
        for label in finding.missing:
            named.setdefault(label, (finding, []))[1].append(finding.name)
    items = [
        ToDo(label, field_of(label, finding), year_of(label), tuple(dict.fromkeys(names)))
        for label, (finding, names) in named.items()
    ]
    return tuple(sorted(items, key=lambda item: -len(item.criteria)))


def field_of(label: str, finding: Finding) -> str:
    """Which of the finding's missing fields a label speaks of: the one with the longest name in it, else the first."""
    fields = finding.missing_fields
    named = [field for field in fields if FIELD_NAMES.get(field, label) in label] or list(fields)
    return max(named, key=lambda field: len(FIELD_NAMES.get(field, "")), default="")


def year_of(label: str) -> int | None:
    found = YEAR.search(label)
    return int(found[1]) if found else None


def next_steps(found: Assessment, lifts: Iterable[Lift]) -> tuple[Lift, ...]:
    """What to change so that more is reached: gates first, points only while the score is not enough.

    Missing data (see to_do) and what a person has to judge are not among them.
    """
    gates = {gate.key for gate in found.gates}
    steps = []
    for lift in lifts:
        finding = found.finding(lift.criterion)
        waits = finding.verdict in (Verdict.MISSING, Verdict.PERSON) or (
            lift.distance is None and finding.missing
        )
        if not waits and (lift.criterion in gates or finding.most == 0 or not found.score_stands()):
            steps.append(lift)
    return tuple(sorted(steps, key=lambda lift: lift.criterion not in gates))


# ---- amounts --------------------------------------------------------------------------------------------


def money_words(yuan: Decimal) -> str:
    """Exact, never rounded over a line: 2864000 → 286.40 万元, 9999.99 → 9,999.99 元."""
    if abs(yuan) < WAN:
        return f"{yuan:,.2f} 元"
    wan = yuan / WAN
    places = max(2, -int(wan.normalize().as_tuple().exponent))
    return f"{wan:,.{places}f} 万元"


def in_wan(sentence: str) -> str:
    """The engine's sentences speak of yuan to the cent; people read 万元."""
    return IN_YUAN.sub(lambda amount: money_words(Decimal(amount[1].replace(",", ""))), sentence)
