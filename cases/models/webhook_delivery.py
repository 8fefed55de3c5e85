"""What webhook endpoints are told: events, their deliveries, and each attempt at one."""

import json
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from cases.models.case import Case
from cases.models.webhook_endpoint import WebhookEndpoint
from cases.vocabulary import TEST_EVENT, AttemptError, DeliveryStatus, WebhookEventType

EVENT_TYPES = [*WebhookEventType.choices, (TEST_EVENT, _("Test"))]


class WebhookEvent(models.Model):
    """What one organization is told, written in the transaction that makes it true.

    `payload` holds ids and a status, never an answer, a conclusion or anything of the patient.
    `deadline` is, of a case that is overdue, the deadline of its own that passed; empty where it
    was the reading organization's limit.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    type = models.CharField(_("event"), max_length=30, choices=EVENT_TYPES)
    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, null=True, blank=True, related_name="webhook_events"
    )
    payload = models.JSONField(_("payload"))
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    created_at = models.DateTimeField(_("happened"), default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        indexes: ClassVar = [models.Index(fields=["created_at"], name="webhook_event_oldest")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "case", "deadline"],
                condition=Q(type=WebhookEventType.CASE_OVERDUE, deadline__isnull=False),
                name="webhook_overdue_once_per_deadline",
            ),
            models.UniqueConstraint(
                fields=["organization", "case"],
                condition=Q(type=WebhookEventType.CASE_OVERDUE, deadline__isnull=True),
                name="webhook_overdue_once_per_limit",
            ),
            models.CheckConstraint(
                name="webhook_event_of_a_case_or_a_test",
                condition=Q(type=TEST_EVENT) | Q(case__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.created_at:%Y-%m-%d %H:%M:%S}"

    @property
    def body(self) -> str:
        """What is signed and sent, the same at each attempt."""
        return json.dumps(self.payload, separators=(",", ":"), sort_keys=True)


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint: pending -> delivered | failed | skipped.

    Claimed by a conditional UPDATE that counts the attempt and takes a lease; one whose lease ran
    out is tried again. A person may put one that ended back to pending, its attempts counted anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=DeliveryStatus, default=DeliveryStatus.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "next_attempt_at", "id"],
                name="webhook_delivery_due",
                condition=Q(status=DeliveryStatus.PENDING),
            ),
            models.Index(fields=["endpoint", "-created_at", "-id"], name="webhook_delivery_newest"),
            models.Index(
                fields=["endpoint", "-created_at", "-id"],
                name="webhook_delivery_failed",
                condition=Q(status=DeliveryStatus.FAILED),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "endpoint"], name="webhook_event_once_per_endpoint"
            ),
            models.CheckConstraint(
                name="webhook_delivery_ends_without_lease",
                condition=Q(status=DeliveryStatus.PENDING, finished_at__isnull=True)
                | Q(
                    ~Q(status=DeliveryStatus.PENDING),
                    lease_until__isnull=True,
                    finished_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.get_status_display()}"


class WebhookAttempt(models.Model):
    """One request and what came of it: an HTTP status, or the code of what kept one away."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(_("when"), default=timezone.now)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    error_code = models.CharField(_("error"), max_length=30, choices=AttemptError, blank=True)
    milliseconds = models.PositiveIntegerField(_("took (ms)"), default=0)
    answer = models.TextField(_("beginning of the answer"), max_length=1024, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        verbose_name = _("webhook attempt")
        verbose_name_plural = _("webhook attempts")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="webhook_attempt_has_an_outcome",
                condition=Q(http_status__isnull=False) | ~Q(error_code=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.http_status or self.error_code}"
