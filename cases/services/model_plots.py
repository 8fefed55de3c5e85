"""Keep the plots of a model card where the pages find them, whichever machine serves them."""

import hashlib

import structlog
from django.core.files.base import ContentFile

from cases import plots
from cases.models import ModelVersion
from cases.models.radiograph import private_storage
from cases.services import installed_bundles

log = structlog.get_logger(__name__)


def store_plots(*, model_version: ModelVersion) -> int:
    """Copy what the manifest lists from the bundle on this machine; how many were copied.

    Only bytes with the registered hash are taken. One that is not here is left out, and the page
    says so: a card without its plots is still a card. Raises what the storage raises.
    """
    stored = plots.stored_names(model_version.manifest)
    found = installed_bundles.find(model_version) if stored else None
    if found is None:
        return 0
    folder, listed = found
    storage, copied = private_storage(), 0
    for name, target in stored.items():
        if name not in listed or storage.exists(target):
            continue
        try:
            content = (folder / name).read_bytes()
        except OSError:
            content = b""
        if hashlib.sha256(content).hexdigest() not in target:
            log.warning("plot_not_stored", model=str(model_version), file=name)
            continue
        storage.save(target, ContentFile(content))
        copied += 1
    return copied
