"""A first impression: what a clinician saw before they were shown the software's answer."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from cases.models.case import Case
from cases.vocabulary import Conclusion


class FirstImpression(models.Model):
    """Kept once and never changed. It stands for the radiographs that the case held then: a further
    one asks for another impression."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="impressions")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="impressions"
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("said"), default=timezone.now, editable=False)
    conclusion = models.CharField(_("first impression"), max_length=12, choices=Conclusion)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        verbose_name = _("first impression")
        verbose_name_plural = _("first impressions")
        indexes: ClassVar = [
            models.Index(fields=["case", "reader", "created_at"], name="impression_of_case"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="impression_conclusion_known",
                condition=models.Q(conclusion__in=Conclusion.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_conclusion_display()} ({self.created_at:%Y-%m-%d %H:%M})"
