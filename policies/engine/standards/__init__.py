"""Tier standards: a record in, findings out. Pure Python, no Django, no database.

standard = parse_standard(text)                                  # a document, read once
found = assess(record, standard, kind="new", on=day)             # FirmRecord → Assessment
lifts(record, standard, found)                                   # what would lift the enterprise over each line
"""

from policies.engine.reading import PolicyError
from policies.engine.standards.assess import assess
from policies.engine.standards.lifts import lifts
from policies.engine.standards.loader import parse_standard
from policies.engine.standards.record import (
    CertificateFact,
    EquityFact,
    Figures,
    FirmRecord,
    HonourFact,
    InstitutionFact,
    IpFact,
    StandardWorkFact,
    TitleHeld,
)
from policies.engine.standards.results import Assessment, Finding, GroupScore, Lift, Route, Score, Verdict
from policies.engine.standards.sizes import SizeTable, industry_of, size_of, with_size
from policies.engine.standards.values import Criterion, MonthDay, Procedure, Standard, Term

__all__ = [
    "Assessment",
    "CertificateFact",
    "Criterion",
    "EquityFact",
    "Figures",
    "Finding",
    "FirmRecord",
    "GroupScore",
    "HonourFact",
    "InstitutionFact",
    "IpFact",
    "Lift",
    "MonthDay",
    "PolicyError",
    "Procedure",
    "Route",
    "Score",
    "SizeTable",
    "Standard",
    "StandardWorkFact",
    "Term",
    "TitleHeld",
    "Verdict",
    "assess",
    "industry_of",
    "lifts",
    "parse_standard",
    "size_of",
    "with_size",
]
