"""One's own account: name, password, second step, sessions."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.templatetags.browsers import browser
from tests.accounts.helpers import is_signed_in, sign_in
from tests.factories import PASSWORD

GOOD = "seven-quiet-harbours"


def test_changing_ones_name_and_nothing_else(client: Client, reader: User) -> None:
    client.force_login(reader)
    forged = {"name": "Rita", "role": "organization_administrator", "is_superuser": "on"}
    assert client.post(reverse("account"), forged).status_code == 302
    changed = User.objects.get(pk=reader.pk)
    assert (changed.name, changed.role, changed.is_superuser) == ("Rita", reader.role, False)
    assert client.post(reverse("account"), {"name": "x" * 121}).status_code == 200
    assert User.objects.get(pk=reader.pk).name == "Rita"


def test_changing_the_password_keeps_this_session_and_ends_the_others(
    client: Client, reader: User
) -> None:
    elsewhere = Client()
    sign_in(elsewhere, reader)
    sign_in(client, reader)
    page = reverse("account_change_password")
    wrong = client.post(page, {"oldpassword": "wrong", "password1": GOOD, "password2": GOOD})
    assert wrong.status_code == 200
    client.post(page, {"oldpassword": PASSWORD, "password1": GOOD, "password2": GOOD})
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert mail.outbox[-1].to == [reader.email]


def test_ending_the_other_sessions(client: Client, reader: User) -> None:
    elsewhere = Client()
    sign_in(elsewhere, reader, HTTP_USER_AGENT="A lost laptop")
    sign_in(client, reader)
    page = reverse("usersessions_list")
    assert "A lost laptop" in client.get(page).content.decode()
    client.post(page)
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


class TestSecondStep:
    def code(self, secret: str) -> str:
        """What the person's app shows now."""
        counters = list(yield_hotp_counters_from_time())
        return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))

    @pytest.fixture
    def secret(self, client: Client, reader: User) -> str:
        """Turned on by the reader, by the pages."""
        sign_in(client, reader)
        asked = client.get(reverse("mfa_activate_totp"))
        assert asked["Location"].startswith(reverse("account_reauthenticate"))
        client.post(
            reverse("account_reauthenticate"),
            {"password": PASSWORD, "next": reverse("mfa_activate_totp")},
        )
        page = client.get(reverse("mfa_activate_totp"))
        secret: str = page.context["form"].secret
        assert 'src="data:image/svg+xml' in page.content.decode()
        assert client.post(reverse("mfa_activate_totp"), {"code": "000"}).status_code == 200
        on = client.post(reverse("mfa_activate_totp"), {"code": self.code(secret)})
        assert on["Location"] == reverse("mfa_view_recovery_codes")
        return secret

    def test_a_password_reset_asked_for_before_does_not_stand_in_the_way(
        self, client: Client, reader: User, mailoutbox: list[object], request: pytest.FixtureRequest
    ) -> None:
        client.post(reverse("account_reset_password"), {"email": reader.email})
        assert len(mailoutbox) == 1
        assert request.getfixturevalue("secret")

    def test_password_alone_opens_nothing_any_more(self, reader: User, secret: str) -> None:
        thief = Client()
        assert sign_in(thief, reader)["Location"] == reverse("mfa_authenticate")
        assert not is_signed_in(thief)
        for page in ("mfa_index", "organization", "admin:index"):
            assert thief.get(reverse(page)).status_code == 302
        for _ in range(5):
            thief.post(reverse("mfa_authenticate"), {"code": "000000"})
        locked = thief.post(reverse("mfa_authenticate"), {"code": self.code(secret)})
        assert "Too many" in locked.content.decode()
        assert not is_signed_in(thief)

    def test_with_a_code_and_each_code_once(self, reader: User, secret: str) -> None:
        code = self.code(secret)
        own, onlooker = Client(), Client()
        for person in (own, onlooker):
            sign_in(person, reader)
            person.post(reverse("mfa_authenticate"), {"code": code})
        assert is_signed_in(own)
        assert not is_signed_in(onlooker)

    def test_with_a_recovery_code_once(self, client: Client, reader: User, secret: str) -> None:
        codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
        for expected in (True, False):
            other = Client()
            sign_in(other, reader)
            other.post(reverse("mfa_authenticate"), {"code": codes[0]})
            assert is_signed_in(other) is expected

    def test_secrets_are_not_readable_in_the_database(self, reader: User, secret: str) -> None:
        kept = str(list(Authenticator.objects.filter(user=reader).values()))
        assert secret not in kept
        assert kept.count("gAAAA") == 2  # the app's secret and the recovery codes' seed

    def test_turning_it_off_asks_who_it_is(self, client: Client, reader: User, secret: str) -> None:
        later = Client()
        sign_in(later, reader)
        later.post(reverse("mfa_authenticate"), {"code": self.code(secret)})
        off = reverse("mfa_deactivate_totp")
        assert reverse("account_reauthenticate") in later.post(off)["Location"]
        assert Authenticator.objects.filter(user=reader).exists()
        assert client.post(off).status_code == 302  # proved a moment ago
        assert not Authenticator.objects.filter(user=reader).exists()


@pytest.mark.parametrize(
    "page",
    [
        "account",
        "account_change_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reauthenticate",
        "account_logout",
        "mfa_index",
        "usersessions_list",
        "organization",
    ],
)
def test_the_pages_are_ours(client: Client, reading_administrator: User, page: str) -> None:
    client.force_login(reading_administrator)
    text = client.get(reverse(page)).content.decode()
    assert text.count("<h1") == 1
    assert "css/account.css" in text
    for foreign in ("Menu:", "Sign Up", "sign up", "<form>"):
        assert foreign not in text


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Firefox/130.0", "Firefox, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130 Safari/537.36 Edg/130", "Edge, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "unknown"),
    ],
)
def test_browsers_by_name(user_agent: str, name: str) -> None:
    assert browser(user_agent) == name
