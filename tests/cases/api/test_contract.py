"""Real answers, held against the schema by a JSON Schema 2020-12 validator: no field that is null
where the schema says it is not, no word that is in no enum, no field that is not described."""

from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from jsonschema import Draft202012Validator

from accounts.models import Organization, User
from cases.models import Analysis, Case, Radiograph, WebhookAttempt
from cases.services.reads import Mark, record_read
from cases.services.status import update_case
from cases.services.webhooks.endpoints import create_endpoint, send_test
from cases.vocabulary import Purpose
from tests.cases.api.calling import Caller, caller
from tests.cases.api.contract import Contract
from tests.cases.files import ankle, upload
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory, phantom

pytestmark = pytest.mark.usefixtures("storage")


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract()


@pytest.fixture
def ids(case: Case, analysis: Analysis, reader: User, administrator: User) -> dict[str, Any]:
    """Of a case with everything that one can have: answers, a heatmap, a mark, spacing, 16 bits,
    what waits, a failure, a photograph, what was withdrawn, a read and its amendment; and of the
    sender's webhook endpoint, which was sent a test."""
    endpoint, _secret = create_endpoint(
        organization=case.submitting_organization,
        actor=administrator,
        url="https://receiver.example/",
        event_types=["case.finished"],
    )
    delivery = send_test(endpoint=endpoint, actor=administrator)
    WebhookAttempt.objects.create(delivery=delivery, http_status=503, answer="Not just now.")
    analysis.heatmap.save("heatmap.png", ContentFile(phantom()))
    Analysis.objects.filter(pk=analysis.pk).update(timings_ms={"inferred": 11.5, "total": 40})
    shown = analysis.radiograph
    shown.deep.save("deep.png", ContentFile(phantom()))
    Radiograph.objects.filter(pk=shown.pk).update(
        view="frontal",
        bits=12,
        pixel_spacing_row_mm=0.15,
        pixel_spacing_column_mm=0.15,
        pixel_spacing_kind="detector",
    )
    model = analysis.model_version
    AnalysisFactory(radiograph=shown, model_version=model)
    other = RadiographFactory(case=case)
    AnalysisFactory(radiograph=other, model_version=model, failed=True)
    AnalysisFactory(radiograph=other, model_version=model, purpose=Purpose.SHADOW)
    RadiographFactory(case=case, not_assessable="photograph")
    RadiographFactory(case=case, withdrawn_at=timezone.now(), withdrawal_reason="Wrong side")
    _read_twice(case, analysis, reader)
    update_case(case_id=case.pk)
    return {
        "case_id": case.pk,
        "radiograph_id": shown.pk,
        "analysis_id": analysis.pk,
        "model_version_id": model.pk,
        "rendition": "deep",
        "endpoint_id": endpoint.pk,
        "delivery_id": delivery.pk,
    }


def _read_twice(case: Case, analysis: Analysis, reader: User) -> None:
    first = record_read(
        case=case,
        reader=reader,
        conclusion="fracture",
        body_region="wrist",
        side="left",
        other_findings=["effusion"],
        comment="Distal radius",
        analysis=analysis,
        agreement="agree",
        mark=Mark(analysis.radiograph, 40.5, 60),
    )
    record_read(case=case, reader=reader, conclusion="unsure", amending=first.pk)


def held(contract: Contract, ids: dict[str, Any], program: Caller) -> dict[str, int]:
    """Every GET of the schema, each answer as the schema says; the statuses by the operation."""
    statuses: dict[str, int] = {}
    for name, method, path in contract.operations():
        if method == "get":
            response = program.get(path.format(**ids))
            assert contract.problems(path, method, response) == [], name
            statuses[name] = response.status_code
    return statuses


def test_everything_that_can_be_asked(
    contract: Contract, ids: dict[str, Any], sender: Organization, reading: Caller
) -> None:
    assert set(held(contract, ids, caller(sender, "admin")).values()) == {200}
    told = held(contract, ids, reading)
    assert {name for name, status in told.items() if status != 200} == {
        "list_webhooks",
        "get_webhook",
        "list_webhook_deliveries",
    }


def test_a_case_of_which_little_is_known(
    contract: Contract, ids: dict[str, Any], sender: Organization
) -> None:
    bare = CaseFactory(submitting_organization=sender, body_region="", patient_reference="-")
    waiting = AnalysisFactory(radiograph=RadiographFactory(case=bare))
    update_case(case_id=bare.pk)
    known = {"case_id": bare.pk, "radiograph_id": waiting.radiograph_id, "rendition": "thumbnail"}
    statuses = held(contract, {**ids, **known, "analysis_id": waiting.pk}, caller(sender, "admin"))
    assert statuses.pop("get_heatmap") == 404
    assert set(statuses.values()) == {200}


