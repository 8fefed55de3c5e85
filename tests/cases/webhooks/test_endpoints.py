"""Who may have endpoints, what is taken as one, and that tenants stay apart."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import ApiKey, Organization, User
from accounts.services import create_key, revoke_key
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
        (endpoints.change_some, {"endpoint": endpoint, "changes": {}}),
        (endpoints.rotate_secret, {"endpoint": endpoint}),
        (endpoints.switch_off, {"endpoint": endpoint}),
        (endpoints.switch_on, {"endpoint": endpoint}),
        (endpoints.remove_endpoint, {"endpoint": endpoint}),
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


def test_a_program_needs_a_live_key_of_the_organization_for_it(
    sender: Organization, hospital: Organization, administrator: User
) -> None:
    def account(organization: Organization, *scopes: str) -> User:
        key, _text = create_key(
            organization=organization, name="gateway", scopes=scopes, actor=None
        )
        return User.objects.get(pk=key.account_id)

    endpoint = create(sender, account(sender, "admin"))
    expired, revoked = account(sender, "admin"), account(sender, "admin")
    ApiKey.objects.filter(account=expired).update(expires_at=timezone.now())
    revoke_key(key=revoked.api_key, actor=administrator)
    revoked.refresh_from_db()
    keyless = UserFactory(organization=sender, role=User.Role.SERVICE_ACCOUNT)
    others = (account(sender, "submit", "read"), account(hospital, "admin"))
    for program in (expired, revoked, keyless, *others):
        assert not selectors.webhook_endpoints(user=program).exists()
        with pytest.raises(PermissionDenied):
            endpoints.change_some(endpoint=endpoint, actor=program, changes={"is_active": False})


def test_changing_some_keeps_the_rest(sender: Organization, administrator: User) -> None:
    endpoint = create(sender, administrator, description="Archive")
    stale = WebhookEndpoint.objects.get()
    changes = {"event_types": ["case.failed"]}
    endpoints.change_some(endpoint=endpoint, actor=administrator, changes=changes)
    endpoints.change_some(endpoint=stale, actor=administrator, changes={"description": ""})
    endpoint.refresh_from_db()
    assert (endpoint.event_types, endpoint.description) == (["case.failed"], "")
    assert endpoint.is_active


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
