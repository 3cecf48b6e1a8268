"""The record of an enterprise (firm, record) and the batches of rows that spreadsheets bring in (imports)."""

from enterprises.models.firm import Enterprise, EnterpriseQuerySet, FormerName, Membership
from enterprises.models.imports import ImportBatch, ImportBatchQuerySet, ImportRow, ImportRowQuerySet
from enterprises.models.record import (
    Certificate,
    EquityFinancing,
    Evidence,
    FirmProfile,
    Honour,
    IntellectualProperty,
    RdInstitution,
    StandardWork,
    YearlyFigures,
)

__all__ = [
    "Certificate",
    "Enterprise",
    "EnterpriseQuerySet",
    "EquityFinancing",
    "Evidence",
    "FirmProfile",
    "FormerName",
    "Honour",
    "ImportBatch",
    "ImportBatchQuerySet",
    "ImportRow",
    "ImportRowQuerySet",
    "IntellectualProperty",
    "Membership",
    "RdInstitution",
    "StandardWork",
    "YearlyFigures",
]
