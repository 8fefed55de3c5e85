"""Who may have endpoints, what is taken as one, and that tenants stay apart."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organization, User
from cases.models import WebhookDelivery, WebhookEndpoint
from cases.selectors import webhooks as selectors
from cases.services.webhooks import endpoints, replaying
from cases.services.webhooks.endpoints import WebhookRefused, create_endpoint
from tests.factories import UserFactory


def create(organization: Organization, actor: User, **fields: Any) -> WebhookEndpoint:
    given: dict[str, Any] = {
        "url": "https://receiver.example/hook",
        "event_types": ["case.finished"],
    }
    return create_endpoint(organization=organization, actor=actor, **given | fields)[0]


def test_the_secret_is_said_once_and_kept_encrypted(
    sender: Organization, administrator: User
) -> None:
    endpoint, secret = create_endpoint(
        organization=sender,
        actor=administrator,
        url=" https://receiver.example/hook ",
        event_types=["read.recorded", "case.finished"],
        description=" Picture archive ",
    )
    assert secret.startswith("whsec_")
    endpoint.refresh_from_db()
    assert endpoint.url == "https://receiver.example/hook"
    assert endpoint.event_types == ["case.finished", "read.recorded"]
    assert str(endpoint) == "Picture archive"
    assert secret not in str(vars(endpoint))


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"url": "http://receiver.example/"}, "url_refused", "url"),
        ({"url": "https://10.0.0.1/"}, "url_refused", "url"),
        ({"event_types": []}, "unknown_event_types", "event_types"),
        ({"event_types": ["case.finished", "case.opened"]}, "unknown_event_types", "event_types"),
        ({"event_types": ["webhook.test"]}, "unknown_event_types", "event_types"),
    ],
)
def test_what_is_refused(
    sender: Organization, administrator: User, fields: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(WebhookRefused) as refused:
        create(sender, administrator, **fields)
    assert (refused.value.code, refused.value.field) == (code, field)
    endpoint = create(sender, administrator)
    given = {"url": endpoint.url, "event_types": endpoint.event_types} | fields
    with pytest.raises(WebhookRefused):
        endpoints.change_endpoint(endpoint=endpoint, actor=administrator, **given)


def test_there_are_only_so_many(sender: Organization, administrator: User) -> None:
    for _ in range(endpoints.MOST_ENDPOINTS):
        create(sender, administrator)
    with pytest.raises(WebhookRefused, match="at most 10"):
        create(sender, administrator)


def test_only_administrators_of_the_organization_change_anything(
    sender: Organization,
    administrator: User,
    operator: User,
    owner: User,
    colleague: User,
    reading_administrator: User,
    stranger: User,
) -> None:
    endpoint = create(sender, operator)
    delivery = endpoints.send_test(endpoint=endpoint, actor=administrator)
    changes: list[tuple[Any, dict[str, Any]]] = [
        (create, {"organization": sender}),
        (endpoints.change_endpoint, {"endpoint": endpoint, "url": "", "event_types": []}),
        (endpoints.rotate_secret, {"endpoint": endpoint}),
        (endpoints.switch_off, {"endpoint": endpoint}),
        (endpoints.switch_on, {"endpoint": endpoint}),
        (endpoints.send_test, {"endpoint": endpoint}),
        (replaying.replay, {"delivery": delivery}),
        (replaying.replay_failed, {"endpoint": endpoint, "since": timezone.now()}),
    ]
    for person in (owner, colleague, reading_administrator, stranger):
        assert not selectors.webhook_endpoints(user=person).exists()
        with pytest.raises(WebhookEndpoint.DoesNotExist):
            selectors.get_endpoint(user=person, endpoint_id=endpoint.pk)
        with pytest.raises(WebhookDelivery.DoesNotExist):
            selectors.get_delivery(user=person, delivery_id=delivery.pk)
        for change, fields in changes:
            with pytest.raises(PermissionDenied):
                change(actor=person, **fields)
    for person in (administrator, operator):
        assert selectors.get_endpoint(user=person, endpoint_id=endpoint.pk) == endpoint
        assert selectors.get_delivery(user=person, delivery_id=delivery.pk) == delivery


def test_what_is_shown(
    sender: Organization,
    hospital: Organization,
    administrator: User,
    operator: User,
    django_assert_num_queries: Any,
) -> None:
    other = create(hospital, UserFactory(organization=None, role="", is_superuser=True))
    mine = [create(sender, administrator) for _ in range(3)]
    endpoints.send_test(endpoint=mine[0], actor=administrator)
    with django_assert_num_queries(1):
        shown = list(selectors.endpoints_shown(user=administrator, organization=sender))
    assert [one.pk for one in shown] == [one.pk for one in mine]
    assert [(one.waiting, one.failed) for one in shown] == [(1, 0), (0, 0), (0, 0)]  # type: ignore[attr-defined]
    assert not selectors.endpoints_shown(user=administrator, organization=hospital)
    assert list(selectors.endpoints_shown(user=operator, organization=hospital)) == [other]


def test_the_database_knows_no_endpoint_that_is_off_without_a_reason(
    sender: Organization, administrator: User
) -> None:
    endpoint = create(sender, administrator)
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_active=False)
