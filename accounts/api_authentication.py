"""A program calls the API with a key of its organization."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import services
from accounts.models import ApiKey, User
from accounts.selectors import find_key

CHALLENGE = 'Bearer realm="Fracture platform API"'


def live_account(key: ApiKey | None) -> User:
    """The account that a key acts as. Raises AuthenticationFailed for one that opens nothing."""
    if key is None:
        raise AuthenticationFailed(_("There is no such API key: check it."), "key_unknown")
    if key.revoked_at is not None:
        raise AuthenticationFailed(_("This API key was revoked: use another one."), "key_revoked")
    if not key.is_live:
        raise AuthenticationFailed(_("This API key has expired: make a new one."), "key_expired")
    if not key.account.is_open:
        raise AuthenticationFailed(_("The key's organization is closed."), "organization_closed")
    return key.account


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer fxp_...`. Any other scheme is refused, never passed over."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _space, text = header.partition(" ")
        if scheme.lower() != "bearer":
            said = _("Send the API key as `Authorization: Bearer fxp_...`.")
            raise AuthenticationFailed(said, "scheme_unknown")
        key = find_key(text.strip())
        account = live_account(key)
        assert key is not None  # noqa: S101  (for the type checker; `live_account` raised)
        services.note_use(key=key)
        return account, key

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE
