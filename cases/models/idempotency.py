"""What a sender called a submission, so that sending it again makes no second case."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Organization
from cases.models.case import Case


class IdempotencyClaim(models.Model):
    """One `Idempotency-Key` of an organization: written before the work begins, settled in the
    transaction that makes the case.

    `fingerprint` is a hash of what was sent. While `case` is empty somebody is at work, until
    `lease_until`; a request that died is succeeded by the next one, which takes a new `token`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    token = models.UUIDField(default=uuid.uuid4)
    lease_until = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "key"], name="idempotency_key_once_per_organization"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
