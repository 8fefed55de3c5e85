"""A file on its way in, kept in pieces until a case takes it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Organization
from cases.models.case import Case


class Upload(models.Model):
    """One file that a browser sends in pieces: nobody sees it but the person who sends it.

    It is no radiograph yet. Nothing looks into it before a case takes it; then it goes through
    intake like a file that came in one request. `case` stays named until the row is forgotten, so
    that a form that is sent again, its answer lost on the way, makes no second case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads"
    )
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    encrypted_name = models.TextField(blank=True)
    length = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    is_photograph = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="upload_receives_no_more_than_its_length",
                condition=models.Q(length__gt=0, received__lte=models.F("length")),
            ),
            models.CheckConstraint(
                name="upload_is_whole_before_a_case_takes_it",
                condition=models.Q(case__isnull=True) | models.Q(received=models.F("length")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_whole(self) -> bool:
        return self.received == self.length


class UploadPiece(models.Model):
    """Some bytes of an upload, sealed, under a name in private storage."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="pieces")
    start = models.PositiveBigIntegerField()
    length = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["upload", "start"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "start"], name="upload_piece_once"),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.start}"
