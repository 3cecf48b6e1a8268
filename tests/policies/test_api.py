import pytest
from rest_framework.test import APIClient

from tests.factories import UserFactory, published_edition

pytestmark = pytest.mark.django_db


def client(user):
    api = APIClient()
    api.force_login(user)
    return api


@pytest.mark.parametrize("traits", [{}, {"of_enterprise": True}, {"sysadmin": True}])
def test_editions_are_open_to_everybody_who_is_signed_in(traits):
    edition = published_edition()
    api = client(UserFactory(**traits))
    [row] = api.get("/api/policies/").json()["results"]
    assert (row["id"], row["slug"], row["sha256"]) == (edition.pk, edition.slug, edition.sha256)
    assert "text" not in row


def test_one_edition_carries_its_text():
    edition = published_edition()
    body = client(UserFactory()).get(f"/api/policies/{edition.pk}/").json()
    assert body["text"] == edition.text


def test_editions_cannot_be_written():
    edition = published_edition()
    api = client(UserFactory())
    assert api.patch(f"/api/policies/{edition.pk}/", {"text": "x"}, format="json").status_code == 405
    assert api.delete(f"/api/policies/{edition.pk}/").status_code == 405
