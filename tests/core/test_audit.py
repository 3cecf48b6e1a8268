import pytest
from django.db import InternalError, transaction

from core import audit
from core.models import AuditEntry
from tests.factories import EnterpriseFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_record_keeps_who_did_what_to_which_record():
    user, enterprise = UserFactory(full_name="王建军"), EnterpriseFactory(name="新乡甲公司")

    audit.record("enterprises.renamed", enterprise, actor=user, old="乙")

    [entry] = AuditEntry.objects.all()
    assert (entry.actor_name, entry.action, entry.subject, entry.subject_name, entry.data) == (
        "王建军",
        "enterprises.renamed",
        f"enterprises.enterprise:{enterprise.pk}",
        "新乡甲公司",
        {"old": "乙"},
    )


def test_record_without_a_person_is_the_system():
    assert audit.record("开始测算", EnterpriseFactory(), actor=None).actor_name == "系统"


@pytest.mark.parametrize("change", [lambda q: q.update(action="x"), lambda q: q.delete()])
def test_database_refuses_to_change_the_trail(change):
    audit.record("a", EnterpriseFactory(), actor=None)
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        change(AuditEntry.objects.all())
