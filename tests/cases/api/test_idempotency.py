"""The same submission, sent again: one case, however it is sent."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import timezone

from accounts.models import Organization
from cases.api import idempotency as waiting
from cases.intake.limits import Limits
from cases.models import Analysis, Case, IdempotencyClaim, ModelVersion, Radiograph
from cases.services import idempotency, reception, submission
from cases.services.status import update_case
from cases.tasks import forget_idempotency_keys
from tests.cases.api.calling import Caller, caller, codes
from tests.cases.files import upload

pytestmark = pytest.mark.usefixtures("storage")


def submit(program: Caller, key: str = "order-17", **changes: Any) -> Any:
    fields = {
        "patient_reference": "ISL-0417",
        "radiographs": [upload(1), upload(2)],
        "side": "left",
        "reading_deadline": "2199-01-01T12:00:00Z",
        **changes,
    }
    return program.send("cases/", fields, Idempotency_Key=key)


def grow_old(by: timedelta) -> None:
    """The clock of a database server cannot be moved."""
    IdempotencyClaim.objects.update(expires_at=F("expires_at") - by)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.0)


class TestAgain:
    def test_is_answered_as_the_first_time(self, sending: Caller) -> None:
        first, again = submit(sending), submit(sending)
        assert (first.status_code, again.status_code) == (202, 202)
        assert "Idempotency-Replayed" not in first
        assert again["Idempotency-Replayed"] == "true"
        assert again["Location"] == first["Location"]
        assert again.json() == first.json()
        assert Case.objects.count() == 1

    def test_the_content_counts_and_not_its_envelope(self, sending: Caller) -> None:
        submit(sending)
        again = submit(
            sending,
            radiographs=[upload(1, "other.png"), upload(2, "name.png")],
            reading_deadline="2199-01-01T13:00:00+01:00",
            sex="",
        )
        assert again["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize(
        "changes",
        [
            {"views": [""]},
            {"views": ["", ""]},
            {"sex": "", "body_region": "", "age_years": "", "clinical_question": " "},
            {"accession": "", "order": " "},
            {"priority": "routine"},
            {"reading_organization": ""},
            {"reading_organization": "default"},
            {"patient_reference": " ISL-0417 "},
        ],
    )
    def test_what_is_left_out_means_its_default(
        self, sending: Caller, hospital: Organization, changes: dict[str, Any]
    ) -> None:
        if changes.get("reading_organization"):
            changes = {"reading_organization": str(hospital.pk)}
        submit(sending)
        assert submit(sending, **changes)["Idempotency-Replayed"] == "true"
        assert submit(sending, "order-18", **changes).status_code == 202
        assert submit(sending, "order-18")["Idempotency-Replayed"] == "true"

    def test_the_default_organization_may_change_meanwhile(
        self, sending: Caller, sender: Organization
    ) -> None:
        submit(sending)
        sender.default_reading_organization = None
        sender.save()
        assert submit(sending)["Idempotency-Replayed"] == "true"

    def test_to_a_key_that_may_not_look_it_tells_no_answer(
        self, sending: Caller, sender: Organization, model_version: ModelVersion
    ) -> None:
        submit(sending)
        Analysis.objects.update(
            status="succeeded",
            attempt=1,
            level="fracture",
            probability=0.83,
            finished_at=timezone.now(),
        )
        update_case(case_id=Case.objects.get().pk)
        assert submit(sending).json()["level"] == "fracture"
        again = submit(caller(sender, "submit", name="door"))
        assert again["Idempotency-Replayed"] == "true"
        told = again.json()
        assert (told["withheld"], told["level"]) == (True, None)
        assert told["radiographs"][0]["answer"] == {
            "kind": "withheld",
            "statement": "Not told to an API key without the scope read.",
            "note": "",
            "probability": None,
            "analysis": None,
            "pending": None,
        }
        assert told["patient_reference"] == "ISL-0417"

    @pytest.mark.parametrize(
        "changes",
        [
            {"patient_reference": "ISL-0418"},
            {"views": ["", "lateral"]},
            {"side": "right"},
            {"radiographs": [upload(1), upload(3)]},
            {"radiographs": [upload(2), upload(1)]},
            {"radiographs": [upload(1)]},
            {"radiographs": [upload(1)], "photographs": [upload(2)]},
            {"accession": "A-1"},
        ],
    )
    def test_other_content_is_refused(self, sending: Caller, changes: dict[str, Any]) -> None:
        submit(sending)
        response = submit(sending, **changes)
        assert (response.status_code, codes(response)) == (422, {None: "idempotency_key_reused"})
        assert Case.objects.count() == 1

    def test_another_key_of_the_organization_means_the_same(
        self, sending: Caller, sender: Organization
    ) -> None:
        submit(sending)
        assert submit(caller(sender, name="other"))["Idempotency-Replayed"] == "true"

    def test_another_organization_means_its_own(self, sending: Caller, foreign: Caller) -> None:
        first, other = submit(sending), submit(foreign)
        assert other.status_code == 202
        assert other["Location"] != first["Location"]

    def test_a_deadline_that_has_passed_meanwhile(self, sending: Caller) -> None:
        soon = (timezone.now() + timedelta(minutes=5)).isoformat()
        submit(sending, reading_deadline=soon)
        with time_machine.travel(timezone.now() + timedelta(hours=1)):
            assert submit(sending, reading_deadline=soon)["Idempotency-Replayed"] == "true"

    def test_after_a_day_it_is_forgotten(self, sending: Caller) -> None:
        first = submit(sending)
        grow_old(timedelta(hours=23))
        assert submit(sending)["Location"] == first["Location"]
        grow_old(timedelta(hours=1))
        assert submit(sending)["Location"] != first["Location"]


class TestRefused:
    def test_may_be_mended_under_the_same_key(self, sending: Caller) -> None:
        text = SimpleUploadedFile("letter.txt", b"Dear colleague" * 9)
        assert submit(sending, radiographs=[text]).status_code == 422
        assert not IdempotencyClaim.objects.exists()
        assert submit(sending).status_code == 202

    @pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é"])
    def test_a_key_that_is_none(self, sending: Caller, key: str) -> None:
        response = submit(sending, key)
        assert (response.status_code, codes(response)) == (400, {None: "idempotency_key_invalid"})


class TestInFlight:
    @pytest.fixture
    def claimed(self, sending: Caller, monkeypatch: pytest.MonkeyPatch) -> IdempotencyClaim:
        """As a first request leaves it that died at its work."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(submission, "submit_case", _die)
            patch.setattr(idempotency, "release", _forget_to)
            assert submit(sending).status_code == 500
        return IdempotencyClaim.objects.get(case=None)

    def test_the_second_waits_and_then_is_told_so(
        self, sending: Caller, claimed: IdempotencyClaim, impatient: None
    ) -> None:
        response = submit(sending)
        assert (response.status_code, codes(response)) == (409, {None: "in_flight"})
        assert int(response["Retry-After"]) > 0
        assert not Case.objects.exists()

    def test_other_content_need_not_wait(self, sending: Caller, claimed: IdempotencyClaim) -> None:
        response = submit(sending, side="right")
        assert codes(response) == {None: "idempotency_key_reused"}

    def test_a_first_one_that_died_is_succeeded(
        self, sending: Caller, claimed: IdempotencyClaim
    ) -> None:
        IdempotencyClaim.objects.update(lease_until=timezone.now())
        assert submit(sending).status_code == 202
        assert Case.objects.count() == 1

    def test_who_was_succeeded_makes_no_case(
        self, sending: Caller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It was thought dead, and settles after another has taken over."""
        real = submission.submit_case

        def slow(**given: Any) -> Case:
            IdempotencyClaim.objects.update(lease_until=timezone.now())
            claim = given["claim"]
            idempotency.claim(
                organization=claim.organization, key=claim.key, fingerprint=claim.fingerprint
            )
            return real(**given)

        monkeypatch.setattr(submission, "submit_case", slow)
        response = submit(sending)
        assert (response.status_code, codes(response)) == (409, {None: "in_flight"})
        assert not Case.objects.exists()
        assert not Radiograph.objects.exists()

    def test_a_claim_outlasts_the_longest_wait_for_one_file(self) -> None:
        """It is renewed after each."""
        one = reception.PATIENCE_SECONDS + Limits().seconds
        assert one * 2 < idempotency.LEASE.total_seconds() <= 120


def _die(**_given: Any) -> Case:
    raise RuntimeError("the power went")


def _forget_to(*, claim: IdempotencyClaim) -> None:
    """The process that would have released it is gone."""


def test_old_ones_are_forgotten(sending: Caller) -> None:
    submit(sending)
    forget_idempotency_keys()
    assert IdempotencyClaim.objects.count() == 1
    grow_old(timedelta(hours=24))
    forget_idempotency_keys()
    assert not IdempotencyClaim.objects.exists()
    assert Case.objects.count() == 1
