"""The Celery task of the inference worker: claim, analyse, write once."""

import time
from typing import Any
from uuid import UUID

import structlog
from celery import Task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import Error

from cases.dispatch import ANALYSE
from cases.models import Analysis, Radiograph
from cases.services.analyses import claim, record_failure, record_result, return_to_queue
from cases.vocabulary import AnalysisStatus
from fracture_platform.celery import app
from inference_worker import lifecycle
from inference_worker.assessment import NoUsableAnswer, UnreadableRadiograph, assess
from inference_worker.bundle import BundleError
from inference_worker.classifier import Classifier
from inference_worker.lease import Lease
from inference_worker.loaded import loaded

log = structlog.get_logger(__name__)


class RadiographMissing(Exception):
    """The row names a file that the storage does not have."""


PERMANENT: dict[type[Exception], tuple[str, str]] = {
    RadiographMissing: (
        "radiograph_missing",
        "The stored radiograph is not where it should be: tell the operator, and send it again.",
    ),
    UnreadableRadiograph: (
        "radiograph_unreadable",
        "The stored radiograph cannot be read: tell the operator, and send it again.",
    ),
    NoUsableAnswer: (
        "no_usable_answer",
        "The model gave no usable answer for this radiograph: read it without the software.",
    ),
}
"""What no repetition would mend; the sentence is for the clinician."""

TRANSIENT: dict[type[Exception], tuple[str, str]] = {
    SoftTimeLimitExceeded: ("timed_out", "The analysis took too long and was stopped."),
    Error: ("database_unavailable", "The database did not answer the worker."),
    OSError: ("storage_unavailable", "The file storage did not answer the worker."),
    Exception: ("unexpected_error", "The analysis stopped on an unexpected error."),
}


@app.task(name=ANALYSE, bind=True)
def analyse_radiograph(self: Task, analysis_id: str) -> None:
    """Analyse the radiograph of one queued analysis; a second delivery claims nothing and ends."""
    try:
        pk = UUID(analysis_id)
    except ValueError:
        log.error("not_an_analysis_id", task_id=self.request.id)  # noqa: TRY400  (not ours)
        return
    # Where this ends early the message is spent and the row is not: it stays queued, and the
    # reconciler sends another.
    try:
        classifier = classifier_for(pk)
        analysis = None
        if classifier is not None:
            analysis = claim(analysis_id=pk, worker_name=lifecycle.worker_name())
    except BundleError as error:
        log.warning("model_unavailable", analysis_id=analysis_id, reason=str(error))
        return
    except Error as error:
        log.warning("claim_failed", analysis_id=analysis_id, error=type(error).__name__)
        return
    if classifier is None or analysis is None:
        log.info("nothing_to_claim", analysis_id=analysis_id)
        return
    try:
        with Lease(analysis_id=pk, attempt=analysis.attempt):
            run_attempt(analysis, classifier)
    except SoftTimeLimitExceeded as error:  # struck before the work began, or while it was ending
        give_up(analysis, error)


def classifier_for(analysis_id: UUID) -> Classifier | None:
    """The classifier of a queued analysis; None if it does not wait (any more).

    It is loaded before the claim, so that a worker which lacks the model's files uses up no
    attempt of anybody's. Raises BundleError.
    """
    waiting = Analysis.objects.filter(pk=analysis_id, status=AnalysisStatus.QUEUED)
    analysis = waiting.select_related("model_version").first()
    return None if analysis is None else loaded.get(analysis.model_version)


def run_attempt(analysis: Analysis, classifier: Classifier) -> None:
    """Work on a claimed analysis and write what came of it; whatever fails, nothing is raised."""
    mine: dict[str, Any] = {"analysis_id": analysis.pk, "attempt": analysis.attempt}
    try:
        written = record_result(**mine, **result_of(analysis, classifier))
        event = "analysis_succeeded" if written else "result_dropped"
        log.info(event, analysis_id=str(analysis.pk), attempt=analysis.attempt)
    except Exception as error:  # noqa: BLE001  (each kind of failure has its way to be written down)
        give_up(analysis, error)


def give_up(analysis: Analysis, error: Exception) -> None:
    """Fail the analysis, or return it to the queue for another attempt."""
    mine: dict[str, Any] = {"analysis_id": analysis.pk, "attempt": analysis.attempt}
    log.warning(
        "attempt_failed",
        analysis_id=str(analysis.pk),
        attempt=analysis.attempt,
        exc_info=error,
    )
    try:
        for kind, (code, message) in PERMANENT.items():
            if isinstance(error, kind):
                record_failure(**mine, code=code, message=message)
                return
        code, message = next(text for kind, text in TRANSIENT.items() if isinstance(error, kind))
        return_to_queue(**mine, code=code, message=message)
    except Error as second:
        # The lease runs out, and the reconciler does the same.
        log.warning("outcome_not_written", analysis_id=str(analysis.pk), error=str(second))


def result_of(analysis: Analysis, classifier: Classifier) -> dict[str, Any]:
    """What `record_result` writes. Milliseconds: `waited` from asking to this claim, `read`
    fetched and decoded, `preprocessed`, `inferred`, `total` from asking to the write."""
    started = time.perf_counter()
    asked = analysis.started_at or analysis.created_at
    waited = max(0.0, (asked - analysis.created_at).total_seconds() * 1000)
    before = time.perf_counter()
    data = read(analysis.radiograph)
    fetched = (time.perf_counter() - before) * 1000
    assessment = assess(data, classifier)
    timings = {
        "waited": waited,
        "read": fetched + assessment.timings_ms["decoded"],
        "preprocessed": assessment.timings_ms["preprocessed"],
        "inferred": assessment.timings_ms["inferred"],
        "total": waited + (time.perf_counter() - started) * 1000,
    }
    answer, bundle = assessment.answer, classifier.bundle
    return {
        "level": answer.level,
        "probability": answer.probability,
        "logit": answer.logit,
        "class_scores": answer.class_scores,
        "heatmap": assessment.heatmap,
        "marks": [mark.as_json() for mark in assessment.marks],
        "thresholds": answer.thresholds,
        "weights_sha256": bundle.weights_sha256,
        "preprocessing_version": bundle.preprocessing_version,
        "engine": classifier.engine,
        "timings_ms": {name: round(value, 2) for name, value in timings.items()},
    }


def read(radiograph: Radiograph) -> bytes:
    """The canonical image from private storage. Raises RadiographMissing, or what it meets."""
    try:
        with radiograph.canonical.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise RadiographMissing(str(radiograph.pk)) from error
