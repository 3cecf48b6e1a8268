"""The policy engine: facts in, explained awards out. Pure Python, no Django, no database.

policy = parse(text)                              # a document, read once
found = claims(history, 2024, policy)             # what an entity's history asks for in a year
results = determine(found, policy)                # who is paid, absorbed, refused or held
explain(results[0], policy)                       # the sentences
decode(encode(claim)) == claim                    # what is stored is enough to do it again
"""

from policies.engine.claims import claims
from policies.engine.codec import decode, encode
from policies.engine.determine import check_factors, determine
from policies.engine.explain import Explanation, Step, explain, explain_all
from policies.engine.facts import (
    NEW,
    REVIEW,
    REVOKED,
    AssessmentFact,
    History,
    InvestmentFact,
    SubsidyFact,
    TitleFact,
)
from policies.engine.loader import parse
from policies.engine.reading import PolicyError
from policies.engine.reasons import LABELS, Reason, reason_label
from policies.engine.results import Claim, Decided, Outcome, Result
from policies.engine.values import Event, Item, Parameter, Policy, Pool, Reading

__all__ = [
    "LABELS",
    "NEW",
    "REVIEW",
    "REVOKED",
    "AssessmentFact",
    "Claim",
    "Decided",
    "Event",
    "Explanation",
    "History",
    "InvestmentFact",
    "Item",
    "Outcome",
    "Parameter",
    "Policy",
    "PolicyError",
    "Pool",
    "Reading",
    "Reason",
    "Result",
    "Step",
    "SubsidyFact",
    "TitleFact",
    "check_factors",
    "claims",
    "decode",
    "determine",
    "encode",
    "explain",
    "explain_all",
    "parse",
    "reason_label",
]
