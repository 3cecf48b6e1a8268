"""What the cases need to stay, asked by the record of the enterprise (settings.EVIDENCE_KEEPERS)."""

from django.db.models import TextField
from django.db.models.functions import Cast

from tiers.models import Submission


def submitted_with(evidence) -> str:
    """A file that was handed in with a case is part of what was handed in, also after it was taken out of the form."""
    handed_in = Submission.objects.filter(application__enterprise=evidence.enterprise_id)
    text = handed_in.annotate(text=Cast("snapshot", TextField()))
    return "已提交的申报" if text.filter(text__contains=evidence.sha256).exists() else ""
