"""Addresses and browsers are forgotten with the session that they belong to."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from cases import tasks
from tests.accounts.helpers import sign_in

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> tuple[Client, str]:
    """A browser that signed in on the page, and the key of its session."""
    client = Client()
    sign_in(client, person)
    return client, str(client.session.session_key)


def test_only_those_of_living_sessions_are_kept(owner: User, reader: User) -> None:
    (_, living), (_, run_out), (leaving, _) = signed_in(owner), signed_in(owner), signed_in(reader)
    assert UserSession.objects.count() == 3
    leaving.post(reverse("account_logout"))
    Session.objects.filter(session_key=run_out).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    long_ago = timezone.now() - timedelta(days=300)
    UserSession.objects.update(last_seen_at=long_ago)
    tasks.clear_expired_sessions()
    assert [row.session_key for row in UserSession.objects.all()] == [living]
