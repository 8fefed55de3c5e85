"""A model version: a bundle that was registered here."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ModelVersion(models.Model):
    """One registered bundle. At most one is active: clinical analyses are asked of that one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80)
    version = models.CharField(_("version"), max_length=40)
    weights_sha256 = models.CharField(_("weights"), max_length=64)
    preprocessing_version = models.CharField(_("preprocessing"), max_length=20)
    is_demonstration = models.BooleanField(_("demonstration model"), default=False)
    manifest = models.JSONField(_("manifest"), default=dict)
    card = models.TextField(_("model card"), blank=True)
    is_active = models.BooleanField(_("active"), default=False)
    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    activated_at = models.DateTimeField(_("activated"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "version"], name="model_version_once"),
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="one_active_model_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
