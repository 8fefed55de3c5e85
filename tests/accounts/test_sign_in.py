"""The door: limits and lock-out, no fixation, no open redirect, no answer to who has an account."""

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.accounts.helpers import is_signed_in, links_in, sign_in
from tests.factories import PASSWORD

GOOD = "seven-quiet-harbours"


def test_signing_in_by_address_whatever_its_case(client: Client, reader: User) -> None:
    assert sign_in(client, reader.email.upper())["Location"] == "/"
    assert is_signed_in(client)


def test_the_session_key_changes_at_sign_in(client: Client, reader: User) -> None:
    """Whoever planted a session before the sign-in holds nothing after it."""
    session = client.session
    session["planted"] = "yes"
    session.save()
    before = str(session.session_key)
    client.cookies["sessionid"] = before
    sign_in(client, reader)
    assert client.session.session_key != before
    thief = Client()
    thief.cookies["sessionid"] = before
    assert not is_signed_in(thief)


def test_a_sign_in_ends_with_the_browser(client: Client, reader: User) -> None:
    sign_in(client, reader)
    cookie = client.cookies["sessionid"]
    assert (cookie["expires"], cookie["max-age"]) == ("", "")
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_and_after_a_long_shift(client: Client, reader: User) -> None:
    with time_machine.travel("2026-11-23 06:00+00:00", tick=False) as clock:
        sign_in(client, reader)
        clock.shift(11 * 3600)
        assert is_signed_in(client)
        clock.shift(2 * 3600)
        assert not is_signed_in(client)


def test_wrong_password_and_unknown_address_read_alike(client: Client, reader: User) -> None:
    known = sign_in(client, reader.email, "wrong")
    unknown = sign_in(client, "nobody@nowhere.example", "wrong")
    assert known.status_code == unknown.status_code
    errors = [page.context["form"].errors for page in (known, unknown)]  # type: ignore[attr-defined]
    assert errors[0] == errors[1]


def test_five_wrong_passwords_lock_the_address_for_five_minutes(
    client: Client, reader: User
) -> None:
    with time_machine.travel("2026-11-23 08:00+00:00", tick=False) as clock:
        for n in range(5):
            sign_in(client, reader, "wrong", REMOTE_ADDR=f"192.0.2.{n}")
        locked = sign_in(client, reader, REMOTE_ADDR="192.0.2.99")
        assert "Too many failed login attempts" in locked.content.decode()
        assert not is_signed_in(client)
        clock.shift(301)
        sign_in(client, reader, REMOTE_ADDR="192.0.2.99")
        assert is_signed_in(client)


def test_an_unknown_address_locks_in_the_same_way(client: Client, db: None) -> None:
    pages = [
        sign_in(client, "nobody@nowhere.example", "wrong", REMOTE_ADDR=f"192.0.2.{n}")
        for n in range(6)
    ]
    assert "Too many failed login attempts" in pages[-1].content.decode()
    assert "Too many failed login attempts" not in pages[-2].content.decode()


def test_one_address_cannot_try_many_accounts(client: Client, reader: User) -> None:
    for n in range(10):
        sign_in(client, f"guess{n}@harbour.example", "wrong", REMOTE_ADDR="198.51.100.7")
    refused = sign_in(client, reader, REMOTE_ADDR="198.51.100.7")
    assert "Too many failed login attempts" in refused.content.decode()
    for n in range(20):
        refused = sign_in(client, f"g{n}@harbour.example", "wrong", REMOTE_ADDR="198.51.100.7")
    assert refused.status_code == 429
    assert "Fracture platform" in refused.content.decode()
    sign_in(client, reader, REMOTE_ADDR="203.0.113.1")
    assert is_signed_in(client)


def test_a_forged_forwarding_header_is_no_other_address(client: Client, reader: User) -> None:
    for n in range(10):
        sign_in(client, f"g{n}@x.example", "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}")
    refused = sign_in(client, reader, HTTP_X_FORWARDED_FOR="203.0.113.77")
    assert "Too many failed login attempts" in refused.content.decode()


def test_guessing_many_names_pushes_no_counter_out(db: None) -> None:
    cache.set("counter", 5, 300)
    for n in range(500):
        cache.set(f"guess-{n}", 1, 300)
    assert cache.get("counter") == 5


