"""Many submissions at the same moment, over real connections: of identical ones one case, and of
others no more than there is room for."""

from functools import partial
from typing import Any

import pytest

from accounts.models import Organization
from cases.api import idempotency as waiting
from cases.models import Analysis, Case, IdempotencyClaim, ModelVersion
from tests.cases.api.calling import Caller, make_key
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
