"""Who is answered what by every operation of the schema: a new one without a row fails."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts.models import Organization, User
from cases.models import Analysis, Case, WebhookDelivery
from cases.services.status import update_case
from cases.services.webhooks.endpoints import create_endpoint, send_test
from tests.cases.api.calling import Caller, caller
from tests.cases.files import upload
from tests.factories import AnalysisFactory, RadiographFactory, phantom

CALLERS = ("owner", "colleague", "reader", "partner", "stranger", "anonymous")
"""Keys of the submitting organization (two), of the reading one, of another partner that the same
hospital reads for, of nobody concerned, and none."""
SIDES = ("owner", "colleague", "reader")
OWN = ("owner", "colleague")
SCOPES = ("submit", "read", "admin")


@dataclass(frozen=True)
class Row:
    """`done` is the answer for `who`; the others get `others`."""

    done: int
    scope: str
    who: tuple[str, ...] = SIDES
    others: int = 404
    special: tuple[tuple[str, int], ...] = ()

    def expected(self, who: str) -> int:
        if who == "anonymous":
            return 401
        return dict(self.special).get(who, self.done if who in self.who else self.others)


EVERY = tuple(who for who in CALLERS if who != "anonymous")
TABLE = {
    "list_cases": Row(200, "read", EVERY),
    "submit_case": Row(202, "submit", EVERY),
    "get_case": Row(200, "read"),
    "cancel_case": Row(200, "submit"),
    "rerun_case": Row(202, "submit"),
    "withdraw_case": Row(200, "submit", special=(("reader", 403),)),
    "list_radiographs": Row(200, "read"),
    "add_radiographs": Row(202, "submit"),
    "list_analyses": Row(200, "read"),
    "list_reads": Row(200, "read"),
    "record_read": Row(201, "submit", ("reader",), special=(("owner", 403), ("colleague", 403))),
    "get_image": Row(200, "read"),
    "get_heatmap": Row(200, "read"),
    "get_active_model": Row(200, "read", EVERY),
    "get_model": Row(200, "read", EVERY),
    "list_webhooks": Row(200, "admin", EVERY),
    "create_webhook": Row(201, "admin", EVERY),
    "get_webhook": Row(200, "admin", OWN),
    "change_webhook": Row(200, "admin", OWN),
    "remove_webhook": Row(204, "admin", OWN),
    "rotate_webhook_secret": Row(200, "admin", OWN),
    "test_webhook": Row(202, "admin", OWN),
    "list_webhook_deliveries": Row(200, "admin", OWN),
    "replay_failed_webhooks": Row(202, "admin", OWN),
    "replay_webhook": Row(202, "admin", OWN),
    "get_me": Row(200, "", EVERY),
    "get_usage": Row(200, "", EVERY),
}
BODIES: dict[str, dict[str, Any]] = {
    "withdraw_case": {"reason": "Sent twice"},
    "record_read": {"conclusion": "fracture", "reader_email": "reader@harbour.example"},
    "create_webhook": {"url": "https://receiver.example/", "event_types": ["case.finished"]},
    "change_webhook": {"description": "Picture archive"},
    "replay_failed_webhooks": {"since": "2026-11-01T00:00:00Z"},
}


def operations() -> Iterator[tuple[str, str, str]]:
    """Name, method and path of each."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method, path


def test_every_operation_has_a_row() -> None:
    assert {name for name, _method, _path in operations()} == set(TABLE)


@pytest.fixture
def world(
    case: Case,
    analysis: Analysis,
    reader: User,
    partner: User,
    elsewhere: Organization,
    administrator: User,
) -> dict[str, Any]:
    """The case, with one answer that has a heatmap and one analysis that waits; and the sender's
    webhook endpoint, to which a test did not get through."""
    analysis.heatmap.save("heatmap.png", ContentFile(phantom()))
    AnalysisFactory(radiograph=RadiographFactory(case=case), model_version=analysis.model_version)
    update_case(case_id=case.pk)
    endpoint, _secret = create_endpoint(
        organization=case.submitting_organization,
        actor=administrator,
        url="https://receiver.example/",
        event_types=["case.finished"],
    )
    delivery = send_test(endpoint=endpoint, actor=administrator)
    WebhookDelivery.objects.update(status="failed", finished_at=timezone.now())
    return {
        "case_id": case.pk,
        "radiograph_id": analysis.radiograph_id,
        "analysis_id": analysis.pk,
        "model_version_id": analysis.model_version_id,
        "rendition": "canonical",
        "endpoint_id": endpoint.pk,
        "delivery_id": delivery.pk,
    }


