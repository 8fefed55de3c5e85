"""Who calls, which model is asked, and the limits."""

from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Organization, User
from cases.api.codes import CODES
from cases.card import section
from cases.models import Analysis, ModelVersion
from cases.services.status import update_case
from fracture_platform import counters
from tests.cases.api.calling import Caller, caller, codes
from tests.embedded_broker import EmbeddedBroker

CARD = "# wrist 1\n\n## Intended use\n\nTo point.\n\n### More\n\nOf it.\n\n## Limits\n\nNo spine.\n"


class TestModels:
    def test_the_active_one(self, model_version: ModelVersion, sending: Caller) -> None:
        model_version.card = CARD
        model_version.manifest = {
            "thresholds": {"rule_out": 0.03, "rule_in": 0.37},
            "calibration": {"prevalence": 0.176},
        }
        model_version.save()
        told = sending.get("models/active/").json()
        assert (told["name"], told["is_active"]) == ("phantom-cnn", True)
        assert told["thresholds"] == {"rule_out": 0.03, "rule_in": 0.37}
        assert told["calibration_prevalence"] == 0.176
        assert told["intended_use"] == "To point.\n\n### More\n\nOf it."
        assert told["limits"] == "No spine."
        assert told["card"] == CARD
        assert sending.get(told["url"]).json() == told

    def test_a_manifest_that_says_nothing(
        self, model_version: ModelVersion, sending: Caller
    ) -> None:
        told = sending.get("models/active/").json()
        assert (told["thresholds"], told["calibration_prevalence"]) == (None, None)
        assert (told["intended_use"], told["limits"]) == ("", "")

    def test_none(self, sending: Caller) -> None:
        for address in ("models/active/", f"models/{uuid4()}/"):
            response = sending.get(address)
            assert (response.status_code, codes(response)) == (404, {None: "not_found"})


@pytest.mark.parametrize(
    ("card", "found"),
    [("", ""), ("## Limits", ""), ("## Limits of it\nx", ""), (CARD, "No spine.")],
)
def test_a_section_of_a_card(card: str, found: str) -> None:
    assert section(card, "Limits") == found


class TestMe:
    def test_a_key(self, sender: Organization, hospital: Organization) -> None:
        told = caller(sender, "submit").get("me/").json()
        assert told["name"] == "API key gateway"
        assert told["organization"] == {
            "id": str(sender.pk),
            "name": sender.name,
            "kind": "partner",
        }
        assert told["key"]["scopes"] == ["submit"]
        assert [one["name"] for one in told["reading_organizations"]] == [
            hospital.name,
            sender.name,
        ]
        assert "secret" not in str(told)

    def test_a_person(self, reader: User, operator: User) -> None:
        for person, home in ((reader, "Harbour Hospital"), (operator, None)):
            browser = Client()
            browser.force_login(person)
            told = Caller(client=browser).get("me/").json()
            assert told["key"] is None
            assert (told["organization"] or {}).get("name") == home


@pytest.fixture
def counting(server: EmbeddedBroker, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = server.url
    monkeypatch.setattr(counters, "_silent_until", 0.0)


@pytest.mark.broker
class TestLimits:
    def test_of_a_key(self, counting: None, sender: Organization, settings: Settings) -> None:
        settings.API_REQUESTS_PER_KEY = 2
        program, other = caller(sender), caller(sender, name="other")
        first = program.get("me/")
        assert first["RateLimit-Policy"] == '"key";q=2;w=60, "organization";q=1800;w=60'
        assert first["RateLimit"].startswith('"key";r=1;t=')
        program.get("me/")
        refused = program.get("me/")
        assert (refused.status_code, codes(refused)) == (429, {None: "throttled"})
        assert refused.json()["errors"][0]["detail"] == CODES["throttled"]
        assert 1 <= int(refused["Retry-After"]) <= 60
        assert refused["RateLimit"].startswith('"key";r=0;t=')
        assert other.get("me/").status_code == 200

    def test_what_the_key_may_not_do_counts_too(
        self, counting: None, sender: Organization, settings: Settings
    ) -> None:
        settings.API_REQUESTS_PER_KEY = 1
        program = caller(sender, "submit")
        refused = program.get("cases/")
        assert (refused.status_code, codes(refused)) == (403, {None: "scope_missing"})
        assert refused["RateLimit"].startswith('"key";r=0;t=')
        assert program.get("cases/").status_code == 429

    def test_of_an_organization(
        self, counting: None, sender: Organization, foreign: Caller, settings: Settings
    ) -> None:
        settings.API_REQUESTS_PER_ORGANIZATION = 2
        one, other = caller(sender), caller(sender, name="other")
        assert (one.get("me/").status_code, other.get("me/").status_code) == (200, 200)
        assert (one.get("me/").status_code, other.get("me/").status_code) == (429, 429)
        assert foreign.get("me/").status_code == 200

    def test_what_is_used_of_them(
        self, counting: None, sending: Caller, analysis: Analysis, settings: Settings
    ) -> None:
        Analysis.objects.update(status="queued", level="", probability=None, finished_at=None)
        update_case(case_id=analysis.radiograph.case_id)
        sending.get("me/")
        told = sending.get("usage/").json()
        by_key, by_organization = told["requests_per_minute"]
        assert (by_key["name"], by_key["limit"], by_key["used"]) == ("key", 600, 2)
        assert (by_organization["limit"], by_organization["used"]) == (1800, 2)
        assert told["unfinished_analyses"] == {"limit": 500, "used": 1}
        assert told["submission"]["max_files"] == 20

    def test_of_an_hour_ago_are_forgotten(self, counting: None, server: EmbeddedBroker) -> None:
        found = counters.count([("a", 60), ("b", 1)])
        assert found is not None
        assert [one.count for one in found] == [1, 1]
        assert 0 < found[1].left <= 1
        again = counters.count([("a", 60)])
        assert again is not None
        assert again[0].count == 2


def test_a_broker_that_is_down_stops_nobody(
    sending: Caller, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counters, "_silent_until", 0.0)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.API_REQUESTS_PER_KEY = 1
    for _more in range(3):
        response = sending.get("usage/")
        assert response.status_code == 200
        assert "RateLimit" not in response
    assert response.json()["requests_per_minute"][0] == {
        "name": "key",
        "limit": 1,
        "used": None,
        "resets_in": None,
    }
    assert counters._silent_until > 0
