import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from core.models import AuditEntry
from tests.factories import UserFactory, region

pytestmark = pytest.mark.django_db


@pytest.fixture
def sysadmin(client):
    user = UserFactory(sysadmin=True)
    client.force_login(user)
    return user


def test_sysadmin_adds_a_user_and_it_is_audited(client, sysadmin):
    response = client.post(
        "/admin/accounts/user/add/",
        {
            "username": "li",
            "full_name": "李雪梅",
            "role": "county",
            "region": region("红旗区").pk,
            "usable_password": "true",
            "password1": "Start-2026",
            "password2": "Start-2026",
        },
    )

    assert response.status_code == 302, response.context["adminform"].errors
    assert User.objects.get(username="li").region.name == "红旗区"
    assert AuditEntry.objects.get(action="维护用户").data["changed"]["role"] == [None, "county"]


@pytest.mark.parametrize(
    "path", ["/admin/accounts/user/", "/admin/accounts/region/", "/admin/authtoken/tokenproxy/"]
)
def test_business_roles_do_not_manage_users(client, path):
    client.force_login(UserFactory(is_staff=True))
    assert client.get(path).status_code == 403


def test_nobody_deletes_users(client, sysadmin):
    assert client.get(f"/admin/accounts/user/{sysadmin.pk}/delete/").status_code == 403


def test_create_sysadmin_makes_one_without_business_rights():
    call_command("create_sysadmin", "root1", password="Strong-2026")
    user = User.objects.get()
    assert (user.role, user.is_staff, user.is_superuser, user.region) == ("sysadmin", True, False, None)


def test_create_sysadmin_refuses_a_weak_password():
    with pytest.raises(CommandError):
        call_command("create_sysadmin", "root1", password="aaaaaaaa")
    assert not User.objects.exists()
