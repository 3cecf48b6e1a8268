"""Publishing standards: which edition is used on which day, and what is refused."""

import hashlib
import threading
from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, InternalError, connection, transaction

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from policies.models import StandardEdition, StandardPeriod
from policies.queries import size_table, standard_edition_for, standard_of
from policies.services import publish_standard
from tests.policies.standards import worked

pytestmark = pytest.mark.django_db
INNOVATIVE = worked.text("miit-63-innovative")
TIERS = "innovative", "tech_sme", "provincial_srdi", "national_giant"


def edition(tier, kind, on):
    found = standard_edition_for(tier, kind, on)
    return found.slug if found else None


def revised(text, revision, start="2022-08-01", until=None):
    until = f"\nuntil = {until}" if until else ""
    return text.replace("revision = 1", f"revision = {revision}").replace(
        "from = 2022-08-01", f"from = {start}{until}"
    )


@pytest.fixture
def published():
    for slug in worked.slugs():
        publish_standard(text=worked.text(slug), actor=None)


@pytest.mark.parametrize(
    ("tier", "kind", "days"),
    [
        (
            "innovative",
            "new",
            {"2022-07-31": None, "2022-08-01": "miit-63-innovative", "2022-08-02": "miit-63-innovative",
             "2026-04-01": "miit-63-innovative", "2030-12-31": "miit-63-innovative"},
        ),
        ("tech_sme", "new", {"2017-05-02": None, "2017-05-03": "most-115-tech", "2026-08-31": "most-115-tech"}),
        ("tech_sme", "review", {"2026-08-31": None}),
        (
            "provincial_srdi",
            "new",
            {"2022-07-31": None, "2022-08-01": "miit-63-provincial", "2026-03-30": "miit-63-provincial",
             "2026-03-31": "miit-63-provincial", "2026-04-01": "miit-2-provincial",
             "2026-04-02": "miit-2-provincial"},
        ),
        (
            "provincial_srdi",
            "review",
            {"2026-03-31": "miit-63-provincial", "2026-04-01": "miit-2-provincial",
             "2026-12-31": "miit-2-provincial"},
        ),
        (
            "national_giant",
            "new",
            {"2022-07-31": None, "2022-08-01": "miit-63-giant", "2026-03-31": "miit-63-giant",
             "2026-04-01": "miit-2-giant", "2026-04-25": "miit-2-giant"},
        ),
        (
            "national_giant",
            "review",
            {"2026-03-31": "miit-63-giant", "2026-04-01": "miit-63-giant", "2026-05-25": "miit-63-giant",
             "2026-12-30": "miit-63-giant", "2026-12-31": "miit-63-giant", "2027-01-01": "miit-2-giant",
             "2027-01-02": "miit-2-giant"},
        ),
    ],
)  # fmt: skip
def test_edition_by_tier_kind_and_acceptance_date(published, tier, kind, days):
    assert {day: edition(tier, kind, date.fromisoformat(day)) for day in days} == days


def test_size_table_of_a_day(published):
    assert size_table(date(2011, 6, 17)) is None
    assert size_table(date(2011, 6, 18)) == worked.standard("miit-300-sizes").sizes


def test_published_standard_says_what_the_document_says():
    found = publish_standard(text=INNOVATIVE, actor=None)
    assert (found.slug, found.revision, found.tier) == ("miit-63-innovative", 1, "innovative")
    assert found.sha256 == hashlib.sha256(INNOVATIVE.encode()).hexdigest()
    assert standard_of(found) is standard_of(StandardEdition.objects.get())
    assert sorted(found.periods.values_list("kind", "valid_from", "valid_until")) == [
        ("new", date(2022, 8, 1), None),
        ("review", date(2022, 8, 1), None),
    ]
    assert AuditEntry.objects.filter(action="发布认定标准").count() == 1


def test_same_text_is_published_once():
    first = publish_standard(text=INNOVATIVE, actor=None)
    assert publish_standard(text=INNOVATIVE.replace("\n", "\r\n"), actor=None) == first
    assert StandardEdition.objects.count() == AuditEntry.objects.count() == 1
    assert StandardPeriod.objects.count() == 2


