"""API keys: made once, shown once, revoked at once; and what their accounts may not do."""

import io
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import selectors, services
from accounts.errors import AccountError
from accounts.models import ApiKey, Organization, User
from tests.accounts.helpers import is_signed_in, sign_in
from tests.factories import PASSWORD

KEY = re.compile(r"fxp_[a-z0-9]{8}_[A-Za-z0-9_-]{43}")


def make(organization: Organization, **changes: object) -> tuple[ApiKey, str]:
    given: dict[str, object] = {"name": "gateway", "scopes": ["read"], "actor": None}
    return services.create_key(organization=organization, **{**given, **changes})  # type: ignore[arg-type]


def test_only_its_hash_is_kept(sender: Organization) -> None:
    key, text = make(sender)
    assert KEY.fullmatch(text)
    assert text.startswith(f"fxp_{key.prefix}_")
    secret = text.split("_", 2)[2]
    row = ApiKey.objects.values().get()
    assert secret not in repr(row)
    assert selectors.find_key(text) == key


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1] + ("a" if text[-1] != "a" else "b"),
        lambda text: text.replace("fxp_", "fxq_"),
        lambda text: "fxp_" + "0" * 8 + text[12:],
        lambda text: text + "x",
        lambda _text: "",
        lambda _text: "fxp_é",
    ],
)
def test_a_text_that_is_not_quite_it_finds_nothing(sender: Organization, spoil: object) -> None:
    _key, text = make(sender)
    assert selectors.find_key(spoil(text)) is None  # type: ignore[operator]


def test_it_acts_as_an_account_of_its_own(sender: Organization, administrator: User) -> None:
    key, _text = make(sender, actor=administrator)
    account = key.account
    assert account != administrator
    assert str(account) == "API key gateway"
    assert not account.has_usable_password()
    assert account.organization == sender
    assert not account.is_staff


def test_its_account_never_signs_in(client: Client, sender: Organization) -> None:
    account = make(sender)[0].account
    account.set_password("a-long-pass-phrase-for-tests")
    account.save()
    sign_in(client, account)
    assert not is_signed_in(client)
    client.force_login(account)
    assert not is_signed_in(client)


def test_its_account_has_no_password_to_reset(client: Client, sender: Organization) -> None:
    account = make(sender)[0].account
    client.post(reverse("account_reset_password"), {"email": account.email})
    assert all("password/reset/key" not in str(letter.body) for letter in mail.outbox)


def test_nobody_is_invited_as_one(administrator: User) -> None:
    with pytest.raises(AccountError, match="role"):
        services.invite(inviter=administrator, email="a@b.example", role="service_account")


def test_its_account_is_not_among_the_people(
    client: Client, administrator: User, operator: User, sender: Organization
) -> None:
    account = make(sender)[0].account
    assert account not in selectors.people_of(sender)
    assert account not in selectors.administered_people(operator)
    client.force_login(administrator)
    assert "api-key.invalid" not in client.get(reverse("organization")).content.decode()
    act = reverse("organization_deactivate", args=[account.pk])
    assert client.post(act).status_code == 404
    assert "api-key" not in client.get(reverse("admin:accounts_user_changelist")).content.decode()
    change = reverse("admin:accounts_user_change", args=[account.pk])
    assert client.get(change).status_code == 404


