"""The trail: what happened to a case, and who looked at an image."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from cases.models.analysis import Analysis
from cases.models.case import Case
from cases.models.radiograph import Radiograph


class CaseEvent(models.Model):
    """One entry of a case's timeline, written in the transaction that makes it true."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Received")
        RADIOGRAPH_ADDED = "radiograph_added", _("Radiograph added")
        QUEUED = "queued", _("Queued for analysis")
        STARTED = "started", _("Analysis started")
        SUCCEEDED = "succeeded", _("Analysis finished")
        RETURNED = "returned", _("Analysis interrupted, queued again")
        FAILED = "failed", _("Analysis failed")
        CANCELLED = "cancelled", _("Analysis cancelled")
        CORRECTED = "corrected", _("Details corrected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        VIEWED = "viewed", _("Viewed")
        READ = "read", _("Read")
        READ_AMENDED = "read_amended", _("Read amended")
        FIRST_IMPRESSION = "first_impression", _("First impression")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    radiograph = models.ForeignKey(
        Radiograph, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    analysis = models.ForeignKey(
        Analysis, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        verbose_name = _("case event")
        verbose_name_plural = _("case events")
        indexes: ClassVar = [models.Index(fields=["case", "at", "id"], name="case_event_timeline")]

    def __str__(self) -> str:
        return self.get_kind_display()


class AccessRecord(models.Model):
    """Who was sent which rendition of which radiograph, and when."""

    class Rendition(models.TextChoices):
        ORIGINAL = "original", _("Original")
        CANONICAL = "canonical", _("Radiograph")
        DEEP = "deep", _("16-bit radiograph")
        THUMBNAIL = "thumbnail", _("Thumbnail")
        HEATMAP = "heatmap", _("Heatmap")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="access_records"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+"
    )
    radiograph = models.ForeignKey(
        Radiograph, on_delete=models.CASCADE, related_name="access_records"
    )
    rendition = models.CharField(_("rendition"), max_length=10, choices=Rendition)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        indexes: ClassVar = [
            models.Index(fields=["radiograph", "-at"], name="access_by_radiograph"),
            models.Index(fields=["user", "-at"], name="access_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_rendition_display()} {self.at:%Y-%m-%d %H:%M}"
