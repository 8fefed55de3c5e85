"""A case: one patient encounter."""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from cases.querysets import CaseQuerySet
from cases.vocabulary import BodyRegion, CaseLevel, CaseStatus, Priority, Sex, Side, Source

if TYPE_CHECKING:
    from cases.models.read import Read


class Case(models.Model):
    """One patient encounter, seen by the submitting and the reading organization only.

    `status`, `level` and `urgency` are derived from the case's clinical analyses; only
    `cases.services.status` writes them, in the transaction that changes an analysis.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submitting_organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="submitted_cases"
    )
    reading_organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="cases_to_read"
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submitted_cases",
    )
    source = models.CharField(_("came by"), max_length=10, choices=Source, default=Source.WEB)
    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    patient_reference = models.CharField(_("patient reference"), max_length=64, db_index=True)
    age_years = models.PositiveSmallIntegerField(_("age in years"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, blank=True)
    body_region = models.CharField(_("body region"), max_length=20, choices=BodyRegion, blank=True)
    side = models.CharField(_("side"), max_length=10, choices=Side, blank=True)
    clinical_question = models.TextField(_("clinical question"), max_length=1000, blank=True)
    priority = models.CharField(
        _("priority"), max_length=10, choices=Priority, default=Priority.ROUTINE
    )
    reading_deadline = models.DateTimeField(_("to be read by"), null=True, blank=True)

    status = models.CharField(
        _("status"), max_length=10, choices=CaseStatus, default=CaseStatus.QUEUED, editable=False
    )
    level = models.CharField(
        _("level"), max_length=20, choices=CaseLevel, default=CaseLevel.INCOMPLETE, editable=False
    )
    urgency = models.PositiveSmallIntegerField(_("urgency"), default=0, editable=False)
    read_at = models.DateTimeField(_("read"), null=True, blank=True, editable=False)

    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawal_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)

    objects = CaseQuerySet.as_manager()

    withheld = False
    """Set by selectors where the person who asks may not be told the answer yet; `level` is then
    empty (`cases.selectors.impressions`)."""

    standing: "Sequence[Read]"
    """The reads that stand, newest first; there only where a selector has looked them up."""

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="case_newest"),
            models.Index(
                fields=["submitting_organization", "-created_at", "-id"], name="case_submitted"
            ),
            models.Index(fields=["reading_organization", "-created_at", "-id"], name="case_toread"),
            models.Index(
                fields=["reading_organization", "urgency", "created_at"],
                name="case_worklist",
                condition=models.Q(read_at__isnull=True, withdrawn_at__isnull=True),
            ),
            models.Index(
                fields=["submitting_organization", "created_at"],
                name="case_sent_unread",
                condition=models.Q(read_at__isnull=True, withdrawn_at__isnull=True),
            ),
            models.Index(
                fields=["reading_organization", "level", "-created_at"], name="case_level"
            ),
            models.Index(
                fields=["reading_organization", "status", "-created_at"], name="case_status"
            ),
            models.Index(
                fields=["submitting_organization", "patient_reference", "-created_at", "-id"],
                name="case_sent_reference",
            ),
            models.Index(
                fields=["reading_organization", "patient_reference", "-created_at", "-id"],
                name="case_read_reference",
            ),
            # One for each: of a list of words in a query SQLite does not see that an index has it.
            models.Index(
                fields=["submitting_organization"],
                name="case_sent_queued",
                condition=models.Q(status=CaseStatus.QUEUED),
            ),
            models.Index(
                fields=["submitting_organization"],
                name="case_sent_running",
                condition=models.Q(status=CaseStatus.RUNNING),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="case_patient_reference_is_given", condition=~models.Q(patient_reference="")
            ),
            models.CheckConstraint(
                name="case_age_is_plausible",
                condition=models.Q(age_years__isnull=True) | models.Q(age_years__lte=130),
            ),
            models.CheckConstraint(
                name="case_status_known", condition=models.Q(status__in=CaseStatus.values)
            ),
            models.CheckConstraint(
                name="case_level_known", condition=models.Q(level__in=CaseLevel.values)
            ),
            models.CheckConstraint(
                name="case_withdrawn_with_a_reason",
                condition=(
                    models.Q(withdrawn_at__isnull=True, withdrawal_reason="")
                    & ~models.Q(status=CaseStatus.WITHDRAWN)
                )
                | (
                    models.Q(withdrawn_at__isnull=False, status=CaseStatus.WITHDRAWN)
                    & ~models.Q(withdrawal_reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient_reference} ({self.created_at:%Y-%m-%d %H:%M})"
