"""A webhook endpoint: where an organization's own system is told what happened to its cases."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from cases.vocabulary import SwitchedOff


class WebhookEndpoint(models.Model):
    """An address that events are posted to, signed with a secret that only it and we know.

    `listening_since` is the moment from which on events are kept for it. The health columns are
    written with the outcome of each attempt. `handed_over_at` says that a message about it is under
    way, `turn` which worker sends there just now, until `turn_until` at the latest.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="webhook_endpoints"
    )
    url = models.CharField(_("address"), max_length=500)
    description = models.CharField(_("description"), max_length=120, blank=True)
    event_types = models.JSONField(_("events"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    encrypted_secret = models.TextField(editable=False)
    encrypted_previous_secret = models.TextField(blank=True, editable=False)
    previous_secret_until = models.DateTimeField(
        _("previous secret valid until"), null=True, blank=True, editable=False
    )

    is_active = models.BooleanField(_("on"), default=True)
    listening_since = models.DateTimeField(_("on since"), default=timezone.now)
    disabled_at = models.DateTimeField(_("switched off"), null=True, blank=True)
    disabled_reason = models.CharField(_("why"), max_length=10, choices=SwitchedOff, blank=True)

    consecutive_failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    resting_until = models.DateTimeField(_("resting until"), null=True, blank=True)
    last_success_at = models.DateTimeField(_("last delivered"), null=True, blank=True)

    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    turn = models.UUIDField(_("turn"), null=True, blank=True, editable=False)
    last_turn_at = models.DateTimeField(_("last turn"), null=True, blank=True, editable=False)
    turn_until = models.DateTimeField(_("turn until"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="webhook_endpoint_off_with_a_reason",
                condition=Q(is_active=True, disabled_at__isnull=True, disabled_reason="")
                | (Q(is_active=False, disabled_at__isnull=False) & ~Q(disabled_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def state(self) -> str:
        """How it does, in a word: off, failing, new (nothing was delivered yet) or working."""
        if not self.is_active:
            return "off"
        if self.failing_since is not None:
            return "failing"
        return "working" if self.last_success_at else "new"

    def has_previous_secret(self, now: datetime) -> bool:
        """Whether the secret before the present one signs, too."""
        until = self.previous_secret_until
        return bool(self.encrypted_previous_secret) and until is not None and now < until
