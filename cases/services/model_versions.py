"""Registering and activating model versions."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import ModelVersion
from cases.services import installed_bundles
from cases.services.analyses import queue_unasked
from cases.services.model_plots import store_plots


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
    or a stored answer would no longer say which model gave it: ModelVersionConflict.

    The plots of its card are stored after the commit, from the bundle in MODEL_BUNDLE_DIRS.
    """
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
    transaction.on_commit(lambda: store_plots(model_version=model), robust=True)
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
        # Again: it may have been registered where its plots did not lie.
        transaction.on_commit(lambda: store_plots(model_version=model_version), robust=True)
    model_version.refresh_from_db()


def _require_bundle(model: ModelVersion) -> None:
    """Only a look: the files are there and listed as registered. The worker verifies each byte."""
    found = installed_bundles.find(model)
    if found is None:
        raise BundleMissing(f"No bundle {model} is installed here: install it again.")
    folder, files = found
    weights = _weights(files)
    if weights != _weights(installed_bundles.hashes(model.manifest)):
        raise BundleMissing(f"{folder.name} holds other weights than those registered.")
    if lost := [name for name in weights if not (folder / name).is_file()]:
        raise BundleMissing(f"{folder.name} lacks the file {lost[0]}.")


def _weights(files: Mapping[str, str]) -> dict[str, str]:
    """Those of a bundle's files that hold weights, with their hashes."""
    return {name: sha for name, sha in files.items() if name.startswith("model.")}
