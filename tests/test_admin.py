"""The support screens: who sees which rows, nothing changes a record except through a service."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from enterprises.models import ImportBatch
from tests import makers
from tests.factories import (
    AwardRunFactory,
    DeterminationFactory,
    EnterpriseFactory,
    EquipmentInvestmentFactory,
    ImportBatchFactory,
    MajorChangeFactory,
    PlatformAssessmentFactory,
    ProvincialSubsidyFactory,
    RecognitionFactory,
    RevocationFactory,
    UserFactory,
    published_edition,
    region,
)

pytestmark = pytest.mark.django_db
SCREENS = {
    "enterprises_enterprise": EnterpriseFactory,
    "enterprises_importbatch": ImportBatchFactory,
    "tiers_recognition": RecognitionFactory,
    "tiers_majorchange": MajorChangeFactory,
    "tiers_revocation": RevocationFactory,
    "awards_provincialsubsidy": ProvincialSubsidyFactory,
    "awards_platformassessment": PlatformAssessmentFactory,
    "awards_equipmentinvestment": EquipmentInvestmentFactory,
    "awards_awardrun": AwardRunFactory,
    "awards_determination": DeterminationFactory,
    "policies_policyedition": published_edition,
}


def staff(client, **kwargs):
    user = UserFactory(is_staff=True, **kwargs)
    client.force_login(user)
    return user


@pytest.mark.parametrize("screen", SCREENS)
def test_screens_show_records_and_change_nothing(client, screen):
    record = SCREENS[screen]()
    staff(client, region=region("郑州市") if "investment" in screen else region("新乡市"))
    assert client.get(reverse(f"admin:{screen}_changelist")).status_code == 200
    page = client.get(reverse(f"admin:{screen}_change", args=[record.pk]))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert client.post(reverse(f"admin:{screen}_change", args=[record.pk]), {}).status_code == 403
    assert client.get(reverse(f"admin:{screen}_delete", args=[record.pk])).status_code == 403


@pytest.mark.parametrize("screen", [s for s in SCREENS if s != "policies_policyedition"])
def test_screens_hide_records_of_other_cities(client, screen):
    record = SCREENS[screen]()
    staff(client, region=region("新乡市") if "investment" in screen else region("郑州市"))
    assert (
        client.get(reverse(f"admin:{screen}_change", args=[record.pk])).status_code == 302
    )  # "no such record"
    assert str(record.pk) not in [
        str(row.pk) for row in client.get(reverse(f"admin:{screen}_changelist")).context["cl"].result_list
    ]


@pytest.mark.parametrize("screen", SCREENS)
def test_screens_are_closed_to_the_system_administrator(client, screen):
    client.force_login(UserFactory(sysadmin=True))
    assert client.get(reverse(f"admin:{screen}_changelist")).status_code == 403


def test_upload_screen_goes_through_the_service(client):
    user = staff(client)
    content = makers.recognition_list([makers.firm(1)])

    answer = client.post(
        reverse("admin:enterprises_importbatch_add"), {"file": uploaded(content), "kind": ""}
    )

    batch = ImportBatch.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("enterprises:import_detail", args=[batch.pk]))
    assert (batch.uploaded_by, batch.region) == (user, user.region)


def test_upload_screen_refuses_rubbish_in_words(client):
    staff(client)
    answer = client.post(
        reverse("admin:enterprises_importbatch_add"), {"file": uploaded(b"rubbish"), "kind": ""}
    )
    assert answer.status_code == 200
    assert "errornote" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_upload_screen_is_closed_to_auditors(client):
    staff(client, role="auditor")
    assert client.get(reverse("admin:enterprises_importbatch_add")).status_code == 403


def uploaded(content):
    return SimpleUploadedFile("名单.xlsx", content)
