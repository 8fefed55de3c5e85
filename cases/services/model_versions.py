"""Registering and activating model versions."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.models import ModelVersion
from cases.services.analyses import queue_unasked


class ModelVersionConflict(Exception):
    """Another bundle is registered under this name and version; the message is one sentence."""


class BundleMissing(Exception):
    """The files of a registered model version are not where workers look; one sentence says so."""


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


def activate(*, model_version: ModelVersion) -> None:
    """Make this the one active model version. Running workers load it without a restart, and what
    came in while none was active is queued after the commit.

    Raises BundleMissing if its bundle does not lie in MODEL_BUNDLE_DIRS: no worker could load it,
    and everything that comes in would wait.
    """
    _require_bundle(model_version)
    with transaction.atomic():
        list(ModelVersion.objects.select_for_update().order_by("pk").values_list("pk"))
        others = ModelVersion.objects.filter(is_active=True).exclude(pk=model_version.pk)
        others.update(is_active=False)
        ModelVersion.objects.filter(pk=model_version.pk, is_active=False).update(
            is_active=True, activated_at=timezone.now()
        )
        transaction.on_commit(queue_unasked, robust=True)
    model_version.refresh_from_db()


def _require_bundle(model: ModelVersion) -> None:
    """Only a look: the files are there and listed as registered. The worker verifies each byte."""
    for folder in settings.MODEL_BUNDLE_DIRS:
        for path in sorted(Path(folder).glob("*/bundle.json")):
            try:
                manifest = json.loads(path.read_text(encoding="utf-8"))
                named = (manifest["name"], manifest["version"]) == (model.name, model.version)
                weights = _weights(manifest)
            except (OSError, ValueError, TypeError, KeyError, AttributeError):
                continue  # no bundle; what it is meant to be, its installation says
            if not named:
                continue
            if weights != _weights(model.manifest):
                raise BundleMissing(
                    f"{path.parent.name} holds other weights than those registered."
                )
            if lost := [name for name in weights if not (path.parent / name).is_file()]:
                raise BundleMissing(f"{path.parent.name} lacks the file {lost[0]}.")
            return
    raise BundleMissing(f"No bundle {model} is installed here: install it again.")


def _weights(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The files of the weights and their hashes, as a bundle's manifest lists them."""
    files = dict(manifest.get("files", {}))
    return {name: str(sha) for name, sha in files.items() if name.startswith("model.")}
