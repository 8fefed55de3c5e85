"""An analysis: one run of one model version over one radiograph."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.model_version import ModelVersion
from cases.models.radiograph import Radiograph, private_storage
from cases.vocabulary import AnalysisStatus, FindingLevel, Priority, Purpose

ACTIVE = [AnalysisStatus.QUEUED, AnalysisStatus.RUNNING]
ASSESSED = [FindingLevel.FRACTURE, FindingLevel.INCONCLUSIVE, FindingLevel.NO_FRACTURE_FOUND]


class Analysis(models.Model):
    """One run of one model version over one radiograph; a re-run is a new row.

    queued -> running -> succeeded | failed; running -> queued when a lease expires;
    queued -> cancelled. Only `cases.services.analyses` moves it, each time with one
    conditional UPDATE whose row count says whether the move was made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    radiograph = models.ForeignKey(Radiograph, on_delete=models.PROTECT, related_name="analyses")
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="analyses"
    )
    purpose = models.CharField(
        _("purpose"), max_length=10, choices=Purpose, default=Purpose.CLINICAL
    )
    lane = models.CharField(_("lane"), max_length=10, choices=Priority, default=Priority.ROUTINE)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("asked for"), default=timezone.now, editable=False)

    status = models.CharField(
        _("status"), max_length=10, choices=AnalysisStatus, default=AnalysisStatus.QUEUED
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    queued_at = models.DateTimeField(_("queued"), default=timezone.now)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    publications = models.PositiveSmallIntegerField(_("times published"), default=0)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    worker_name = models.CharField(_("worker"), max_length=120, blank=True)

    level = models.CharField(_("level"), max_length=20, choices=FindingLevel, blank=True)
    probability = models.FloatField(_("probability"), null=True, blank=True)
    logit = models.FloatField(_("raw logit"), null=True, blank=True)
    class_scores = models.JSONField(_("class scores"), default=dict, blank=True)
    marks = models.JSONField(_("marks"), default=list, blank=True)
    heatmap = models.FileField(storage=private_storage, max_length=200, blank=True)
    thresholds = models.JSONField(_("thresholds used"), default=dict, blank=True)
    weights_sha256 = models.CharField(_("weights"), max_length=64, blank=True)
    preprocessing_version = models.CharField(_("preprocessing"), max_length=20, blank=True)
    engine = models.CharField(_("engine"), max_length=40, blank=True)
    timings_ms = models.JSONField(_("timings in ms"), default=dict, blank=True)

    error_code = models.CharField(_("error code"), max_length=40, blank=True)
    error_message = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        verbose_name = _("analysis")
        verbose_name_plural = _("analyses")
        indexes: ClassVar = [
            models.Index(
                fields=["status", "published_at"],
                name="analysis_waiting",
                condition=Q(status=AnalysisStatus.QUEUED),
            ),
            models.Index(
                fields=["lease_until"],
                name="analysis_leased",
                condition=Q(status=AnalysisStatus.RUNNING),
            ),
            models.Index(fields=["radiograph", "purpose", "-created_at"], name="analysis_newest"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["radiograph", "model_version", "purpose"],
                condition=Q(status__in=ACTIVE),
                name="analysis_one_active",
            ),
            models.CheckConstraint(
                name="analysis_status_known", condition=Q(status__in=AnalysisStatus.values)
            ),
            models.CheckConstraint(
                name="analysis_answer_iff_succeeded",
                condition=Q(
                    Q(level__in=ASSESSED, probability__gte=0, probability__lte=1)
                    | Q(level=FindingLevel.NOT_ASSESSABLE, probability__isnull=True),
                    status=AnalysisStatus.SUCCEEDED,
                )
                | Q(~Q(status=AnalysisStatus.SUCCEEDED), level="", probability__isnull=True),
            ),
            models.CheckConstraint(
                name="analysis_lease_iff_running",
                condition=Q(status=AnalysisStatus.RUNNING, lease_until__isnull=False)
                | Q(~Q(status=AnalysisStatus.RUNNING), lease_until__isnull=True),
            ),
            models.CheckConstraint(
                name="analysis_finished_when_final",
                condition=Q(status__in=ACTIVE, finished_at__isnull=True)
                | Q(~Q(status__in=ACTIVE), finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="analysis_failed_with_a_reason",
                condition=Q(~Q(error_code=""), ~Q(error_message=""), status=AnalysisStatus.FAILED)
                | ~Q(status=AnalysisStatus.FAILED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.created_at:%Y-%m-%d %H:%M}"
