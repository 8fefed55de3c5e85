"""Tasks of the housekeeping worker. The scheduler asks for them by name; twice does no harm."""

from datetime import timedelta
from uuid import UUID

from django.core.management import call_command

from accounts.services.sessions import forget_ended_sessions
from cases.services import analyses, idempotency, tidying, workers
from cases.services.webhooks import delivering, forgetting
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


@app.task(name="cases.deliver_webhook", soft_time_limit=30, time_limit=45)
def deliver_webhook(delivery_id: str) -> None:
    """One attempt at one delivery; whoever comes second finds nothing to claim."""
    delivering.deliver(delivery_id=UUID(delivery_id))


@app.task(name="cases.forget_webhooks", **SLOW)
def forget_webhooks() -> None:
    """Nightly: what was sent is shown for a while, not for ever."""
    forgetting.forget_old()
