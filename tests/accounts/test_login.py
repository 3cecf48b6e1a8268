from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.enums import Role
from accounts.models import User
from accounts.passwords import ThreeClassesValidator
from core.models import AuditEntry
from tests.factories import UserFactory


@pytest.fixture
def user():
    user = UserFactory(username="wang")
    user.set_password("Right-2026")
    user.save()
    return user


@pytest.mark.django_db
def test_login_opens_the_home_page_and_is_audited(client, user):
    response = client.post("/accounts/login/", {"login": "wang", "password": "Right-2026"})

    assert (response.status_code, response.url) == (302, "/")
    assert AuditEntry.objects.get().action == "登录"


@pytest.mark.django_db
def test_login_locks_after_five_wrong_passwords_even_for_the_right_one(client, user):
    for _ in range(5):
        client.post("/accounts/login/", {"login": "wang", "password": "wrong"})

    response = client.post("/accounts/login/", {"login": "wang", "password": "Right-2026"})

    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_unknown_user_and_wrong_password_read_the_same(client, user):
    def message(name):
        response = client.post("/accounts/login/", {"login": name, "password": "wrong"})
        return response.context["form"].errors

    assert message("wang") == message("nobody")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_parallel_burst_checks_at_most_five_passwords(user, monkeypatch):
    checked = []
    original = User.check_password
    monkeypatch.setattr(User, "check_password", lambda self, raw: checked.append(raw) or original(self, raw))

    def attempt(n):
        try:
            return authenticate(None, username="wang", password=f"wrong{n}")
        except PermissionDenied:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(attempt, range(32)))
    assert len(checked) <= 5


@pytest.mark.django_db
def test_signup_is_closed(client):
    assert "account_closed" in str(client.get("/accounts/signup/").content) or client.get(
        "/accounts/signup/"
    ).status_code in (200, 302)
    before = User.objects.count()
    client.post("/accounts/signup/", {"username": "x", "password1": "Aa1-aaaa", "password2": "Aa1-aaaa"})
    assert User.objects.count() == before


@pytest.mark.parametrize(
    ("password", "good"), [("abcdefgh1", False), ("Abcdefgh1", True), ("abc-1234", True)]
)
def test_password_needs_three_classes(password, good):
    if good:
        ThreeClassesValidator().validate(password)
    else:
        with pytest.raises(ValidationError):
            ThreeClassesValidator().validate(password)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role.values if role not in ("enterprise", "sysadmin")])
def test_database_refuses_staff_without_a_region(role):
    with pytest.raises(IntegrityError, match="region_matches_role"), transaction.atomic():
        UserFactory(role=role, region=None)


@pytest.mark.django_db
def test_database_refuses_county_staff_in_the_admin():
    with pytest.raises(IntegrityError, match="admin_is_for_city_audit_and_system"), transaction.atomic():
        UserFactory(county=True, is_staff=True)


@pytest.mark.django_db
def test_database_refuses_a_superuser():
    with pytest.raises(IntegrityError, match="nobody_is_superuser"), transaction.atomic():
        UserFactory(sysadmin=True, is_superuser=True)
