"""Registering and activating model versions."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import ModelVersion


class ModelVersionConflict(Exception):
    """Another bundle is registered under this name and version; the message is one sentence."""


@transaction.atomic
def register(
    *,
    name: str,
    version: str,
    weights_sha256: str,
    preprocessing_version: str,
    is_demonstration: bool,
    manifest: Mapping[str, Any],
    card: str = "",
) -> ModelVersion:
    """Note a bundle. The same one again is the same row; other weights need another version,
    or a stored answer would no longer say which model gave it: ModelVersionConflict."""
    model, created = ModelVersion.objects.get_or_create(
        name=name,
        version=version,
        defaults={
            "weights_sha256": weights_sha256,
            "preprocessing_version": preprocessing_version,
            "is_demonstration": is_demonstration,
            "manifest": dict(manifest),
            "card": card,
        },
    )
    if not created and model.weights_sha256 != weights_sha256:
        raise ModelVersionConflict(
            f"{name} {version} is registered with other weights; give this bundle a new version."
        )
    return model


@transaction.atomic
def activate(*, model_version: ModelVersion) -> None:
    """Make this the one active model version. Running workers load it without a restart."""
    list(ModelVersion.objects.select_for_update().order_by("pk").values_list("pk"))
    others = ModelVersion.objects.filter(is_active=True).exclude(pk=model_version.pk)
    others.update(is_active=False)
    ModelVersion.objects.filter(pk=model_version.pk, is_active=False).update(
        is_active=True, activated_at=timezone.now()
    )
    model_version.refresh_from_db()
