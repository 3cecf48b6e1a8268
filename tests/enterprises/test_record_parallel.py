"""Two people at the same moment: both keep what they said, a file is kept once, a number is registered once."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from core.errors import DomainError
from enterprises.enums import Source
from enterprises.models import Evidence, FirmProfile, IntellectualProperty
from enterprises.queries import answers_of
from enterprises.services import add_evidence, save_answers, save_item
from tests.enterprises.test_record_items import FILLED
from tests.factories import EnterpriseFactory, UserFactory
from tests.makers import pdf

TODAY = datetime.date(2026, 11, 3)
MARK = {"source": Source.FIRM, "as_of": TODAY, "actor": None}

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def at_once(*acts):
    """Run the acts in threads that start together; what each returned, or the sentence of its refusal."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            return act()
        except DomainError as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_first_answers_of_two_people_are_both_kept():
    firm = EnterpriseFactory()
    said = [{"own_brand": True}, {"brands": 3}, {"staff.2025": 9}, {"revenue.2025": 10_000}]
    at_once(
        *(lambda answers=answers: save_answers(enterprise=firm, answers=answers, **MARK) for answers in said)
    )
    assert answers_of(firm, (2025,)) == {
        "own_brand": "yes", "brands": "3", "staff.2025": "9", "revenue.2025": "1.00",
    }  # fmt: skip
    assert FirmProfile.objects.count() == 1


def test_same_file_from_two_people_is_kept_once():
    firm, person = EnterpriseFactory(), UserFactory()

    def upload():
        return add_evidence(enterprise=firm, file=ContentFile(pdf(), name="x.pdf"), actor=person)

    first, second = at_once(upload, upload)
    assert first == second == Evidence.objects.get()


def test_same_number_from_two_people_is_registered_once():
    firm = EnterpriseFactory()

    def register():
        return save_item(enterprise=firm, kind="ip", answers=FILLED["ip"], **MARK)

    answers = at_once(register, register)
    assert sorted(isinstance(answer, str) for answer in answers) == [False, True]
    assert IntellectualProperty.objects.count() == 1
