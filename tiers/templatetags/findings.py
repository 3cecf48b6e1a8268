"""How findings of an assessment are shown: values with their units, states, words for the verdict."""

from decimal import Decimal

from django import template

from core.templatetags.portal import NONE, num, status_tag
from policies.engine.standards import Verdict
from tiers import verdicts

register = template.Library()


@register.filter
def measured(finding) -> str:
    """The value with its unit: 3.2%, 286.40 万元, 7 年, 是; "—" when it is not known."""
    return with_unit(finding.value, finding.unit)


def with_unit(value, unit: str) -> str:
    if value is None or value == "":
        return NONE
    if not isinstance(value, Decimal | int):
        return str(value)
    if unit == "元":
        return verdicts.money_words(Decimal(value))
    return f"{num(value)}%" if unit == "%" else f"{num(value)} {unit}".rstrip()


@register.simple_tag
def finding_tag(finding):
    """The state of a criterion: icon, word and colour. Points have words of their own."""
    if not finding.most or finding.verdict in (Verdict.MISSING, Verdict.PERSON):
        return status_tag(finding.verdict)
    if finding.verdict is Verdict.NOT_MET:
        return status_tag(finding.verdict, "未得分")
    return status_tag("met", "满分") if finding.points == finding.most else status_tag("met", "得分", "info")


# Verdict → look of the conclusion: colour of the box, icon.
LOOKS = {
    Verdict.MET: ("ok", "circle-check"),
    Verdict.NOT_MET: ("bad", "circle-x"),
    Verdict.MISSING: ("warn", "help-circle"),
    Verdict.PERSON: ("info", "user-check"),
}


@register.simple_tag
def verdict_look(verdict) -> tuple[str, str]:
    return LOOKS[verdict]


@register.filter
def short_verdict(assessment, prefix="") -> str:
    """How far the enterprise is, for a card: 差 2 项，缺 3 项数据."""
    return prefix + verdicts.short(assessment)


@register.filter
def route_findings(assessment):
    """The direct routes as findings, each with what it stands for."""
    return [route.finding._replace(note=f"可代替{route.replaces}") for route in assessment.routes]


@register.filter
def last_year(assessment) -> int:
    return assessment.on.year - 1


@register.simple_tag
def group_score(groups, name):
    """The score of a group by its name; None without one."""
    return next((group for group in groups or () if group.group == name), None)


@register.simple_tag
def missing_links(finding, links) -> list[tuple[str, str]]:
    """(what is missing, where to fill it in); `links` maps the labels to addresses and may be absent."""
    return [(label, (links or {}).get(label, "")) for label in finding.missing]


@register.filter
def workings(finding) -> list[tuple[str, str]]:
    """What went into the value; nothing when that is the value itself."""
    pairs = [(name, verdicts.in_wan(words)) for name, words in finding.inputs]
    value = finding.value
    short = Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value
    itself = {measured(finding), with_unit(short, finding.unit)}
    return [] if len(pairs) == 1 and pairs[0][1] in itself else pairs


@register.filter
def reachable(score) -> Decimal:
    """Points once everything that is open turned out well."""
    return score.points + score.possible


@register.filter
def percent_of(part, whole) -> str:
    """Width of a bar: part of whole in percent, between 0 and 100, for SVG."""
    share = Decimal(part or 0) / Decimal(whole) if whole else Decimal(0)
    return f"{max(Decimal(0), min(share, Decimal(1))) * 100:.2f}"


register.filter("conclusion", verdicts.conclusion)
register.filter("in_wan", verdicts.in_wan)
