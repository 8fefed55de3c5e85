"""Signatures, as the convention's own library verifies them; secrets, as they are kept."""

import time
import uuid

import pytest
from cryptography.fernet import InvalidToken
from standardwebhooks import Webhook, WebhookVerificationError

from cases.webhooks import signing

BODY = b'{"type":"case.finished"}'


def signed(*keys: str, at: float | None = None) -> dict[str, str]:
    moment = int(time.time() if at is None else at)
    return signing.signed_headers(message_id="m1", timestamp=moment, body=BODY, keys=keys)


def test_the_library_takes_it_and_nothing_that_was_changed() -> None:
    secret = signing.new_secret()
    headers = signed(secret)
    assert Webhook(secret).verify(BODY, headers) == {"type": "case.finished"}
    forgeries = [
        (BODY.replace(b"finished", b"failed"), headers),
        (BODY, headers | {"webhook-id": "m2"}),
        (BODY, headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)}),
        (BODY, signed(signing.new_secret())),
    ]
    for body, forged in forgeries:
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, forged)


@pytest.mark.parametrize("skew", [-400, 400])
def test_a_clock_that_is_wrong_by_minutes_is_refused(skew: int) -> None:
    secret = signing.new_secret()
    with pytest.raises(WebhookVerificationError, match="timestamp"):
        Webhook(secret).verify(BODY, signed(secret, at=time.time() + skew))
    assert Webhook(secret).verify(BODY, signed(secret, at=time.time() + skew / 2))


def test_while_two_secrets_sign_either_verifies() -> None:
    new, old = signing.new_secret(), signing.new_secret()
    headers = signed(new, old)
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (new, old):
        assert Webhook(secret).verify(BODY, headers)


def test_a_secret_is_kept_under_its_organization_s_key_alone() -> None:
    secret, mine, other = signing.new_secret(), uuid.uuid4(), uuid.uuid4()
    assert secret != signing.new_secret()
    sealed = signing.seal(secret, organization_id=mine)
    assert secret not in sealed
    assert signing.unseal(sealed, organization_id=mine) == secret
    with pytest.raises(InvalidToken):
        signing.unseal(sealed, organization_id=other)
