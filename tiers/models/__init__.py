"""Titles on official lists (recognition), cases on their way to a title (application, review), and what becomes of
a title (lifecycle)."""

from tiers.models.application import (
    Application,
    ApplicationEvent,
    ApplicationEvidence,
    ApplicationSection,
    Intake,
    Submission,
)
from tiers.models.lifecycle import AnnualUpdate, MajorChange, Revocation
from tiers.models.recognition import Recognition, RecognitionQuerySet
from tiers.models.review import (
    CriterionCheck,
    Draw,
    Objection,
    Publicity,
    Report,
    ReturnPoint,
    ReturnRequest,
    SiteVisit,
)

__all__ = [
    "AnnualUpdate",
    "Application",
    "ApplicationEvent",
    "ApplicationEvidence",
    "ApplicationSection",
    "CriterionCheck",
    "Draw",
    "Intake",
    "MajorChange",
    "Objection",
    "Publicity",
    "Recognition",
    "RecognitionQuerySet",
    "Report",
    "ReturnPoint",
    "ReturnRequest",
    "Revocation",
    "SiteVisit",
    "Submission",
]