def test_right_password_of_a_closed_account(client: Client, reader: User) -> None:
    User.objects.filter(pk=reader.pk).update(is_active=False)
    refused = sign_in(client, reader)
    assert refused["Location"] == reverse("account_inactive")
    assert not is_signed_in(client)
    assert "not correct" in sign_in(client, reader, "wrong").content.decode()


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https://evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "https:/evil.example",
        "//testserver@evil.example",
    ],
)
def test_open_redirects_are_refused(client: Client, reader: User, evil: str) -> None:
    door = reverse("account_login")
    client.get(door, {"next": evil})
    answer = client.post(door, {"login": reader.email, "password": PASSWORD, "next": evil})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get(door, {"next": evil})["Location"] == "/"
    assert client.post(reverse("account_logout"), {"next": evil})["Location"] == door


def test_one_comes_back_to_where_one_was_going(client: Client, reader: User) -> None:
    wanted = reverse("mfa_index")
    sent = client.get(wanted)
    assert sent["Location"] == f"{reverse('account_login')}?next={wanted}"
    page = client.get(sent["Location"]).content.decode()
    assert f'value="{wanted}"' in page
    door = reverse("account_login")
    back = client.post(door, {"login": reader.email, "password": PASSWORD, "next": wanted})
    assert back["Location"] == wanted


@pytest.mark.parametrize(
    "page", ["signup/", "email/", "confirm-email/", "confirm-email/x/", "password/set/"]
)
def test_nobody_signs_up(client: Client, reader: User, page: str) -> None:
    address = f"/account/{page}"
    assert client.get(address).status_code == 404
    assert client.post(address, {"email": "a@b.example", "password1": GOOD}).status_code == 404
    client.force_login(reader)
    assert client.get(address).status_code == 404
    assert User.objects.count() == 1


class TestForgottenPassword:
    def ask(self, client: Client, email: str) -> str:
        answer = client.post(reverse("account_reset_password"), {"email": email})
        assert answer.status_code == 302
        return answer["Location"]

    def test_answers_alike_for_every_address(self, client: Client, reader: User) -> None:
        closed = User.objects.create_user(
            "closed@x.example", PASSWORD, organization=reader.organization, role=reader.role
        )
        User.objects.filter(pk=closed.pk).update(is_active=False)
        emails = [reader.email, "nobody@nowhere.example", closed.email]
        assert len({self.ask(client, email) for email in emails}) == 1
        assert [letter.to for letter in mail.outbox] == [[email] for email in emails]
        with_link = [bool(links_in(letter.body)) for letter in mail.outbox]
        assert with_link == [True, False, False]

    def test_the_link_works_once_and_ends_other_sessions(
        self, client: Client, reader: User
    ) -> None:
        elsewhere = Client()
        sign_in(elsewhere, reader)
        self.ask(client, reader.email)
        [link] = links_in(mail.outbox[0].body)
        step = client.get(link)
        assert step.status_code == 302
        assert link not in step["Location"]  # the key does not stay in the address
        weak = client.post(step["Location"], {"password1": "short", "password2": "short"})
        assert "too short" in weak.content.decode()
        client.post(step["Location"], {"password1": GOOD, "password2": GOOD})
        assert not is_signed_in(elsewhere)
        assert "does not work" in Client().get(link, follow=True).content.decode()
        sign_in(client, reader, GOOD)
        assert is_signed_in(client)

    def test_mail_server_down(self, client: Client, reader: User, settings: object) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
        settings.EMAIL_PORT = 1  # type: ignore[attr-defined]
        assert self.ask(client, reader.email) == self.ask(client, "nobody@nowhere.example")


class TestAdministrationDoor:
    """`/admin/login/` sends on and never takes a password itself."""

    def test_anonymous(self, client: Client, db: None) -> None:
        door = reverse("account_login")
        answer = client.get("/admin/cases/case/", follow=True)
        assert answer.redirect_chain[-1] == (f"{door}?next=/admin/cases/case/", 302)
        evil = client.get("/admin/login/?next=//evil.example/")
        assert evil["Location"] == f"{door}?next=/admin/"

    @pytest.mark.parametrize("signed_in", [None, "reading_administrator", "reader"])
    def test_a_password_sent_there_opens_nothing(
        self, client: Client, operator: User, signed_in: str | None, request: pytest.FixtureRequest
    ) -> None:
        if signed_in:
            client.force_login(request.getfixturevalue(signed_in))
        before = client.session.get("_auth_user_id")
        answer = client.post("/admin/login/", {"username": operator.email, "password": PASSWORD})
        assert answer.status_code in {302, 404}
        assert client.session.get("_auth_user_id") == before

    def test_not_for_clinicians(self, client: Client, reader: User) -> None:
        client.force_login(reader)
        assert client.get("/admin/", follow=True).status_code == 404

    def test_its_password_page_is_the_sites(self, client: Client, operator: User) -> None:
        client.force_login(operator)
        answer = client.get("/admin/password_change/")
        assert answer["Location"] == reverse("account_change_password")
