"""What is really sent, held against what the schema says of it."""

from copy import deepcopy
from typing import Any

from jsonschema import Draft202012Validator

from accounts.models import User
from cases.api import events
from cases.models import Case, WebhookEndpoint, WebhookEvent
from cases.models.webhook_delivery import EVENT_TYPES
from cases.services.reads import record_read
from cases.services.webhooks import outbox
from tests.cases.api.contract import formats
from tests.factories import AnalysisFactory, RadiographFactory


def problems(event_type: str, payload: Any) -> list[str]:
    """In what it is not as described; stricter than the schema, which lets us add fields."""
    schema = deepcopy(events.payload(event_type))
    for one in (schema, schema["properties"]["data"]):
        one["additionalProperties"] = False
    judge = Draft202012Validator(schema, format_checker=formats)
    return [error.message for error in judge.iter_errors(payload)]


def test_each_is_as_the_schema_says(endpoint: WebhookEndpoint, case: Case, reader: User) -> None:
    radiograph = RadiographFactory(case=case)
    AnalysisFactory(radiograph=radiograph, succeeded=True)
    outbox.analysis_succeeded(analysis=AnalysisFactory(radiograph=radiograph, succeeded=True))
    for status in ("finished", "failed"):
        outbox.case_became(case=case, status=status)
    outbox.case_overdue(case=case, organization_id=endpoint.organization_id, deadline=None)
    first = record_read(case=case, reader=reader, conclusion="fracture")
    record_read(case=case, reader=reader, conclusion="unsure", amending=first.pk)
    outbox.write_test(endpoint=endpoint)

    written = list(WebhookEvent.objects.filter(organization=endpoint.organization))
    assert {one.type for one in written} == {name for name, _label in EVENT_TYPES}
    for event in written:
        assert problems(event.type, event.payload) == [], event.type
    changed = written[0].payload | {"level": "fracture"}
    assert problems(written[0].type, changed)
