"""A worker process that reports for duty."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.model_version import ModelVersion


class Worker(models.Model):
    """The last heartbeat of one process: how `/status.json` knows who would work."""

    class Kind(models.TextChoices):
        INFERENCE = "inference", _("Inference")
        HOUSEKEEPING = "housekeeping", _("Housekeeping")
        WEBHOOKS = "webhooks", _("Webhooks")
        SCHEDULER = "scheduler", _("Scheduler")

    name = models.CharField(_("name"), max_length=120, primary_key=True)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    engine = models.CharField(_("engine"), max_length=40, blank=True)
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(_("started"))
    seen_at = models.DateTimeField(_("last seen"), db_index=True)

    class Meta:
        ordering: ClassVar = ["kind", "name"]
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name
