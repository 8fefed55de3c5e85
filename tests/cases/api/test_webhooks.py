"""A program administers its organization's webhooks: made, tried, changed, sent again."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.models import Organization
from cases.models import WebhookDelivery, WebhookEndpoint
from cases.services.webhooks.delivering import deliver
from cases.services.webhooks.endpoints import MOST_ENDPOINTS
from tests.cases.api.calling import Caller, codes
from tests.cases.api.hooks import NEW, address, operations
from tests.cases.webhooks.receiver import Receiver


def failed(told: dict[str, Any]) -> WebhookDelivery:
    """A test that was given up."""
    WebhookDelivery.objects.update(status="failed", finished_at=timezone.now(), attempts=11)
    return WebhookDelivery.objects.get(endpoint=told["id"])


class TestCreate:
    def test_the_secret_is_told_once(self, administering: Caller, sender: Organization) -> None:
        response = administering.post("webhooks/", NEW | {"description": "Archive"})
        told = response.json()
        assert response.status_code == 201
        assert response["Location"].endswith(f"/api/v1/webhooks/{told['id']}/")
        assert "no-store" in response["Cache-Control"]
        assert told.pop("secret").startswith("whsec_")
        assert told["event_types"] == ["case.finished", "read.recorded"]
        assert (told["url"], told["description"]) == (NEW["url"], "Archive")
        assert (told["is_active"], told["state"], told["disabled_reason"]) == (True, "new", "")
        assert told["organization"] == {"id": str(sender.pk), "name": sender.name}
        assert administering.get(response["Location"]).json() == told
        assert administering.get("webhooks/").json() == {"results": [told]}
        assert str(WebhookEndpoint.objects.get().created_by) == "API key gateway"

    @pytest.mark.parametrize(
        ("wrong", "status", "said"),
        [
            ({"url": "http://receiver.example/"}, 422, {"url": "url_refused"}),
            ({"url": "https://10.0.0.1/"}, 422, {"url": "url_refused"}),
            ({"url": "https://u:p@receiver.example/"}, 422, {"url": "url_refused"}),
            ({"event_types": ["case.opened"]}, 422, {"event_types": "unknown_event_types"}),
            ({"event_types": ["webhook.test"]}, 422, {"event_types": "unknown_event_types"}),
            ({"event_types": []}, 422, {"event_types": "unknown_event_types"}),
            ({"event_types": "case.finished"}, 400, {"event_types": "not_a_list"}),
            ({"url": ""}, 400, {"url": "blank"}),
            ({"secret": "mine"}, 400, {"secret": "unknown_field"}),
            ({"description": "a\nb"}, 400, {"description": "invalid"}),
        ],
    )
    def test_what_is_refused(
        self, administering: Caller, wrong: dict[str, Any], status: int, said: dict[str, str]
    ) -> None:
        response = administering.post("webhooks/", NEW | wrong)
        assert (response.status_code, codes(response)) == (status, said)
        assert not WebhookEndpoint.objects.exists()

    def test_there_are_only_so_many(self, administering: Caller) -> None:
        for _n in range(MOST_ENDPOINTS):
            assert administering.post("webhooks/", NEW).status_code == 201
        response = administering.post("webhooks/", NEW)
        assert (response.status_code, codes(response)) == (409, {None: "too_many_endpoints"})


class TestChange:
    def test_what_is_not_sent_stays(self, administering: Caller) -> None:
        told = administering.post("webhooks/", NEW | {"description": "Archive"}).json()
        del told["secret"]
        response = administering.patch(address(told), {"event_types": ["case.failed"]})
        assert (response.status_code, response.json()) == (
            200,
            told | {"event_types": ["case.failed"]},
        )
        assert administering.patch(address(told), {}).json() == response.json()
        elsewhere = {"url": "https://other.example/", "description": ""}
        assert administering.patch(address(told), elsewhere).json() == response.json() | elsewhere

    def test_off_and_on(self, made: dict[str, Any], administering: Caller) -> None:
        off = administering.patch(address(made), {"is_active": False}).json()
        assert (off["state"], off["disabled_reason"]) == ("off", "by_person")
        for what, body in (("test/", {}), ("replay/", {"since": "2026-01-01T00:00:00Z"})):
            response = administering.post(address(made, what), body)
            assert (response.status_code, codes(response)) == (409, {None: "endpoint_off"})
        on = administering.patch(address(made), {"is_active": True}).json()
        assert (on["is_active"], on["state"], on["disabled_at"]) == (True, "new", None)

    def test_removed(self, made: dict[str, Any], administering: Caller) -> None:
        sent = administering.post(address(made, "test/")).json()
        response = administering.delete(address(made))
        assert (response.status_code, response.content) == (204, b"")
        assert administering.get("webhooks/").json() == {"results": []}
        for method, place, body in operations(made, sent["id"]):
            response = getattr(administering, method)(place, body)
            assert (response.status_code, codes(response)) == (404, {None: "not_found"})

    def test_nothing_of_it_if_a_part_is_refused(
        self, made: dict[str, Any], administering: Caller
    ) -> None:
        body = {"is_active": False, "url": "https://169.254.169.254/"}
        response = administering.patch(address(made), body)
        assert (response.status_code, codes(response)) == (422, {"url": "url_refused"})
        assert administering.get(address(made)).json()["is_active"]


class TestDeliveries:
    def test_two_secrets_sign_after_a_new_one(
        self, made: dict[str, Any], administering: Caller, receiving: Receiver
    ) -> None:
        new = administering.post(address(made, "secret/")).json()
        assert new["previous_secret_until"] > new["created_at"]
        assert new["secret"] != made["secret"]
        sent = administering.post(address(made, "test/"))
        assert (sent.status_code, sent.json()["status"]) == (202, "pending")
        deliver(delivery_id=UUID(sent.json()["id"]))
        (received,) = receiving.received
        for secret in (made["secret"], new["secret"]):
            event = Webhook(secret).verify(received.body, received.headers)
            assert (event["type"], event["data"]) == ("webhook.test", {"endpoint_id": made["id"]})
        assert received.headers["webhook-id"] == sent.json()["event_id"]
        assert (
            received.body
            == json.dumps(sent.json()["payload"], separators=(",", ":"), sort_keys=True).encode()
        )

    def test_no_third_secret_ends_the_one_that_may_be_in_use(
        self, made: dict[str, Any], administering: Caller, receiving: Receiver
    ) -> None:
        second = administering.post(address(made, "secret/")).json()
        response = administering.post(address(made, "secret/"))
        assert (response.status_code, codes(response)) == (409, {None: "two_secrets"})
        third = administering.post(address(made, "secret/"), {"at_once": True}).json()
        assert third["previous_secret_until"] is None
        sent = administering.post(address(made, "test/")).json()
        deliver(delivery_id=UUID(sent["id"]))
        (received,) = receiving.received
        Webhook(third["secret"]).verify(received.body, received.headers)
        for ended in (made["secret"], second["secret"]):
            with pytest.raises(WebhookVerificationError):
                Webhook(ended).verify(received.body, received.headers)

    def test_what_came_of_them(
        self, made: dict[str, Any], administering: Caller, receiving: Receiver
    ) -> None:
        receiving.statuses = [503]
        sent = administering.post(address(made, "test/")).json()
        for _n in range(2):
            WebhookDelivery.objects.update(next_attempt_at=timezone.now())
            deliver(delivery_id=UUID(sent["id"]))
        later = administering.post(address(made, "test/")).json()
        told = administering.get(address(made, "deliveries/")).json()["results"]
        assert [one["id"] for one in told] == [later["id"], sent["id"]]
        assert (told[1]["status"], told[1]["next_attempt_at"]) == ("delivered", None)
        assert (told[1]["event_type"], told[1]["case"]) == ("webhook.test", None)
        tries = told[1]["attempts"]
        assert [one["http_status"] for one in tries] == [204, 503]
        assert set(tries[0]) == {"at", "http_status", "error_code", "milliseconds", "answer"}
        for status, ids in {"pending": [later["id"]], "failed": []}.items():
            rows = administering.get(address(made, "deliveries/"), {"status": status}).json()
            assert [one["id"] for one in rows["results"]] == ids
        for query, said in (
            ({"status": "lost"}, {"status": "invalid_choice"}),
            ({"state": "failed"}, {"state": "unknown_parameter"}),
        ):
            response = administering.get(address(made, "deliveries/"), query)
            assert (response.status_code, codes(response)) == (400, said)

    def test_page_by_page(self, made: dict[str, Any], administering: Caller) -> None:
        sent = []
        for _n in range(3):
            sent.append(administering.post(address(made, "test/")).json()["id"])
            WebhookDelivery.objects.update(status="skipped", finished_at=timezone.now())
        found, place = [], address(made, "deliveries/?page_size=2&status=skipped")
        while place:
            page = administering.get(place).json()
            found.append([one["id"] for one in page["results"]])
            place = page["next"]
        assert found == [[sent[2], sent[1]], [sent[0]]]
        for wrong, code in (({"cursor": "x"}, "invalid_cursor"), ({"page_size": 0}, "min_value")):
            response = administering.get(address(made, "deliveries/"), wrong)
            assert (response.status_code, codes(response)) == (400, {next(iter(wrong)): code})

    def test_one_is_sent_again(
        self, made: dict[str, Any], administering: Caller, receiving: Receiver
    ) -> None:
        sent = administering.post(address(made, "test/")).json()
        again = f"webhooks/deliveries/{sent['id']}/replay/"
        response = administering.post(again)
        assert (response.status_code, codes(response)) == (409, {None: "delivery_waits"})
        deliver(delivery_id=UUID(sent["id"]))
        response = administering.post(again)
        assert (response.status_code, response.json()["status"]) == (202, "pending")
        assert len(response.json()["attempts"]) == 1
        deliver(delivery_id=UUID(sent["id"]))
        assert receiving.ids == [sent["event_id"]] * 2

    def test_everything_that_failed(self, made: dict[str, Any], administering: Caller) -> None:
        administering.post(address(made, "test/"))
        delivery = failed(made)
        assert administering.get(address(made)).json()["failed"] == 1
        for since, replayed in (
            (timezone.now(), 0),
            (delivery.created_at - timedelta(seconds=1), 1),
        ):
            response = administering.post(address(made, "replay/"), {"since": since.isoformat()})
            assert (response.status_code, response.json()) == (202, {"replayed": replayed})
        told = administering.get(address(made)).json()
        assert (told["waiting"], told["failed"]) == (1, 0)

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ({}, {"since": "required"}),
            ({"since": "yesterday"}, {"since": "invalid"}),
            ({"since": "0001-01-01T00:00:00Z"}, {"since": "year"}),
            ({"since": "2026-11-01T00:00:00"}, {"since": "no_offset"}),
            ({"since": "2026-01-01T00:00:00Z", "status": "all"}, {"status": "unknown_field"}),
        ],
    )
    def test_since_when(
        self,
        made: dict[str, Any],
        administering: Caller,
        body: dict[str, Any],
        said: dict[str, str],
    ) -> None:
        response = administering.post(address(made, "replay/"), body)
        assert (response.status_code, codes(response)) == (400, said)


def test_queries(
    made: dict[str, Any],
    administering: Caller,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _n in range(3):
        administering.post("webhooks/", NEW)
        delivery = administering.post(address(made, "test/")).json()
        deliver(delivery_id=UUID(delivery["id"]))
        with django_assert_num_queries(2):  # key, endpoints
            administering.get("webhooks/")
        with django_assert_num_queries(2):
            administering.get(address(made))
        with django_assert_num_queries(4):  # key, endpoint, deliveries, attempts
            administering.get(address(made, "deliveries/"))
