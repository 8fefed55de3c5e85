"""`/status.json`: public, without secrets and without anything of a case; never cached."""

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.models import Worker
from cases.selectors.system import System, system


@require_safe
@never_cache
def status_json(request: HttpRequest) -> JsonResponse:
    """200 even when not ready: it tells how things are, `/readyz` is the one that refuses."""
    return JsonResponse(as_json(system()))


def as_json(found: System) -> dict[str, object]:
    model = found.model
    return {
        "ready": found.ready,
        "database": {"up": found.database},
        "storage": {"writable": found.storage},
        "broker": {"up": found.broker},
        "workers": {
            "inference": found.count(Worker.Kind.INFERENCE),
            "housekeeping": found.count(Worker.Kind.HOUSEKEEPING),
            "webhooks": found.count(Worker.Kind.WEBHOOKS),
            "holding_active_model": found.holds_active_model,
        },
        "scheduler": {"up": found.count(Worker.Kind.SCHEDULER) > 0},
        "model": None
        if model is None
        else {
            "name": model.name,
            "version": model.version,
            "demonstration": model.is_demonstration,
        },
        "queue": {
            "waiting": found.waiting,
            "running": found.running,
            "oldest_seconds": found.oldest_seconds,
        },
    }


urlpatterns = [path("status.json", status_json, name="status")]
