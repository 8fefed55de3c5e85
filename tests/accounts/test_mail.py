"""What the log says about mail that was not sent: nothing about whom it was for."""

import smtplib
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from accounts.models import User
from accounts.services import mail

REFUSED = smtplib.SMTPRecipientsRefused({"owner@island.example": (550, b"no such mailbox")})


def test_an_address_that_is_refused_does_not_reach_the_log(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise REFUSED

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refused)
    with capture_logs() as lines:
        assert mail.send_second_step_removed(person=owner) is False
        asked = Client().post(reverse("account_reset_password"), {"email": owner.email})
    assert asked.status_code == 302  # the page is none the worse for it
    told = [line for line in lines if line["event"] == "mail_not_sent"]
    assert len(told) == 2
    for line in told:
        assert line["problem"] == "SMTPRecipientsRefused"
        assert line["log_level"] == "warning"
        assert "exc_info" not in line
    assert owner.email not in str(lines)
