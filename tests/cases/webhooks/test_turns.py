"""Who is sent what is due first."""

from django.utils import timezone

from accounts.models import User
from cases.models import WebhookEndpoint
from cases.selectors.webhooks import due_deliveries
from cases.services.reads import record_read
from cases.services.webhooks.endpoints import create_endpoint
from tests.cases.webhooks.receiver import Receiver
from tests.factories import CaseFactory


def test_organizations_take_turns_however_much_one_is_to_be_told(
    endpoint: WebhookEndpoint, reader: User, reading_administrator: User, receiving: Receiver
) -> None:
    """`endpoint` is the sender's; the other side's only event is the last that happened."""
    for _n in range(3):
        case = CaseFactory(
            submitting_organization=endpoint.organization, reading_organization=reader.organization
        )
        record_read(case=case, reader=reader, conclusion="unsure")
    assert reading_administrator.organization is not None
    theirs, _secret = create_endpoint(
        organization=reading_administrator.organization,
        actor=reading_administrator,
        url=receiving.url,
        event_types=["read.recorded"],
    )
    case = CaseFactory(
        submitting_organization=endpoint.organization, reading_organization=reader.organization
    )
    record_read(case=case, reader=reader, conclusion="unsure")
    due = [one.endpoint_id for one in due_deliveries(timezone.now())]
    assert due == [endpoint.pk, theirs.pk, *[endpoint.pk] * 3]
