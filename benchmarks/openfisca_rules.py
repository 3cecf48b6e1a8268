"""新政文〔2022〕8号 as an OpenFisca model: a claim is the person, an enterprise in its year the group.

Amounts are OpenFisca parameters made from the published document, in fen, as its numbers are 32 bits wide.
"""

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks import openfisca_load as facts

NO_POLICY, OUTSIDE_CITY, REVIEW, NOT_FIRST, NO_TITLE, OUTSIDE_TITLE, GRADE, ONLY_BASE = (
    1 << bit for bit in range(8)
)
RETURNED, PARTLY, WINDOW_UNKNOWN = (1 << bit for bit in range(3))
LABEL_YEAR, IMPLIED = 1, 2
GRANTED, INELIGIBLE, HELD = range(3)

Claim = build_entity(
    key="claim", plural="claims", label="an event that reaches an award item", is_person=True
)
Firm = build_entity(
    key="firm",
    plural="firms",
    label="an enterprise in a year",
    roles=[{"key": "member", "plural": "members"}],
)
INPUTS = (
    "kind",
    "key",
    "item",
    "day",
    "review",
    "label",
    "outside",
    "history",
    "base",
    "cover",
    "grade",
    "standing",
)


def variable(name: str, **more) -> type[Variable]:
    """A yearly number of a claim."""
    return type(
        name, (Variable,), {"value_type": int, "entity": Claim, "definition_period": DateUnit.YEAR} | more
    )


def rule(formula) -> type[Variable]:
    """A number worked out by a formula, which gets (claims, period, parameters)."""
    return variable(formula.__name__, formula=formula)


@rule
def worth_if_granted(claim, period, parameters):
    award = parameters(period).award
    fixed = np.array([award.fixed[name] for name in award.fixed])[claim("item", period)]
    prizes = np.array([0, *(award.prize[name] for name in award.prize)])[claim("grade", period) + 1]
    share = np.floor(claim("base", period) * award.rate + 0.5)
    kind = claim("kind", period)
    return np.select([kind == facts.SUBSIDY, kind == facts.ASSESSMENT], [share, prizes], fixed)


@rule
def refused(claim, period, parameters):
    award, kind, day = parameters(period).award, claim("kind", period), claim("day", period)
    cover, standing = claim("cover", period), claim("standing", period)
    title, subsidy, assessed = (kind == k for k in (facts.TITLE, facts.SUBSIDY, facts.ASSESSMENT))
    review, unranked = claim("review", period) > 0, claim("grade", period) < 0
    codes = NO_POLICY * ((day < award.valid_from) | (day > award.valid_until))
    codes = codes + OUTSIDE_CITY * (claim("outside", period) > 0) + REVIEW * (title & review)
    codes += NOT_FIRST * (title & ~review & (claim("history", period) == facts.EARLIER))
    codes += NO_TITLE * (subsidy & (cover == facts.NO_TITLE)) + OUTSIDE_TITLE * (
        subsidy & (cover == facts.OUTSIDE)
    )
    return (
        codes + GRADE * (assessed & unranked) + ONLY_BASE * (assessed & ~unranked & (standing == facts.BASE))
    )


@rule
def held(claim, period, parameters):
    cover = claim("cover", period)
    lapsed = (claim("history", period) == facts.LAPSED) & (claim("review", period) == 0)
    return RETURNED * lapsed + PARTLY * (cover == facts.PARTLY) + WINDOW_UNKNOWN * (cover == facts.UNKNOWN)


@rule
def notes(claim, period, parameters):
    label, assessed = claim("label", period), claim("kind", period) == facts.ASSESSMENT
    implied = assessed & (claim("grade", period) >= 0) & (claim("standing", period) == facts.NONE)
    return LABEL_YEAR * ((label != 0) & (label != period.start.year)) + IMPLIED * implied


