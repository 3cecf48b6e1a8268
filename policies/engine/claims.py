"""Reduce an entity's history to the claims of one declaration year (the year of the event's document)."""

from collections.abc import Sequence
from datetime import date
from operator import itemgetter

from policies.engine.facts import (
    REVIEW,
    REVOKED,
    AssessmentFact,
    History,
    InvestmentFact,
    SubsidyFact,
    TitleFact,
)
from policies.engine.results import Claim, Mark, ref_order
from policies.engine.values import ZERO, Item, Policy

Period = tuple[date, date]
Titles = Sequence[TitleFact]
NEW_CLAIM = tuple.__new__  # a third of the time of Claim(…), and there are millions
NO_MONEY = "", ZERO, None, None, ()
BY_DATE = itemgetter(2, 0, 1)  # date, item, reference


def claims(history: History, year: int, policy: Policy) -> list[Claim]:
    """One claim per event of the year and item it reaches, by date, item and reference."""
    titles, subsidies, assessments, investments, elsewhere_now = history
    moved = Mark.MOVED if elsewhere_now else ""
    item_of = policy.title_items
    found = [
        _title_claim(fact, item_of[fact.title], titles, policy, moved)
        for fact in titles
        if fact.on.year == year and fact.title in item_of
    ]
    if subsidies:
        if policy.subsidy_item:
            item = policy.subsidy_item
            found += [_subsidy_claim(f, item, titles, moved) for f in subsidies if f.on.year == year]
        if policy.investment_item and policy.investment_item.not_with_subsidy:
            item = policy.investment_item
            found += [_subsidised_claim(f, item, titles, moved) for f in subsidies if f.on.year == year]
    if assessments and policy.assessment_item:
        item = policy.assessment_item
        found += [_assessment_claim(f, item, history, moved) for f in assessments if f.on.year == year]
    if investments and policy.investment_item:
        item = policy.investment_item
        found += [_investment_claim(f, item, history, moved) for f in investments if f.on.year == year]
    if len(found) > 1:
        found.sort(key=BY_DATE)
    return found


def _precedes(one: TitleFact | AssessmentFact, other: TitleFact | AssessmentFact) -> bool:
    return one.on < other.on or (one.on == other.on and ref_order(one.ref) < ref_order(other.ref))


def _title_claim(fact: TitleFact, item: str, titles: Titles, policy: Policy, moved: str) -> Claim:
    ref, _, kind, on, _, _, _, label_year, elsewhere = fact
    marks = moved
    if label_year and label_year != on.year:
        marks += Mark.LABEL
    if elsewhere:
        marks += Mark.OUTSIDE
    if kind == REVIEW and not policy.review_counts:
        marks += Mark.REVIEW
    elif kind == REVOKED:
        marks += Mark.REVOKED
    earlier_on: date | None = None
    if len(titles) > 1:
        earlier_on, lapsed = _earlier(fact, titles, policy.first_since)
        if earlier_on:
            marks += Mark.LAPSED if lapsed else Mark.EARLIER
    return NEW_CLAIM(Claim, (item, ref, on, marks, label_year or 0, earlier_on, *NO_MONEY))


def _earlier(fact: TitleFact, titles: Titles, since: date | None) -> tuple[date | None, bool]:
    """The first document before this one that gave the same title, and whether all of them had lapsed."""
    _, title, _, on, valid_from, *_ = fact
    start = valid_from or on
    first: date | None = None
    lapsed = True
    for other in titles:
        if other.title != title or other is fact or other.on > on or not _precedes(other, fact):
            continue
        if since and other.on < since:
            continue
        first = other.on if first is None else min(first, other.on)
        lapsed = lapsed and other.valid_until is not None and other.valid_until < start
    return first, lapsed


def _subsidy_claim(fact: SubsidyFact, item: Item, titles: Titles, moved: str) -> Claim:
    held, undated = _held(titles, item.titles)
    marks = moved + undated
    window = fact.invested_from, fact.invested_until
    return NEW_CLAIM(Claim, (item.id, fact.ref, fact.on, marks, 0, None, "", fact.amount, *window, held))


def _subsidised_claim(fact: SubsidyFact, item: Item, titles: Titles, moved: str) -> Claim:
    """The provincial money itself, where the city's item does not add to it."""
    claim = _subsidy_claim(fact, item, titles, moved)
    return claim._replace(marks=claim.marks + Mark.SUBSIDISED)


def _investment_claim(fact: InvestmentFact, item: Item, history: History, moved: str) -> Claim:
    held, undated = _held(history.titles, item.titles)
    marks = moved + undated
    if fact.subsidised:
        marks += Mark.SUBSIDISED
    elif item.not_with_subsidy and any(_overlap(fact, subsidy) for subsidy in history.subsidies):
        marks += Mark.OVERLAP
    window = fact.invested_from, fact.invested_until
    return NEW_CLAIM(Claim, (item.id, fact.ref, fact.on, marks, 0, None, "", fact.amount, *window, held))


def _overlap(investment: InvestmentFact, subsidy: SubsidyFact) -> bool:
    """Do the two windows share a day? An unknown end may reach anywhere."""
    starts_late = (
        investment.invested_from
        and subsidy.invested_until
        and investment.invested_from > subsidy.invested_until
    )
    ends_early = (
        investment.invested_until
        and subsidy.invested_from
        and investment.invested_until < subsidy.invested_from
    )
    return not starts_late and not ends_early


def _assessment_claim(fact: AssessmentFact, item: Item, history: History, moved: str) -> Claim:
    marks = moved
    if fact.year != fact.on.year:
        marks += Mark.LABEL
    if any(t.title in item.titles for t in history.titles):
        marks += Mark.ON_FILE
    elif any(t.title in item.barred_titles for t in history.titles):
        marks += Mark.BARRED
    earlier = [a.on for a in history.assessments if a.year == fact.year and _precedes(a, fact)]
    if earlier:
        marks += Mark.EARLIER
    return Claim(item.id, fact.ref, fact.on, marks, fact.year, min(earlier, default=None), fact.grade)


def _held(titles: Titles, wanted: frozenset[str]) -> tuple[tuple[Period, ...], str]:
    """The joined validity of the wanted titles, and the mark for those without dates."""
    periods: list[Period] = []
    undated = ""
    for fact in titles:
        if fact.title not in wanted:
            continue
        if fact.valid_from is None or fact.valid_until is None:
            undated = Mark.UNDATED
        elif fact.valid_from <= fact.valid_until:  # else it was taken away before it began
            periods.append((fact.valid_from, fact.valid_until))
    return tuple(periods if len(periods) < 2 else _joined(periods)), undated


def _joined(periods: list[Period]) -> list[Period]:
    """Overlapping and adjacent periods become one: a review extends a title."""
    periods.sort()
    joined = [periods[0]]
    for start, until in periods[1:]:
        last_start, last_until = joined[-1]
        if start.toordinal() <= last_until.toordinal() + 1:
            joined[-1] = (last_start, max(last_until, until))
        else:
            joined.append((start, until))
    return joined
