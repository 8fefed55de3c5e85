"""The models that this process holds: that of each analysis, verified and warm, at most two."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings

from cases.models import ModelVersion
from inference_worker.bundle import BundleError, find_bundle, load_bundle
from inference_worker.classifier import Classifier, load_classifier, warm_up

log = structlog.get_logger(__name__)


class Loaded:
    """Classifiers by model version; two, so that a switch does not reload for what still waits.

    The lock makes a task wait for the heartbeat that is just loading the same model. A
    classifier itself is used by the task's thread alone.
    """

    def __init__(self, *, capacity: int = 2) -> None:
        self._capacity = capacity
        self._classifiers: OrderedDict[UUID, Classifier] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, model_version: ModelVersion) -> Classifier:
        """The classifier of a model version, loaded if need be. Raises BundleError."""
        with self._lock:
            if model_version.pk not in self._classifiers:
                self._classifiers[model_version.pk] = load(model_version)
            self._classifiers.move_to_end(model_version.pk)
            while len(self._classifiers) > self._capacity:
                self._classifiers.popitem(last=False)
            return self._classifiers[model_version.pk]


def load(model_version: ModelVersion) -> Classifier:
    """Find, verify, load and warm up. Raises BundleError, also for weights not registered so."""
    folders: Sequence[Path] = settings.MODEL_BUNDLE_DIRS
    bundle = load_bundle(find_bundle(model_version.name, model_version.version, folders))
    if bundle.weights_sha256 != model_version.weights_sha256:
        raise BundleError(f"{bundle.path.name} holds other weights than those registered.")
    classifier = load_classifier(
        bundle, threads=settings.INFERENCE_THREADS, engine=settings.INFERENCE_ENGINE
    )
    milliseconds = warm_up(classifier)
    log.info(
        "model_loaded",
        model=str(model_version),
        engine=classifier.engine,
        warm_up_ms=round(milliseconds, 1),
    )
    return classifier


loaded = Loaded()
