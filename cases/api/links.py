"""Addresses of images: lasting ones for whoever has a key, and signed ones that work without it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.api_authentication import live_account
from accounts.models import ApiKey, User
from cases.api.problems import Problem

PARAMETER = "signature"
_SALT = "cases.api.links"


def signed(request: Request, address: str) -> str:
    """The whole address, good for some minutes for whoever has it: every look that is taken by it
    is recorded for the account that asked for it."""
    word = signing.dumps({"account": str(request.user.pk), "path": address}, salt=_SALT)
    return request.build_absolute_uri(f"{address}?{PARAMETER}={word}")


def image(radiograph_id: UUID, rendition: str) -> str:
    return reverse("api_image", args=[radiograph_id, rendition])


def heatmap(analysis_id: UUID) -> str:
    return reverse("api_heatmap", args=[analysis_id])


class SignedLink(BaseAuthentication):
    """The account that asked for the link, while the link and its key are still good."""

    def authenticate(self, request: Request) -> tuple[User, "SignedLink"] | None:
        word = request.query_params.get(PARAMETER)
        if word is None:
            return None
        try:
            said = signing.loads(word, salt=_SALT, max_age=settings.API_LINK_SECONDS)
        except signing.BadSignature:
            raise Problem("link_expired", status=403) from None
        user = self._account(said, request.path)
        if user is None:
            raise Problem("link_expired", status=403)
        return user, self

    @staticmethod
    def _account(said: Mapping[str, Any], path: str) -> User | None:
        if said["path"] != path:
            return None
        user = User.objects.select_related("organization").filter(pk=said["account"]).first()
        if user is None or not user.is_service_account:
            return user if user and user.may_sign_in else None
        return live_account(
            ApiKey.objects.select_related("account__organization").get(account=user)
        )
