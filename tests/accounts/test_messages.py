"""The inbox: what a person sees, what counts as read, how they want to be told."""

import pytest
from django.urls import reverse

from accounts.enums import MailMode, Role
from accounts.models import Message, MessageSetting, SavedFilter
from accounts.services import FILTERS, read_messages, save_filter, tell
from core.errors import Conflict, DomainError
from core.fields import FieldError
from core.models import AuditEntry
from tests.factories import MessageFactory, UserFactory

pytestmark = pytest.mark.django_db
INBOX = "accounts:message_list"


@pytest.fixture
def user(client):
    user = UserFactory(of_enterprise=True)
    client.force_login(user)
    return user


def test_tell_reaches_each_person_once_per_key(user):
    other = UserFactory()
    for _ in range(2):
        tell(recipients=[user, other], kind="case", key="case:1", title="长" * 300)
    assert Message.objects.count() == 2
    assert len(Message.objects.visible_to(user).get().title) == 120


def test_inbox_shows_own_messages_newest_first(client, user):
    older, newer = MessageFactory(recipient=user), MessageFactory(recipient=user)
    MessageFactory()

    page = client.get(reverse(INBOX)).context["page"]

    assert list(page) == [newer, older]


def test_inbox_tabs_count_the_rows_they_show(client, user):
    read = MessageFactory(recipient=user, kind="deadline")
    unread = MessageFactory(recipient=user)
    client.post(reverse("accounts:message_open", args=[read.pk]))

    response = client.get(reverse(INBOX))
    shown = {
        tab["label"]: {m.pk for m in client.get(reverse(INBOX) + tab["url"]).context["page"]}
        for tab in response.context["tabs"]
    }

    assert shown == {"全部": {read.pk, unread.pk}, "未读": {unread.pk}}
    assert [tab["count"] for tab in response.context["tabs"]] == [2, 1]
    only_deadlines = client.get(reverse(INBOX), {"kind": "deadline"}).context
    assert [m.pk for m in only_deadlines["page"]] == [read.pk]
    assert [tab["count"] for tab in only_deadlines["tabs"]] == [1, 0]


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("/enterprises/", "/enterprises/"),
        ("", "/messages/"),
        ("//evil.example/x", "/messages/"),
        ("https://evil.example/", "/messages/"),
    ],
)
def test_opening_marks_as_read_and_leads_to_a_page_of_the_portal(client, user, url, target):
    message = MessageFactory(recipient=user, url=url)

    response = client.post(reverse("accounts:message_open", args=[message.pk]))

    assert (response.status_code, response.url) == (302, target)
    message.refresh_from_db()
    first = message.read_at
    assert first is not None
    client.post(reverse("accounts:message_open", args=[message.pk]))
    message.refresh_from_db()
    assert message.read_at == first


def test_messages_of_others_stay_theirs(client, user):
    message = MessageFactory()
    assert client.post(reverse("accounts:message_open", args=[message.pk])).status_code == 404
    client.post(reverse("accounts:message_read_all"), {"upto": message.pk})
    message.refresh_from_db()
    assert message.read_at is None


def test_read_all_leaves_what_came_later(client, user):
    seen = MessageFactory(recipient=user)
    later = MessageFactory(recipient=user)

    client.post(reverse("accounts:message_read_all"), {"upto": seen.pk})

    assert set(Message.objects.unread()) == {later}
    assert read_messages(user=user, upto=later.pk) == 1
    assert read_messages(user=user, upto=later.pk) == 0


@pytest.mark.parametrize("upto", ["", "x", "-1", "9" * 40, "１２"])
def test_read_all_with_nonsense_changes_nothing(client, user, upto):
    MessageFactory(recipient=user)
    assert client.post(reverse("accounts:message_read_all"), {"upto": upto}).status_code == 302
    assert Message.objects.unread().count() == 1


@pytest.mark.parametrize(("count", "badge"), [(0, None), (1, ">1<"), (99, ">99<"), (100, ">99+<")])
def test_badge_counts_unread_messages(client, user, count, badge):
    MessageFactory.create_batch(count, recipient=user)
    text = client.get(reverse("reports:home")).content.decode()
    assert "站内信" in text
    assert (badge in text) if badge else "badge-count" not in text


def test_badge_is_not_asked_for_by_fragments(client, django_assert_num_queries, rf):
    from config.menu import shell

    request = rf.get("/")
    request.user = UserFactory()
    with django_assert_num_queries(0):
        shell(request)


@pytest.mark.parametrize("count", [1, 3])
def test_inbox_costs_the_same_queries_for_any_number_of_messages(
    client, user, count, django_assert_max_num_queries
):
    MessageFactory.create_batch(count, recipient=user)
    with django_assert_max_num_queries(8):
        client.get(reverse(INBOX))


# ---- settings -------------------------------------------------------------------------------------------


def test_settings_are_kept_as_the_kinds_that_are_not_mailed(client, user):
    response = client.post(
        reverse("accounts:message_settings"),
        {"email": "a@example.com", "mail": "digest", "kinds": ["case", "return", "deadline"]},
    )

    assert response.status_code == 302
    setting = MessageSetting.objects.get(user=user)
    assert (setting.mail, setting.muted) == (MailMode.DIGEST, ["result", "title"])
    user.refresh_from_db()
    assert user.email == "a@example.com"
    assert AuditEntry.objects.filter(action="修改邮箱").count() == 1
    initial = client.get(reverse("accounts:message_settings")).context["form"].initial
    assert initial == {"email": "a@example.com", "mail": "digest", "kinds": ["case", "return", "deadline"]}


def test_settings_refuse_a_bad_address_and_keep_what_was_typed(client, user):
    response = client.post(reverse("accounts:message_settings"), {"email": "不是邮箱", "mail": "none"})
    assert response.status_code == 200
    assert "不是邮箱" in response.content.decode()
    assert not MessageSetting.objects.exists()


def test_settings_say_that_the_last_mail_came_back(client, user):
    MessageFactory(recipient=user, mail_error="550 no such user")
    assert "550 no such user" in client.get(reverse("accounts:message_settings")).content.decode()


# ---- saved filters --------------------------------------------------------------------------------------


def test_saved_filter_keeps_the_conditions_without_page_and_blanks(client, user):
    response = client.post(
        reverse("accounts:filter_save"),
        {"page": INBOX, "name": " 期限 ", "query": "kind=deadline&page=3&unread="},
    )
    [saved] = SavedFilter.objects.all()
    assert (saved.user, saved.page, saved.name, saved.query) == (user, INBOX, "期限", "kind=deadline")
    assert response.url == "/messages/?kind=deadline"


def test_saved_filter_names_are_taken_once_per_person_and_page(user):
    save_filter(user=user, page=INBOX, name="期限", query="kind=deadline")
    save_filter(user=user, page="tiers:work_list", name="期限", query="")
    save_filter(user=UserFactory(), page=INBOX, name="期限", query="")
    with pytest.raises(Conflict, match="期限"):
        save_filter(user=user, page=INBOX, name="期限", query="kind=case")


@pytest.mark.parametrize("name", ["", "  ", "长" * 31, "a\x00b"])
def test_saved_filter_refuses_a_bad_name(client, user, name):
    with pytest.raises(FieldError):
        save_filter(user=user, page=INBOX, name=name, query="")
    response = client.post(
        reverse("accounts:filter_save"), {"page": INBOX, "name": name, "query": "kind=case"}
    )
    assert (response.status_code, response.url) == (302, "/messages/?kind=case")
    assert not SavedFilter.objects.exists()


def test_saved_filter_refuses_a_query_that_is_too_long_and_too_many(user):
    with pytest.raises(DomainError, match="太长"):
        save_filter(user=user, page=INBOX, name="长", query="q=" + "x" * 500)
    for n in range(FILTERS):
        save_filter(user=user, page=INBOX, name=f"筛选{n}", query="")
    with pytest.raises(DomainError, match=str(FILTERS)):
        save_filter(user=user, page=INBOX, name="再来一个", query="")


@pytest.mark.parametrize("page", ["", "no:such", "accounts:message_open", "x" * 300])
def test_saved_filter_of_no_page_does_not_exist(client, user, page):
    assert client.post(reverse("accounts:filter_save"), {"page": page, "name": "a"}).status_code == 404


def test_saved_filter_is_deleted_by_its_owner_only(client, user):
    mine = save_filter(user=user, page=INBOX, name="期限", query="kind=deadline")
    other = save_filter(user=UserFactory(), page=INBOX, name="期限", query="")
    assert client.post(reverse("accounts:filter_delete", args=[other.pk])).status_code == 404
    assert client.post(reverse("accounts:filter_delete", args=[mine.pk])).url == "/messages/?kind=deadline"
    assert set(SavedFilter.objects.all()) == {other}


# ---- API ------------------------------------------------------------------------------------------------


def test_api_lists_and_reads_own_messages(client, user):
    mine = MessageFactory(recipient=user)
    other = MessageFactory()

    listed = client.get(reverse("api:message-list"), {"unread": "true"}).json()
    assert [row["id"] for row in listed["results"]] == [mine.pk]
    assert client.post(reverse("api:message-read", args=[other.pk])).status_code == 404
    assert client.post(reverse("api:message-read", args=[mine.pk])).json()["read_at"] is not None
    assert client.get(reverse("api:message-list"), {"unread": "true"}).json()["count"] == 0
    answer = client.post(reverse("api:message-read-all"), {"upto": other.pk}, content_type="application/json")
    assert answer.json() == {"read": 0}


@pytest.mark.parametrize("body", [{}, {"upto": "x"}, {"upto": -1}, {"upto": 2**70}])
def test_api_read_all_refuses_nonsense(client, user, body):
    answer = client.post(reverse("api:message-read-all"), body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("role", Role)
def test_everybody_has_an_inbox(client, role):
    traits = {"enterprise": "of_enterprise", "city": ""}
    trait = traits.get(role, str(role))
    client.force_login(UserFactory(**({trait: True} if trait else {})))
    assert client.get(reverse(INBOX)).status_code == 200
