"""Tasks of the housekeeping worker, which the scheduler asks for by name, and of the one that sends
webhooks; twice does no harm."""

from datetime import timedelta
from uuid import UUID

from django.core.management import call_command

from accounts.services.sessions import forget_ended_sessions
from cases.services import analyses, idempotency, tidying, workers
from cases.services.webhooks import forgetting
from cases.services.webhooks.handing_over import DELIVER
from cases.services.webhooks.turns import take_turn
from fracture_platform.celery import app

# Below the broker's visibility timeout, or a long one would be delivered a second time.
SLOW = {"soft_time_limit": 240, "time_limit": 270}


@app.task(name="cases.remove_unnamed_files", **SLOW)
def remove_unnamed_files() -> None:
    """Nightly. What it does not reach within its time it reaches on another night."""
    tidying.remove_old_uploads()
    tidying.remove_unnamed_files()


@app.task(name="cases.forget_uploads", **SLOW)
def forget_uploads() -> None:
    """Hourly: nothing that identifies a patient waits here longer than a day."""
    tidying.forget_uploads()


@app.task(name="cases.forget_idempotency_keys", **SLOW)
def forget_idempotency_keys() -> None:
    """Hourly: a submission is recognized for a day."""
    idempotency.forget_old()


@app.task(name="cases.clear_expired_sessions", **SLOW)
def clear_expired_sessions() -> None:
    """Nightly: a session that has run out names a person for no reason any more."""
    call_command("clearsessions")
    forget_ended_sessions()


@app.task(name="cases.forget_silent_workers")
def forget_silent_workers() -> None:
    """Hourly: workers that were killed could not sign off."""
    workers.forget_silent(longer_than=timedelta(days=1))


@app.task(name="cases.queue_unasked", **SLOW)
def queue_unasked() -> None:
    """Hourly: what was committed without a model at the moment in which one was activated."""
    analyses.queue_unasked()


@app.task(name=DELIVER)
def deliver_webhooks(endpoint_id: str) -> None:
    """What is due at one endpoint, for a while. Its worker runs threads, which know no time limits:
    a request has its own (`cases.webhooks.transport`)."""
    take_turn(endpoint_id=UUID(endpoint_id))


@app.task(name="cases.forget_webhooks", **SLOW)
def forget_webhooks() -> None:
    """Nightly: what was sent is shown for a while, not for ever."""
    forgetting.forget_old()
