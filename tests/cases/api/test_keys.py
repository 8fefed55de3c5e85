"""Keys at the door of the API."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, Organization, User
from accounts.services import revoke_key
from tests.cases.api.calling import Caller, caller, codes, make_key


def refused(caller: Caller) -> dict[str | None, str]:
    response = caller.get("cases/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer ")
    return codes(response)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Basic YTpi", "scheme_unknown"),
        ("Token fxp_x", "scheme_unknown"),
        ("Bearer", "key_unknown"),
        ("Bearer nonsense", "key_unknown"),
        ("Bearer fxp_00000000_" + "A" * 43, "key_unknown"),
    ],
)
@pytest.mark.django_db
def test_what_is_no_key(header: str, code: str) -> None:
    program = Caller()
    program.headers = {"Authorization": header}
    assert refused(program) == {None: code}


def test_without_a_key(db: None) -> None:
    assert refused(Caller()) == {None: "not_authenticated"}


def test_a_wrong_key_is_not_passed_over_for_a_session(owner: User) -> None:
    browser = Client()
    browser.force_login(owner)
    assert Caller(client=browser).get("cases/").status_code == 200
    assert refused(Caller("fxp_00000000_" + "A" * 43, browser)) == {None: "key_unknown"}


def test_revoked_at_once(sender: Organization, administrator: User) -> None:
    key, text = make_key(sender)
    program = Caller(text)
    assert program.get("cases/").status_code == 200
    revoke_key(key=key, actor=administrator)
    assert refused(program) == {None: "key_revoked"}


def test_expired(sender: Organization) -> None:
    program = caller(sender)
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refused(program) == {None: "key_expired"}


def test_of_a_closed_organization(sender: Organization) -> None:
    program = caller(sender)
    sender.is_active = False
    sender.save()
    assert refused(program) == {None: "organization_closed"}


def test_its_use_is_noted(sender: Organization) -> None:
    key, text = make_key(sender)
    Caller(text).get("cases/")
    key.refresh_from_db()
    assert key.last_used_at is not None


def test_the_key_is_never_written_down(
    sender: Organization, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    _key, text = make_key(sender)
    Caller(text).get("cases/")
    Caller(text[:-1]).get("cases/")
    logged = "".join(str(record.__dict__) for record in caplog.records)
    assert "request_finished" in logged
    assert text.split("_", 2)[2][:20] not in logged
