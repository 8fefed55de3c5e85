"""What containers ask about their own process, and what a start forgets."""

import socket
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cases.models import Worker
from cases.selectors.system import GONE_AFTER

pytestmark = pytest.mark.django_db
HERE = socket.gethostname()


def report(name: str, *, seconds_ago: float = 1) -> None:
    now = timezone.now()
    Worker.objects.create(
        name=name,
        kind=Worker.Kind.INFERENCE,
        started_at=now,
        seen_at=now - timedelta(seconds=seconds_ago),
    )


@pytest.mark.parametrize("name", [f"inference@{HERE}", f"inference@{HERE}/1"])
def test_a_worker_of_this_host_that_reports_is_alive(name: str) -> None:
    report(name)
    call_command("alive", "inference")


@pytest.mark.parametrize(
    ("name", "seconds_ago", "kind"),
    [
        (f"inference@{HERE}", GONE_AFTER.total_seconds() + 1, "inference"),
        (f"inference@{HERE}x", 1, "inference"),
        (f"inference@{HERE}", 1, "scheduler"),
    ],
    ids=["silent", "of another host", "of another kind"],
)
def test_others_are_not(name: str, seconds_ago: float, kind: str) -> None:
    report(name, seconds_ago=seconds_ago)
    with pytest.raises(CommandError, match="has reported within 20 s"):
        call_command("alive", kind)


def test_a_start_forgets_the_workers_of_this_host_only() -> None:
    report(f"inference@{HERE}")
    report(f"inference@{HERE}/1")
    report("inference@elsewhere")
    call_command("forget_workers")
    assert [row.name for row in Worker.objects.all()] == ["inference@elsewhere"]
