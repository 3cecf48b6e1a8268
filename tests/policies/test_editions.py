import hashlib

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, transaction

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from policies.models import PolicyEdition, StandardEdition
from policies.queries import edition_for, policy_of
from policies.services import publish_edition
from tests.policies import worked

pytestmark = pytest.mark.django_db
XINXIANG = (worked.DOCUMENTS / "xinxiang-2022-8.toml").read_text(encoding="utf-8")


def successor(start="2026-01-01", until="2028-12-31"):
    text = XINXIANG.replace("xinxiang-2022-8", "xinxiang-next").replace(
        "valid_until = 2025-12-31", f"valid_until = {until}"
    )
    return text.replace("valid_from = 2022-01-27", f"valid_from = {start}")


def test_published_edition_says_what_the_document_says():
    edition = publish_edition(text=XINXIANG, actor=None)

    assert (edition.slug, edition.revision, edition.city_code) == ("xinxiang-2022-8", 1, "410700")
    assert edition.sha256 == hashlib.sha256(XINXIANG.encode()).hexdigest()
    assert policy_of(edition).number == edition.number
    assert policy_of(edition) is policy_of(PolicyEdition.objects.get())
    assert AuditEntry.objects.filter(action="发布政策").count() == 1


def test_same_text_is_published_once():
    first = publish_edition(text=XINXIANG, actor=None)
    assert publish_edition(text=XINXIANG.replace("\n", "\r\n"), actor=None) == first
    assert PolicyEdition.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"text": "x"}, {"sha256": "0" * 64}, {"valid_until": "2030-12-31"}, {"published_by": None}]
)
def test_published_text_never_changes(change):
    edition = publish_edition(text=XINXIANG, actor=None)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        PolicyEdition.objects.filter(pk=edition.pk).update(**change)
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        edition.delete()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"sha256": "0" * 64}, "hash_is_of_the_text"),
        ({"city_code": "41070x"}, "city_is_a_code"),
        ({"valid_until": "2022-01-26"}, "period_in_order"),
        ({"text": "y", "sha256": hashlib.sha256(b"y").hexdigest()}, "revision_once"),
        ({"slug": "other"}, "text_once"),
    ],
)
def test_database_refuses_a_wrong_edition(change, constraint):
    edition = publish_edition(text=XINXIANG, actor=None)
    copy = PolicyEdition.objects.get(pk=edition.pk)
    copy.pk, copy._state.adding = None, True
    if constraint not in ("revision_once", "text_once"):
        text = change.get("text", "y")
        change = {"slug": "other", "text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()} | change
    for field, value in change.items():
        setattr(copy, field, value)
    with pytest.raises(IntegrityError, match=f"policies_policyedition_{constraint}"), transaction.atomic():
        copy.save()


def test_changed_text_needs_a_higher_revision():
    publish_edition(text=XINXIANG, actor=None)
    changed = XINXIANG.replace("amount = 500_000", "amount = 400_000")

    with pytest.raises(Conflict, match="revision 改为 2"):
        publish_edition(text=changed, actor=None)

    corrected = publish_edition(text=changed.replace("revision = 1", "revision = 2"), actor=None)
    assert edition_for("410700", 2024) == corrected
    assert PolicyEdition.objects.count() == 2


def test_correction_stays_in_its_city():
    publish_edition(text=XINXIANG, actor=None)
    moved = XINXIANG.replace("revision = 1", "revision = 2").replace("410700", "410100")
    with pytest.raises(DomainError, match="不能换市"):
        publish_edition(text=moved, actor=None)


def test_second_scheme_for_a_year_is_refused():
    publish_edition(text=XINXIANG, actor=None)
    with pytest.raises(Conflict, match="同一年度"):
        publish_edition(text=successor(start="2025-12-31"), actor=None)
    publish_edition(text=successor(), actor=None)


def test_unreadable_text_is_refused_with_its_slip():
    with pytest.raises(DomainError, match=r"XX-NAT 的 amount"):
        publish_edition(text=XINXIANG.replace("amount = 500_000", "amount = 0"), actor=None)
    assert not PolicyEdition.objects.exists()


def test_edition_for_a_year():
    first = publish_edition(text=XINXIANG, actor=None)
    assert [edition_for("410700", year) for year in (2021, 2022, 2025, 2026, 2030)] == [first] * 5
    assert edition_for("410100", 2024) is None

    second = publish_edition(text=successor(), actor=None)
    assert edition_for("410700", 2025) == first
    assert [edition_for("410700", year) for year in (2026, 2028, 2031)] == [second] * 3


def test_load_policies_publishes_every_document_once(capsys):
    call_command("load_policies")
    call_command("load_policies")

    documents = sorted(path.stem for path in worked.DOCUMENTS.rglob("*.toml"))
    editions = PolicyEdition.objects.values_list("slug"), StandardEdition.objects.values_list("slug")
    assert sorted(slug for found in editions for (slug,) in found) == documents
    assert capsys.readouterr().out.count("早已发布") == len(documents)


def test_load_policies_names_the_bad_file(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text("slug = 1", encoding="utf-8")
    with pytest.raises(CommandError, match=r"bad\.toml"):
        call_command("load_policies", bad)
    with pytest.raises(CommandError, match="读不出来"):
        call_command("load_policies", tmp_path / "none.toml")
