"""How findings of an assessment are shown: values with their units, states, words for the verdict."""

from decimal import Decimal

from django import template

from core.templatetags.portal import NONE, num, status_tag, wan
from policies.engine.standards import Verdict
from tiers import verdicts

register = template.Library()


@register.filter
def measured(finding) -> str:
    """The value with its unit: 3.2%, 286.40 万元, 7 年, 是; "—" when it is not known."""
    return with_unit(finding.value, finding.unit)


@register.filter
def distance(lift) -> str:
    """How far it is to the line, with its unit; "" when it is not a matter of a number."""
    return "" if lift.distance is None else with_unit(lift.distance, lift.unit)


def with_unit(value, unit: str) -> str:
    if value is None or value == "":
        return NONE
    if not isinstance(value, Decimal | int):
        return str(value)
    if unit == "元":
        return f"{wan(value)} 万元"
    return f"{num(value)}%" if unit == "%" else f"{num(value)} {unit}".rstrip()


@register.simple_tag
def finding_tag(finding):
    """The state of a criterion: icon, word and colour. Points have words of their own."""
    if not finding.most or finding.verdict in (Verdict.MISSING, Verdict.PERSON):
        return status_tag(finding.verdict)
    if finding.verdict is Verdict.NOT_MET:
        return status_tag(finding.verdict, "未得分")
    return status_tag("met", "满分") if finding.points == finding.most else status_tag("met", "得分", "info")


@register.simple_tag
def group_score(groups, name):
    """The score of a group by its name; None without one."""
    return next((group for group in groups or () if group.group == name), None)


@register.filter
def missing_links(finding, todo) -> list[tuple[str, str]]:
    """(what is missing, where to fill it in); `todo` maps missing labels to addresses and may be absent."""
    return [(label, (todo or {}).get(label, "")) for label in finding.missing]


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
