"""Put a bundle where workers find it, and register it as a model version."""

import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import transaction

from cases.models import ModelVersion
from cases.services import model_versions
from inference_worker.bundle import Bundle, BundleError, find_bundle, load_bundle
from inference_worker.classifier import load_classifier, warm_up
from inference_worker.converting import Wish, convert
from inference_worker.manifest import MANIFEST
from inference_worker.trial import try_out

CARD = "MODEL_CARD.md"


def install(path: Path) -> ModelVersion:
    """Verify the bundle in the folder `path`, try it on drawn radiographs, copy it, register it.

    A bundle that already lies in one of MODEL_BUNDLE_DIRS stays where it is. Doing it again
    changes nothing. Raises BundleError or ModelVersionConflict, one sentence each; then nothing
    was registered, nothing was copied, and the model that was active goes on.
    """
    bundle = load_bundle(path.resolve())
    if bundle.path.parent == Path(settings.MODEL_BUNDLE_DIRS[0]).resolve():
        # It came with this code, like the code that reads it.
        warm_up(load_classifier(bundle, engine=settings.INFERENCE_ENGINE))
    else:
        try_out(bundle, engine=settings.INFERENCE_ENGINE)
    card = bundle.path / CARD
    with transaction.atomic():
        model = model_versions.register(
            name=bundle.name,
            version=bundle.version,
            weights_sha256=bundle.weights_sha256,
            preprocessing_version=bundle.preprocessing_version,
            is_demonstration=bundle.demonstration,
            manifest=dict(bundle.manifest),
            # A card that the manifest does not list was not verified, and may be a link.
            card=card.read_text(encoding="utf-8") if CARD in bundle.manifest["files"] else "",
        )
        _place(bundle)
    return model


def install_file(source: Path, wish: Wish) -> ModelVersion:
    """Convert a .keras or .h5 file into a bundle and install that. Raises like `install`."""
    with tempfile.TemporaryDirectory(prefix="install-model-") as work:
        folder = Path(work) / f"{wish.name}-{wish.version}"
        convert(source, folder, wish)
        return install(folder)


def check(model: ModelVersion) -> None:
    """Raise BundleError unless the registered bundle lies here unchanged."""
    folder = find_bundle(model.name, model.version, settings.MODEL_BUNDLE_DIRS)
    if load_bundle(folder).weights_sha256 != model.weights_sha256:
        raise BundleError(f"{folder.name} holds other weights than those registered.")


def _place(bundle: Bundle) -> None:
    """Copy a bundle, whole or not at all, unless the same one lies here already."""
    folders = [Path(folder).resolve() for folder in settings.MODEL_BUNDLE_DIRS]
    if bundle.path.parent in folders:
        return
    target = folders[-1] / f"{bundle.name}-{bundle.version}"
    try:
        folders[-1].mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folders[-1], prefix=".new-") as work:
            if not _is_free(target, bundle, Path(work)):
                return
            copy = Path(work) / target.name
            copy.mkdir()
            for name in (MANIFEST, *bundle.manifest["files"]):
                shutil.copyfile(bundle.path / name, copy / name)
            load_bundle(copy)
            copy.rename(target)
    except OSError as error:
        raise BundleError(f"The bundle cannot be copied to {folders[-1]}: {error}.") from error


def _is_free(target: Path, bundle: Bundle, work: Path) -> bool:
    """False where the same bundle lies already. A damaged copy of it is put aside into `work`;
    another bundle is not touched: BundleError."""
    if not target.exists():
        return True
    try:
        installed = load_bundle(target).weights_sha256
    except BundleError:
        target.rename(work / "damaged")
        return True
    if installed != bundle.weights_sha256:
        raise BundleError(
            f"{target.name} is installed with other weights: give this bundle a new version."
        )
    return False
