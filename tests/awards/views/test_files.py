"""Determining from a file: answered like the run, nothing stored."""

import io

import pytest
from openpyxl import load_workbook

from awards.exports import facts_workbook
from awards.models import AwardRun, Determination
from core.models import Job
from enterprises.models import Enterprise
from policies.models import PolicyEdition
from tests.awards.views.helpers import text_of
from tests.factories import (
    UserFactory,
    region,
)

pytestmark = pytest.mark.django_db


# ---- determining from a file ----------------------------------------------------------------------------
FILE = "/awards/determine/"


def facts_file(name="事实.xlsx"):
    file = io.BytesIO()
    facts_workbook(city=region("新乡市"), target=file)
    file.seek(0)
    file.name = name
    return file


def sent(**more):
    return {"edition": PolicyEdition.objects.get().pk, "year": 2023, **more}


def test_file_is_answered_like_the_run(client, world, city):
    client.force_login(city)
    response = client.post(FILE, sent(file=facts_file()))
    assert response.status_code == 200
    from_file = {
        (line.uscc, line.result.claim.item, str(line.result.outcome), line.result.amount)
        for line in response.context["lines"]
    }
    stored = {
        (d.enterprise.uscc, d.item, d.outcome, d.amount)
        for d in Determination.objects.select_related("enterprise")
    }
    assert from_file == stored
    assert "给予合计 800,000.00 元" in text_of(response)


def test_file_answer_can_be_taken_away_without_choosing_the_file_again(client, world, city):
    client.force_login(city)
    again = client.post(FILE, sent(file=facts_file())).context["again"]
    for data in (sent(again=again, again_name="事实.xlsx"), sent(file=facts_file())):
        response = client.post(FILE, {**data, "as": "file"})
        assert "2023" in response["Content-Disposition"]
        book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        assert book.sheetnames == ["测算", "汇总"]
        assert book["测算"].max_row == 6


def test_file_stores_nothing(client, world, city):
    client.force_login(city)
    before = (
        Determination.objects.count(),
        AwardRun.objects.count(),
        Enterprise.objects.count(),
        Job.objects.count(),
    )
    client.post(FILE, sent(file=facts_file()))
    assert before == (
        Determination.objects.count(),
        AwardRun.objects.count(),
        Enterprise.objects.count(),
        Job.objects.count(),
    )


def test_file_with_errors_lists_sheet_row_and_column(client, world, city):
    file = facts_file()
    book = load_workbook(file)
    book["认定"]["A2"] = "123"
    changed = io.BytesIO()
    book.save(changed)
    changed.seek(0)
    changed.name = "事实.xlsx"
    client.force_login(city)
    response = client.post(FILE, sent(file=changed))
    assert response.status_code == 422
    [problem] = response.context["problems"]
    assert (problem.sheet, problem.row, problem.column, problem.value) == ("认定", 2, "A", "123")
    assert response.context["answer"] is None


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.xlsx"), (b"not a workbook", "a.xlsx"), (b"PK\x03\x04", "a.xlsx"), (b"x", "a.docx")],
)
def test_file_that_is_no_workbook_is_refused_in_words(client, world, city, content, name):
    file = io.BytesIO(content)
    file.name = name
    client.force_login(city)
    response = client.post(FILE, sent(file=file))
    assert response.status_code == 422
    assert response.context["answer"] is None


@pytest.mark.parametrize("data", [{}, {"again": "%%%"}, {"year": "x"}, {"edition": "999999"}])
def test_file_form_without_what_it_needs_is_shown_again(client, world, city, data):
    client.force_login(city)
    assert client.post(FILE, {**sent(), **data}).status_code == 422


def test_file_page_is_for_city_staff(client):
    for trait in ("county", "leader", "finance", "auditor", "sysadmin", "of_enterprise"):
        client.force_login(UserFactory(**{trait: True}))
        assert client.get(FILE).status_code == 403
        assert client.post(FILE).status_code == 403