@rule
def verdict(claim, period, parameters):
    return np.select([claim("refused", period) > 0, claim("held", period) > 0], [INELIGIBLE, HELD], GRANTED)


@rule
def worth(claim, period, parameters):
    nothing = (claim("verdict", period) == INELIGIBLE) | (claim("held", period) == RETURNED)
    return np.where(nothing, 0, claim("worth_if_granted", period))


@rule
def standing_order(claim, period, parameters):
    """Place of each claim when all are sorted by amount, tie order, date and reference."""
    order = parameters(period).award.order
    places = np.array([order[name] for name in order])[claim("item", period)]
    keys = claim("key", period), claim("day", period), places, -claim("worth", period)
    place = np.empty(claim.count, np.int32)
    place[np.lexsort(keys)] = np.arange(claim.count)
    return place


@rule
def rank(claim, period, parameters):
    """Among the granted claims of the enterprise, when 就高 compares all; -1 for others."""
    return claim.get_rank(claim.firm, claim("standing_order", period), claim("verdict", period) == GRANTED)


@rule
def rank_among_rewards(claim, period, parameters):
    """The same, when the matched subsidy stands outside."""
    inside = (claim("verdict", period) == GRANTED) & (claim("kind", period) != facts.SUBSIDY)
    return claim.get_rank(claim.firm, claim("standing_order", period), inside)


@rule
def winner(claim, period, parameters):
    """The number of the claim that the enterprise is paid for."""
    return claim.firm.sum(np.where(claim("rank", period) == 0, np.arange(claim.count), 0))


@rule
def amount(claim, period, parameters):
    return np.where(claim("rank", period) == 0, claim("worth", period), 0)


@rule
def other_amount(claim, period, parameters):
    granted = claim("verdict", period) == GRANTED
    apart = granted & (claim("kind", period) == facts.SUBSIDY)
    return np.where(apart | (claim("rank_among_rewards", period) == 0), claim("worth", period), 0)


RULES = (
    worth_if_granted, refused, held, notes, verdict, worth, standing_order, rank, rank_among_rewards, winner, amount,
    other_amount,
)  # fmt: skip
OUTPUTS = ("verdict", "refused", "held", "notes", "worth", "amount", "other_amount", "rank", "winner")


def system(policy) -> TaxBenefitSystem:
    """The model with the amounts of a published document."""
    found = TaxBenefitSystem([Claim, Firm])
    found.add_variables(*RULES, *map(variable, INPUTS))
    found.parameters = ParameterNode("", data={"award": _parameters(policy)})
    return found


def _parameters(policy) -> dict:
    def value(number):
        return {"values": {"2000-01-01": {"value": number}}}

    def day(date):
        return value(int(np.datetime64(date, "D").astype(int)))

    items = list(policy.items.values())
    names = [f"item{number:02}" for number in range(len(items))]  # OpenFisca wants plain names
    prizes = policy.assessment_item.grades.values()
    return {
        "fixed": {name: value(int(item.amount * 100)) for name, item in zip(names, items, strict=True)},
        "order": {name: value(item.order) for name, item in zip(names, items, strict=True)},
        "prize": {f"grade{number:02}": value(int(prize * 100)) for number, prize in enumerate(prizes)},
        "rate": value(float(policy.subsidy_item.rate)),
        "valid_from": day(policy.valid_from),
        "valid_until": day(policy.valid_until),
    }


def determine(rules: TaxBenefitSystem, year: int, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """One year's claims through the model."""
    builder = SimulationBuilder()
    builder.create_entities(rules)
    count = len(columns["key"])
    firms, group = np.unique(columns["firm"], return_inverse=True)
    builder.declare_person_entity("claim", np.arange(count))
    firm = builder.declare_entity("firm", np.arange(len(firms)))
    firm.members_entity_id = group
    simulation = builder.build(rules)
    for name in INPUTS:
        simulation.set_input(name, str(year), columns[name])
    return {name: simulation.calculate(name, str(year)) for name in OUTPUTS}