def test_a_case_that_was_withdrawn(
    contract: Contract, ids: dict[str, Any], case: Case, sending: Caller
) -> None:
    path = "/api/v1/cases/{case_id}/withdraw/"
    gone = sending.post(path.format(**ids), {"reason": "Sent twice"})
    assert contract.problems(path, "post", gone) == []
    statuses = held(contract, ids, sending)
    assert (statuses["get_case"], statuses["get_image"]) == (200, 404)


def test_a_case_that_is_withheld(
    contract: Contract, ids: dict[str, Any], hospital: Organization, case: Case
) -> None:
    hospital.read_first = True
    hospital.save()
    case.reads.filter(amended_by__isnull=True).delete()
    case.reads.all().delete()
    statuses = held(contract, ids, caller(hospital))
    assert (statuses["get_case"], statuses["get_heatmap"]) == (200, 404)


def test_what_is_not_there_and_who_may_not(
    contract: Contract, ids: dict[str, Any], sender: Organization, foreign: Caller
) -> None:
    nothing = {name: uuid4() for name in ids} | {"rendition": "canonical"}
    for program in (foreign, Caller(), caller(sender, "submit")):
        held(contract, nothing, program)


FORM = {
    "age_years": "61",
    "sex": "female",
    "body_region": "wrist",
    "side": "left",
    "clinical_question": "Fall on the hand",
    "priority": "urgent",
    "accession": "A-1",
}


@pytest.mark.parametrize("more", [{}, FORM], ids=["bare", "full"])
def test_the_submission(contract: Contract, sending: Caller, more: dict[str, Any]) -> None:
    path = "/api/v1/cases/"
    fields = {"patient_reference": "ISL-0417", **more}
    for files in ({"radiographs": [upload(), ankle()]}, {"photographs": [upload(3)]}):
        response = sending.send(path, {**fields, **files})
        assert response.status_code == 202
        assert contract.problems(path, "post", response) == []
        got = sending.get(response["Location"])
        assert contract.problems("/api/v1/cases/{case_id}/", "get", got) == []
    refused = sending.send(path, {**fields, "radiographs": [ContentFile(b"no image", "a.png")]})
    assert refused.status_code == 422
    assert contract.problems(path, "post", refused) == []


@pytest.mark.parametrize(
    ("path", "who", "body", "status"),
    [
        ("cancel", "sending", {}, 200),
        ("rerun", "sending", {}, 202),
        ("reads", "reading", {"conclusion": "fracture", "reader_email": "r@harbour.example"}, 201),
    ],
)
def test_what_is_done_with_a_case(
    request: pytest.FixtureRequest,
    contract: Contract,
    ids: dict[str, Any],
    hospital: Organization,
    path: str,
    who: str,
    body: dict[str, Any],
    status: int,
) -> None:
    User.objects.create_user(
        email="r@harbour.example", organization=hospital, role=User.Role.CLINICIAN
    )
    program: Caller = request.getfixturevalue(who)
    whole = f"/api/v1/cases/{{case_id}}/{path}/"
    response = program.post(whole.format(**ids), body)
    assert response.status_code == status
    assert contract.problems(whole, "post", response) == []


def test_the_examples_are_as_the_schema_says(contract: Contract) -> None:
    shown = []
    for name, method, path in contract.operations():
        operation = contract.paths[path][method]
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media in (one for part in contents for one in part.get("content", {}).values()):
            for example in media.get("examples", {}).values():
                value = contract.example(example)
                assert contract.of_value(media["schema"], value) == [], name
                shown.append(name)
    assert {"submit_case", "get_case", "list_cases", "list_reads", "record_read"} <= set(shown)


def test_the_validator_sees_what_is_wrong(
    contract: Contract, ids: dict[str, Any], sending: Caller
) -> None:
    """A judge that nods at everything would prove nothing."""
    told = sending.get(f"cases/{ids['case_id']}/").json()
    schema = {"$ref": "#/components/schemas/CaseDetail"}
    assert contract.of_value(schema, told) == []
    for name, value in (("status", "done"), ("url", None), ("received_at", "today"), ("id", 1)):
        assert contract.of_value(schema, {**told, name: value}), name
    more = deepcopy(told)
    more["radiographs"][0]["secret"] = 1
    assert contract.of_value(schema, more)
    Draft202012Validator.check_schema(contract.components["schemas"]["CaseDetail"])
