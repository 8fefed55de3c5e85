"""Who is sent what is due first."""

from django.utils import timezone

from accounts.models import User
from cases.models import WebhookDelivery, WebhookEndpoint
from cases.selectors.webhooks import due_deliveries
from cases.services.reads import record_read
from cases.services.webhooks.delivering import claim, record
from cases.services.webhooks.endpoints import create_endpoint
from cases.webhooks.transport import Answer
from tests.cases.webhooks.receiver import Receiver
from tests.factories import CaseFactory


def read_some(endpoint: WebhookEndpoint, reader: User, number: int) -> None:
    """Cases that the organization of the endpoint sent are read, which it is told of."""
    for _n in range(number):
        case = CaseFactory(
            submitting_organization=endpoint.organization, reading_organization=reader.organization
        )
        record_read(case=case, reader=reader, conclusion="unsure")


def test_organizations_take_turns_however_much_one_is_to_be_told(
    endpoint: WebhookEndpoint, reader: User, reading_administrator: User, receiving: Receiver
) -> None:
    """`endpoint` is the sender's; the other side's only event is the last that happened."""
    read_some(endpoint, reader, 3)
    assert reading_administrator.organization is not None
    theirs, _secret = create_endpoint(
        organization=reading_administrator.organization,
        actor=reading_administrator,
        url=receiving.url,
        event_types=["read.recorded"],
    )
    read_some(endpoint, reader, 1)
    due = [one.endpoint_id for one in due_deliveries(timezone.now())]
    assert due == [endpoint.pk, theirs.pk, *[endpoint.pk] * 3]


def test_one_that_fails_is_sent_one_event_at_a_time(
    endpoint: WebhookEndpoint, reader: User
) -> None:
    read_some(endpoint, reader, 2)
    first, second = WebhookDelivery.objects.order_by("created_at")
    WebhookEndpoint.objects.update(failing_since=timezone.now(), consecutive_failures=1)
    WebhookDelivery.objects.update(published_at=timezone.now())
    held = claim(delivery_id=first.pk)
    assert held is not None
    assert claim(delivery_id=second.pk) is None
    assert second in due_deliveries(timezone.now())  # it is handed over again at the next turn
    record(claimed=held, answer=Answer(503, "", 5))
    assert claim(delivery_id=second.pk) is not None


def test_of_one_that_works_many_are_sent_at_once(endpoint: WebhookEndpoint, reader: User) -> None:
    read_some(endpoint, reader, 2)
    assert all(claim(delivery_id=one.pk) for one in WebhookDelivery.objects.all())
