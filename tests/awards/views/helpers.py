"""What the tests of the award pages share."""

import datetime as dt
import re
from html import unescape

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from awards import services
from awards.models import Determination
from core import jobs
from core.models import Job
from tests.factories import (
    RecognitionFactory,
    region,
)
from tiers.enums import Title

LIST = "/awards/determinations/"


def determine(actor, year=2023, city="新乡市", **more):
    run = services.start_run(city=region(city), year=year, actor=actor, **more)
    for job in Job.objects.live().order_by("pk"):
        jobs.run(job.pk)
    run.refresh_from_db()
    assert run.state == "done"
    return run


def provincial(enterprise, **more):
    return RecognitionFactory(
        enterprise=enterprise,
        **{
            "title": Title.PROVINCIAL_SRDI,
            "document_number": "豫工信企业〔2023〕51号",
            "documented_on": dt.date(2023, 5, 4),
            "valid_from": dt.date(2023, 1, 1),
            "valid_until": dt.date(2025, 12, 31),
            **more,
        },
    )


def row(name, item="XX-PROV") -> Determination:
    return Determination.objects.get(enterprise__name=name, item=item)


def rows_shown(response) -> list[tuple[str, str]]:
    """(enterprise, item) of each row of the list page."""
    page = response.context["page"]
    return [(shown.enterprise.name, shown.item) for shown in page]


def tab_counts(response) -> dict[str, int]:
    return {tab["label"]: tab["count"] for tab in response.context["tabs"]}


def text_of(response) -> str:
    """The page as a person reads it."""
    body = re.sub(r"(?s)<(script|head).*?</\1>", " ", response.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def count_queries(client, url) -> int:
    client.get(url)  # sessions and caches are warm
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def detail(determination):
    return reverse("awards:determination_detail", args=[determination.pk])
