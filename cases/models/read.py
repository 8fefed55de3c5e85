"""A read: the clinician's own final answer about a case."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from cases.models.analysis import Analysis
from cases.models.case import Case
from cases.models.radiograph import Radiograph
from cases.vocabulary import Agreement, BodyRegion, Conclusion, OtherFinding, Side


class Read(models.Model):
    """What a clinician concluded, and of what the software had said when it was written.

    A read is never changed. Who thinks better of it writes another one that `amends` it; the one
    that nothing amends stands. `marked_x` and `marked_y` are the marked place in pixels of
    `marked_radiograph`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reads")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reads"
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("read"), default=timezone.now, editable=False)
    amends = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="amended_by"
    )

    conclusion = models.CharField(_("conclusion"), max_length=12, choices=Conclusion)
    body_region = models.CharField(_("body region"), max_length=20, choices=BodyRegion, blank=True)
    side = models.CharField(_("side"), max_length=10, choices=Side, blank=True)
    other_findings = models.JSONField(_("other findings"), default=list, blank=True)
    comment = models.TextField(_("comment"), max_length=2000, blank=True)

    analysis = models.ForeignKey(
        Analysis, on_delete=models.PROTECT, null=True, blank=True, related_name="reads"
    )
    agreement = models.CharField(_("agreement"), max_length=10, choices=Agreement, blank=True)
    marked_radiograph = models.ForeignKey(
        Radiograph, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    marked_x = models.FloatField(null=True, blank=True)
    marked_y = models.FloatField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        verbose_name = _("read")
        verbose_name_plural = _("reads")
        indexes: ClassVar = [
            models.Index(fields=["case", "-created_at"], name="read_of_case"),
            models.Index(
                fields=["organization", "created_at"],
                name="read_disagrees",
                condition=models.Q(agreement=Agreement.DISAGREE),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="read_conclusion_known", condition=models.Q(conclusion__in=Conclusion.values)
            ),
            models.CheckConstraint(
                name="read_agrees_with_an_analysis",
                condition=models.Q(agreement="") | models.Q(analysis__isnull=False),
            ),
            models.CheckConstraint(
                name="read_mark_is_whole",
                condition=models.Q(
                    marked_radiograph__isnull=True, marked_x__isnull=True, marked_y__isnull=True
                )
                | models.Q(marked_radiograph__isnull=False, marked_x__gte=0, marked_y__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_conclusion_display()} ({self.created_at:%Y-%m-%d %H:%M})"

    @property
    def findings(self) -> list[str]:
        """Other findings in words."""
        return [str(OtherFinding(code).label) for code in self.other_findings]