def organization_of(who: str, case: Case, partner: User, elsewhere: Organization) -> Organization:
    if who in {"owner", "colleague"}:
        return case.submitting_organization
    if who == "reader":
        return case.reading_organization
    home = partner.organization if who == "partner" else elsewhere
    assert home is not None
    return home


def ask(program: Caller, name: str, method: str, address: str) -> Any:
    """The answer; whatever it changed is taken back."""
    with transaction.atomic():
        if name == "submit_case":
            sent = {"patient_reference": "P-1", "radiographs": [upload()]}
            response = program.send(address, sent)
        elif name == "add_radiographs":
            response = program.send(address, {"radiographs": [upload(7)]})
        elif method != "get":
            response = program.post(address, BODIES.get(name), method=method)
        else:
            response = program.get(address)
        transaction.set_rollback(True)
    return response


@pytest.mark.usefixtures("storage")
@pytest.mark.parametrize("who", CALLERS)
def test_who_is_answered_what(
    who: str, world: dict[str, Any], case: Case, partner: User, elsewhere: Organization
) -> None:
    program = Caller()
    if who != "anonymous":
        program = caller(organization_of(who, case, partner, elsewhere), "admin")
    got = {
        name: ask(program, name, method, path.format(**world)).status_code
        for name, method, path in operations()
    }
    assert got == {name: row.expected(who) for name, row in TABLE.items()}


@pytest.mark.usefixtures("storage")
@pytest.mark.parametrize("scope", SCOPES)
def test_what_a_scope_opens(
    scope: str, world: dict[str, Any], hospital: Organization, sender: Organization
) -> None:
    for name, method, path in operations():
        row = TABLE[name]
        home = hospital if name == "record_read" else sender
        program = caller(home, scope)
        opens = not row.scope or scope in {row.scope, "admin"}
        got = ask(program, name, method, path.format(**world))
        assert got.status_code == (row.done if opens else 403), name
        if scope == "submit" and method != "get" and opens:
            # What a key sent itself, a conclusion or an id, it may be told.
            told = got.json()
            assert "withheld" not in told or told["withheld"] is True, name
            assert not set(_said(told, BODIES.get(name, {}))) & SAID_OF_IT, name


SAID_OF_IT = {"fracture", "0.83", "Fracture suspected. Check the marked place.", "disagree"}
"""What the software says of the world's radiograph, and what a clinician's agreement tells."""


def _said(told: Any, sent: dict[str, Any]) -> Iterator[str]:
    """Every value of an answer, but for what it repeats of what was sent."""
    if isinstance(told, dict):
        for name, value in told.items():
            if sent.get(name) != value or value is None:
                yield from _said(value, sent)
    elif isinstance(told, list):
        for value in told:
            yield from _said(value, sent)
    else:
        yield str(told)


def test_the_guard_of_the_last_test_knows_an_answer(
    world: dict[str, Any], sender: Organization
) -> None:
    told = ask(caller(sender), "rerun_case", "post", f"cases/{world['case_id']}/rerun/").json()
    assert set(_said(told, {})) & SAID_OF_IT == {"fracture", "0.83", *_statements(told)}
    assert told["withheld"] is False


def _statements(told: dict[str, Any]) -> set[str]:
    return {one["answer"]["statement"] for one in told["radiographs"]} & SAID_OF_IT


def test_an_id_that_nobody_has_is_not_there(world: dict[str, Any], sender: Organization) -> None:
    nothing = {name: uuid4() for name in world} | {"rendition": "canonical"}
    administering = caller(sender, "admin")
    for name, method, path in operations():
        if "{" in path:
            got = ask(administering, name, method, path.format(**nothing))
            assert got.status_code == 404, name


def test_no_method_that_is_not_there(world: dict[str, Any], sending: Caller) -> None:
    known = {(path, method) for _name, method, path in operations()}
    for path in {path for path, _method in known}:
        for method in ("get", "post", "put", "patch", "delete", "options"):
            if (path, method) not in known:
                response = sending.ask(method.upper(), path.format(**world))
                assert response.status_code == 405, (method, path)
                allowed = {one.lower() for one in response["Allow"].split(", ")} - {"head"}
                assert allowed == {one for where, one in known if where == path}