def test_unreadable_text_is_refused_with_its_slip():
    with pytest.raises(DomainError, match=r"评分项 rd_ratio 的 indicator"):
        publish_standard(text=INNOVATIVE.replace('"rd_ratio"\nat', '"rd"\nat'), actor=None)
    assert not StandardEdition.objects.exists()


def test_changed_text_needs_a_higher_revision():
    publish_standard(text=INNOVATIVE, actor=None)
    changed = INNOVATIVE.replace("total = 60", "total = 61")
    with pytest.raises(Conflict, match="revision 改为 2"):
        publish_standard(text=changed, actor=None)
    moved = revised(changed, 2).replace('tier = "innovative"', 'tier = "provincial_srdi"')
    with pytest.raises(DomainError, match="不能换层级"):
        publish_standard(text=moved, actor=None)


@pytest.mark.parametrize("kind", ["new", "review"])
def test_revision_takes_over_from_its_first_day(kind):
    first = publish_standard(text=INNOVATIVE, actor=None)
    second = publish_standard(text=revised(INNOVATIVE, 2, "2026-07-01"), actor=None)
    days = [date(2022, 8, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2)]
    found = [standard_edition_for("innovative", kind, day) for day in days]
    assert found == [first, first, second, second]


def test_revision_from_the_first_day_replaces_the_one_before():
    publish_standard(text=INNOVATIVE, actor=None)
    publish_standard(text=revised(INNOVATIVE, 2, "2026-07-01"), actor=None)
    third = publish_standard(text=revised(INNOVATIVE, 3), actor=None)
    assert set(StandardPeriod.objects.values_list("edition", flat=True)) == {third.pk}
    assert StandardEdition.objects.count() == 3  # cases stay pinned to the text they were assessed by


def test_other_standard_for_the_same_days_is_refused():
    publish_standard(text=INNOVATIVE, actor=None)
    other = INNOVATIVE.replace("miit-63-innovative", "other")
    with pytest.raises(Conflict, match="一个受理日期只能有一份标准"):
        publish_standard(text=other, actor=None)
    with pytest.raises(Conflict):
        publish_standard(text=revised(other, 1, "2000-01-01", "2022-08-01"), actor=None)
    assert StandardEdition.objects.count() == 1
    publish_standard(text=revised(other, 1, "2000-01-01", "2022-07-31"), actor=None)
    assert edition("innovative", "new", date(2022, 7, 31)) == "other"


def test_database_refuses_overlapping_periods():
    found = publish_standard(text=INNOVATIVE, actor=None)
    with pytest.raises(IntegrityError, match="no_overlap_innovative_new"), transaction.atomic():
        StandardPeriod.objects.create(
            edition=found, tier="innovative", kind="new", valid_from=date(2030, 1, 1)
        )
    with pytest.raises(IntegrityError, match="in_order"), transaction.atomic():
        StandardPeriod.objects.create(
            edition=found,
            tier="innovative",
            kind="new",
            valid_from=date(2020, 1, 2),
            valid_until=date(2020, 1, 1),
        )


@pytest.mark.parametrize("change", [{"text": "x"}, {"revision": 9}, {"published_by": None}])
def test_published_standard_never_changes(change):
    found = publish_standard(text=INNOVATIVE, actor=None)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        StandardEdition.objects.filter(pk=found.pk).update(**change)
    found.periods.all().delete()
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        found.delete()


def test_load_policies_publishes_the_standards(tmp_path, capsys):
    call_command("load_policies", worked.FOLDER / "miit-63-innovative.toml")
    call_command("load_policies", worked.FOLDER / "miit-63-innovative.toml")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("已发布 miit-63-innovative")
    assert second.startswith("早已发布 miit-63-innovative")
    assert StandardEdition.objects.get().tier == "innovative"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_publications_at_once_give_one_edition():
    failures = []

    def publish():
        try:
            publish_standard(text=INNOVATIVE, actor=None)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (StandardEdition.objects.count(), StandardPeriod.objects.count()) == (1, 2)