def test_who_may_make_and_revoke(
    sender: Organization, administrator: User, operator: User, owner: User, reader: User
) -> None:
    for actor in (administrator, operator):
        key, _text = make(sender, actor=actor, name=str(actor))
        assert services.revoke_key(key=key, actor=actor)
        assert not services.revoke_key(key=key, actor=actor)
    key, _text = make(sender)
    for actor in (owner, reader, key.account):
        with pytest.raises(PermissionDenied):
            make(sender, actor=actor)
        with pytest.raises(PermissionDenied):
            services.revoke_key(key=key, actor=actor)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "name_wanted"),
        ({"name": "x" * 81}, "name_wanted"),
        ({"name": "a\nb"}, "name_wanted"),
        ({"scopes": []}, "scope_wanted"),
        ({"scopes": ["everything"]}, "scope_wanted"),
        ({"days": 0}, "days_wanted"),
        ({"days": 10_000}, "days_wanted"),
    ],
)
def test_what_no_key_is_made_of(
    sender: Organization, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(AccountError) as refused:
        make(sender, **changes)
    assert refused.value.code == code
    assert not ApiKey.objects.exists()
    assert not User.objects.filter(role="service_account").exists()


def test_a_closed_organization_gets_none(sender: Organization) -> None:
    sender.is_active = False
    sender.save()
    with pytest.raises(AccountError, match="closed"):
        make(sender)


def test_its_use_is_noted_once_a_minute(sender: Organization) -> None:
    key, _text = make(sender)
    services.note_use(key=key)
    key.refresh_from_db()
    first = key.last_used_at
    assert first is not None
    services.note_use(key=key)
    key.refresh_from_db()
    assert key.last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    key.refresh_from_db()
    services.note_use(key=key)
    key.refresh_from_db()
    assert key.last_used_at is not None
    assert key.last_used_at > first


class TestPage:
    def page(self, client: Client, who: User) -> str:
        client.force_login(who)
        return client.get(reverse("organization_keys")).content.decode()

    def test_shows_the_own_keys_and_no_others(
        self, client: Client, administrator: User, sender: Organization, elsewhere: Organization
    ) -> None:
        make(sender, name="our gateway")
        make(elsewhere, name="their gateway")
        text = self.page(client, administrator)
        assert "our gateway" in text
        assert "their gateway" not in text

    def test_makes_one_after_the_password_and_shows_it_once(
        self, client: Client, administrator: User, sender: Organization
    ) -> None:
        sign_in(client, administrator)
        form = {"name": "gateway", "scopes": ["submit", "read"], "days": "90"}
        asked = client.post(reverse("organization_make_key"), form)
        assert asked["Location"].startswith(reverse("account_reauthenticate"))
        response = client.post(asked["Location"], {"password": PASSWORD})
        (text,) = KEY.findall(response.content.decode())
        assert "no-store" in response["Cache-Control"]
        key = ApiKey.objects.get()
        assert selectors.find_key(text) == key
        assert (key.organization, key.created_by) == (sender, administrator)
        assert key.scopes == ["submit", "read"]
        days = (key.expires_at - timezone.now()).days
        assert days in {89, 90}
        assert not KEY.search(client.get(reverse("organization_keys")).content.decode())

    def test_asks_for_the_password_again(self, client: Client, administrator: User) -> None:
        """As long ago as a session that was taken over, say."""
        client.force_login(administrator)
        form = {"name": "gateway", "scopes": ["read"], "days": "90"}
        response = client.post(reverse("organization_make_key"), form)
        assert response["Location"].startswith(reverse("account_reauthenticate"))
        wrong = client.post(response["Location"], {"password": "another-pass-phrase"})
        assert not KEY.search(wrong.content.decode())
        assert not ApiKey.objects.exists()

    def test_says_what_is_missing(self, client: Client, administrator: User) -> None:
        sign_in(client, administrator)
        asked = client.post(reverse("organization_make_key"), {"name": "", "days": "7"})
        response = client.post(asked["Location"], {"password": PASSWORD})
        assert response.status_code == 422
        assert not ApiKey.objects.exists()

    def test_revokes(self, client: Client, administrator: User, sender: Organization) -> None:
        key, _text = make(sender)
        client.force_login(administrator)
        client.post(reverse("organization_revoke_key", args=[key.pk]))
        key.refresh_from_db()
        assert key.revoked_at is not None
        assert not User.objects.get(pk=key.account_id).is_active

    def test_another_organizations_key_is_not_there(
        self, client: Client, administrator: User, elsewhere: Organization
    ) -> None:
        key, _text = make(elsewhere)
        client.force_login(administrator)
        page = reverse("organization_revoke_key", args=[key.pk])
        assert client.post(page).status_code == 404
        of = {"of": str(elsewhere.pk)}
        assert client.get(reverse("organization_keys"), of).status_code == 404

    def test_the_operator_chooses_one(
        self, client: Client, operator: User, elsewhere: Organization
    ) -> None:
        make(elsewhere, name="their gateway")
        client.force_login(operator)
        response = client.get(reverse("organization_keys"), {"of": str(elsewhere.pk)})
        assert "their gateway" in response.content.decode()

    def test_a_platform_without_organizations(self, client: Client, operator: User) -> None:
        assert "no organization yet" in self.page(client, operator)


def test_the_administration_revokes_its_own(
    client: Client, administrator: User, sender: Organization, elsewhere: Organization
) -> None:
    ours, theirs = make(sender)[0], make(elsewhere)[0]
    client.force_login(administrator)
    chosen = {"action": "revoke_chosen", "_selected_action": [str(ours.pk), str(theirs.pk)]}
    client.post(reverse("admin:accounts_apikey_changelist"), chosen)
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.revoked_at is None, theirs.revoked_at is None) == (False, True)


class TestCommand:
    def test_prints_the_key_once(self, sender: Organization) -> None:
        out = io.StringIO()
        call_command(
            "create_api_key",
            organization=sender.name,
            name="gateway",
            scope=["submit"],
            expires_days=30,
            stdout=out,
        )
        key = selectors.find_key(out.getvalue().strip())
        assert key is not None
        assert key.scopes == ["submit"]
        assert key.created_by is None

    @pytest.mark.parametrize("changes", [{"organization": "Nowhere"}, {"expires_days": 0}])
    def test_one_line_for_an_error(self, sender: Organization, changes: dict[str, object]) -> None:
        with pytest.raises(CommandError) as refused:
            call_command(
                "create_api_key", **{"organization": sender.name, "name": "gateway", **changes}
            )
        assert "\n" not in str(refused.value)

    def test_the_help_has_an_example(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            call_command("create_api_key", "--help")
        assert "Example: python manage.py create_api_key" in capsys.readouterr().out


def test_a_database_without_tables_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_table(*_args: object, **_options: object) -> None:
        raise OperationalError("no such table: accounts_organization")

    monkeypatch.setattr(Organization.objects, "filter", no_table)
    with pytest.raises(CommandError, match="no tables"):
        call_command("create_api_key", "--organization", "A", "--name", "b")
