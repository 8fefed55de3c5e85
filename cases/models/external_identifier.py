"""Identifiers that another system gave: encrypted, so that a result finds its way back."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from cases.models.case import Case
from cases.models.radiograph import Radiograph


class ExternalIdentifier(models.Model):
    """One accession, order or DICOM identifier, under the key of the organization that sent it.

    `fingerprint` is a keyed hash of the value: it finds a row by its exact value without
    decrypting any other.
    """

    class Kind(models.TextChoices):
        ACCESSION = "accession", _("Accession number")
        ORDER = "order", _("Order number")
        STUDY_UID = "study_uid", _("Study instance UID")
        SERIES_UID = "series_uid", _("Series instance UID")
        SOP_UID = "sop_uid", _("SOP instance UID")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="external_identifiers")
    radiograph = models.ForeignKey(
        Radiograph,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="external_identifiers",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    encrypted_value = models.TextField(editable=False)
    fingerprint = models.CharField(max_length=64, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organization", "kind", "fingerprint"], name="external_id_lookup"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=models.Q(radiograph__isnull=True),
                name="external_id_once_per_case",
            ),
            models.UniqueConstraint(
                fields=["case", "radiograph", "kind"],
                condition=models.Q(radiograph__isnull=False),
                name="external_id_once_per_radiograph",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
