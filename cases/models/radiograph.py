"""A radiograph: one X-ray image of a case."""

import uuid
from typing import ClassVar

from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.vocabulary import PixelSpacingKind, View


def private_storage() -> Storage:
    return storages["private"]


class Radiograph(models.Model):
    """One X-ray image, kept de-identified in private storage under a name without meaning.

    `original` is what came in without what identifies a person; `canonical` is the lossless
    8-bit grey image that the model and the page see; `deep` a 16-bit one where the source has
    more than 8 bits. `sha256` is that of the bytes received.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="radiographs")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    view = models.CharField(_("view"), max_length=10, choices=View, blank=True)
    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)

    sha256 = models.CharField("SHA-256", max_length=64, editable=False, db_index=True)
    received_bytes = models.PositiveBigIntegerField(_("bytes received"), editable=False)
    format = models.CharField(_("format"), max_length=10, editable=False)
    same_file_as = models.ForeignKey(
        "self",
        verbose_name=_("same file as"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="repeats",
        editable=False,
    )
    original = models.FileField(storage=private_storage, max_length=200, editable=False)
    canonical = models.FileField(storage=private_storage, max_length=200, editable=False)
    deep = models.FileField(storage=private_storage, max_length=200, blank=True, editable=False)
    width = models.PositiveIntegerField(_("width in px"), editable=False)
    height = models.PositiveIntegerField(_("height in px"), editable=False)
    bits = models.PositiveSmallIntegerField(_("bits per pixel"), editable=False)
    pixel_spacing_row_mm = models.FloatField(null=True, blank=True, editable=False)
    pixel_spacing_column_mm = models.FloatField(null=True, blank=True, editable=False)
    pixel_spacing_kind = models.CharField(
        max_length=12, choices=PixelSpacingKind, blank=True, editable=False
    )
    not_assessable = models.CharField(
        _("not assessable because"),
        max_length=40,
        blank=True,
        editable=False,
        help_text=_("A code; such an image is kept for people and no model is asked."),
    )
    deidentification = models.JSONField(
        _("removed when it came in"), default=list, blank=True, editable=False
    )
    warnings = models.JSONField(_("warnings"), default=list, blank=True, editable=False)

    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawal_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["case", "position", "id"]
        verbose_name = _("radiograph")
        verbose_name_plural = _("radiographs")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "position"], name="radiograph_position_once"),
            models.CheckConstraint(
                name="radiograph_has_pixels", condition=models.Q(width__gt=0, height__gt=0)
            ),
            models.CheckConstraint(
                name="radiograph_files_are_named",
                condition=~models.Q(original="") & ~models.Q(canonical=""),
            ),
            models.CheckConstraint(
                name="radiograph_withdrawn_with_a_reason",
                condition=models.Q(withdrawn_at__isnull=True, withdrawal_reason="")
                | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawal_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_view_display() or _('Radiograph')} {self.position + 1}"
