"""Many submissions at the same moment, over real connections: of identical ones one case, and of
others no more than there is room for."""

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Organization
from cases.api import idempotency as waiting
from cases.intake.verify import verify
from cases.models import Analysis, Case, IdempotencyClaim, ModelVersion
from cases.services import idempotency, reception
from tests.cases.api.calling import Caller, codes, make_key
from tests.cases.files import upload
from tests.cases.services.test_concurrency import at_once

pytestmark = pytest.mark.usefixtures("several_connections", "storage")
AT_ONCE = 50


def submit(text: str) -> Any:
    fields = {"patient_reference": "ISL-0417", "radiographs": [upload(1)]}
    return Caller(text).send("cases/", fields, Idempotency_Key="order-17")


def test_one_case(sender: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 60.0)
    _key, text = make_key(sender)
    responses = at_once(*(partial(submit, text) for _n in range(AT_ONCE)))
    assert {response.status_code for response in responses} == {202}
    assert len({response["Location"] for response in responses}) == 1
    first = [one for one in responses if "Idempotency-Replayed" not in one]
    assert len(first) == 1
    assert Case.objects.count() == IdempotencyClaim.objects.count() == 1


def test_no_more_than_there_is_room_for(
    sender: Organization, model_version: ModelVersion, settings: Any
) -> None:
    settings.API_UNFINISHED_PER_ORGANIZATION = 3
    _key, text = make_key(sender)

    def another(number: int) -> int:
        sent = {"patient_reference": f"ISL-{number}", "radiographs": [upload(number)]}
        return int(Caller(text).send("cases/", sent).status_code)

    answers = at_once(*(partial(another, number) for number in range(10)))
    assert sorted(answers) == [202] * 3 + [429] * 7
    assert Case.objects.count() == Analysis.objects.count() == 3


class Slow:
    """Each file takes 50 seconds, by the clock that claims are measured with; before anything of
    them is stored somebody else is let in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files, self.asleep = 0, timedelta()
        self.verified, self.answered = threading.Event(), threading.Event()
        monkeypatch.setattr(idempotency, "database_now", self.now)
        monkeypatch.setattr(reception, "verify", self.verify)
        real = reception.store

        def store(*given: Any, **named: Any) -> Any:
            if not self.verified.is_set():
                self.verified.set()
                assert self.answered.wait(60)
            return real(*given, **named)

        monkeypatch.setattr(reception, "store", store)

    def now(self) -> Any:
        return timezone.now() + self.asleep

    def verify(self, *given: Any, **named: Any) -> Any:
        self.asleep += timedelta(seconds=50)
        self.files += 1
        return verify(*given, **named)


def test_work_that_outlasts_the_lease_keeps_its_claim(
    sender: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.0)
    slow = Slow(monkeypatch)
    _key, text = make_key(sender)

    def send() -> Any:
        sent = {"patient_reference": "ISL-0417", "radiographs": [upload(n) for n in range(4)]}
        return Caller(text).send("cases/", sent, Idempotency_Key="order-17")

    def again() -> Any:
        assert slow.verified.wait(60)
        try:
            return send()
        finally:
            slow.answered.set()

    first, second = at_once(send, again)
    assert slow.asleep > idempotency.LEASE
    assert (second.status_code, codes(second)) == (409, {None: "in_flight"})
    assert (first.status_code, slow.files) == (202, 4)
    assert Case.objects.count() == 1
