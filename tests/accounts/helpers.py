"""What several tests of accounts do."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD


def sign_in(
    client: Client, user: User | str, password: str = PASSWORD, **extra: Any
) -> HttpResponse:
    """Through the door that people use."""
    email = user if isinstance(user, str) else user.email
    return client.post(  # type: ignore[return-value]
        reverse("account_login"), {"login": email, "password": password}, **extra
    )


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("account")).status_code == 200


def links_in(text: object) -> list[str]:
    """The paths of the addresses in a letter."""
    return re.findall(r"https?://[^/\s]+(/\S+)", str(text))
