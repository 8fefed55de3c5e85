"""A program looks through cases and follows one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization
from cases.answers import demonstration_note
from cases.models import Analysis, Case, ModelVersion
from cases.services.corrections import correct_case
from cases.services.external_ids import save_ids
from tests.cases.api.calling import Caller, codes
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory, UserFactory


def listed(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [one["patient_reference"] for one in response.json()["results"]]


@pytest.fixture
def several(sender: Organization, hospital: Organization) -> list[Case]:
    """Five cases, a day apart, the newest first."""
    regions = ("wrist", "ankle", "wrist", "hip", "wrist")
    return [
        CaseFactory(
            submitting_organization=sender,
            reading_organization=hospital,
            patient_reference=f"P-{n}",
            created_at=datetime(2026, 11, 20 - n, 12, tzinfo=UTC),
            body_region=region,
            level="fracture" if n % 2 else "no_fracture_found",
            status="failed" if n == 4 else "finished",
            priority="urgent" if n == 3 else "routine",
            read_at=datetime(2026, 11, 21, tzinfo=UTC) if n < 2 else None,
        )
        for n, region in enumerate(regions)
    ]


class TestList:
    def test_both_sides_and_nobody_else(
        self, several: list[Case], sending: Caller, reading: Caller, foreign: Caller
    ) -> None:
        everything = [f"P-{n}" for n in range(5)]
        assert listed(sending.get("cases/")) == everything
        assert listed(reading.get("cases/")) == everything
        assert listed(foreign.get("cases/")) == []

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"level": "fracture"}, [1, 3]),
            ({"status": "failed"}, [4]),
            ({"region": "wrist"}, [0, 2, 4]),
            ({"priority": "urgent"}, [3]),
            ({"read": "true"}, [0, 1]),
            ({"read": "false"}, [2, 3, 4]),
            ({"patient_reference": "P-2"}, [2]),
            ({"patient_reference": "P-"}, []),
            ({"received_from": "2026-11-18T12:00:00Z"}, [0, 1, 2]),
            ({"received_from": "2026-11-18T13:00:00+01:00"}, [0, 1, 2]),
            ({"received_before": "2026-11-18T12:00:00Z"}, [3, 4]),
            (
                {
                    "received_from": "2026-11-18T00:00:00Z",
                    "received_before": "2026-11-19T00:00:00Z",
                },
                [2],
            ),
            ({"region": "wrist", "read": "true"}, [0]),
            ({"external_id": "A-1"}, []),
        ],
    )
    def test_filters(
        self, several: list[Case], sending: Caller, query: dict[str, str], found: list[int]
    ) -> None:
        assert listed(sending.get("cases/", query)) == [f"P-{n}" for n in found]

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"level": "broken"}, "invalid_choice"),
            ({"read": "maybe"}, "invalid_choice"),
            ({"region": "tail"}, "invalid_choice"),
            ({"received_from": "yesterday"}, "invalid"),
            ({"received_from": "2026-11-18"}, "no_offset"),
            ({"changed_from": "2026-11-18T12:00:00"}, "no_offset"),
            ({"received_from": "0001-01-01T00:00:00Z"}, "year"),
            ({"received_before": "9999-12-31T23:59:59-12:00"}, "year"),
            ({"patient_reference": "x" * 65}, "max_length"),
            ({"patient_reference": "a\x00"}, "null_characters_not_allowed"),
            ({"cursor": "nonsense"}, "invalid_cursor"),
            ({"cursor": ""}, "invalid_cursor"),
            ({"page_size": "0"}, "min_value"),
            ({"page_size": "101"}, "max_value"),
            ({"page_size": "many"}, "invalid"),
            ({"regions": "wrist"}, "unknown_parameter"),
            ({"format": "api"}, "unknown_parameter"),
        ],
    )
    def test_a_filter_that_is_none(self, sending: Caller, query: dict[str, str], code: str) -> None:
        response = sending.get("cases/", query)
        (name,) = query
        assert (response.status_code, codes(response)) == (400, {name: code})

    def test_what_changed_since_a_moment(self, several: list[Case], sending: Caller) -> None:
        now = timezone.now()
        Case.objects.update(updated_at=now - timedelta(days=2))
        Case.objects.filter(pk=several[3].pk).update(updated_at=now)
        for since, found in ((timedelta(hours=1), ["P-3"]), (timedelta(days=3), 5)):
            told = listed(sending.get("cases/", {"changed_from": (now - since).isoformat()}))
            assert found in (told, len(told))

    def test_page_after_page(self, several: list[Case], sending: Caller) -> None:
        response = sending.get("cases/", {"page_size": "2", "region": "wrist"})
        assert listed(response) == ["P-0", "P-2"]
        response = sending.get(response.json()["next"])
        assert listed(response) == ["P-4"]
        assert response.json()["next"] is None

    def test_costs_the_same_for_one_case_and_for_many(
        self,
        several: list[Case],
        sending: Caller,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        sending.get("cases/")  # notes that the key was used
        for size in ("1", "5"):
            with django_assert_num_queries(5):  # key, two sides, radiographs, reads
                sending.get("cases/", {"page_size": size})


class TestOne:
    def test_with_what_the_software_says(
        self, analysis: Analysis, case: Case, sending: Caller, reading: Caller
    ) -> None:
        for program in (sending, reading):
            told = program.get(f"cases/{case.pk}/").json()
            assert told["id"] == str(case.pk)
            assert (told["status"], told["level"], told["withheld"]) == (
                "finished",
                "fracture",
                False,
            )
            assert told["submitting_organization"]["name"] == "Island Telemedicine"
            assert "not a cleared medical device" in told["disclaimer"]
            (radiograph,) = told["radiographs"]
            assert radiograph["answer"] == {
                "kind": "fracture",
                "statement": "Fracture suspected. Check the marked place.",
                "note": demonstration_note(analysis.model_version),
                "probability": 0.83,
                "analysis": str(analysis.pk),
                "pending": None,
            }
            address = f"http://testserver/api/v1/radiographs/{radiograph['id']}/canonical/"
            assert radiograph["images"]["canonical"] == {"url": address}
            assert radiograph["images"]["deep"] is None

    def test_a_region_that_the_software_was_not_made_for(
        self, case: Case, analysis: Analysis, sending: Caller
    ) -> None:
        Case.objects.filter(pk=case.pk).update(body_region="skull")
        (told,) = sending.get(f"cases/{case.pk}/").json()["radiographs"]
        assert told["answer"]["note"].startswith(
            "The software was not made for this region (Skull)."
        )

    def test_of_others_is_not_there(self, case: Case, foreign: Caller, sending: Caller) -> None:
        for response in (foreign.get(f"cases/{case.pk}/"), sending.get(f"cases/{uuid4()}/")):
            assert (response.status_code, codes(response)) == (404, {None: "not_found"})

    def test_is_not_sent_again_before_it_changes(
        self, analysis: Analysis, case: Case, sending: Caller, model_version: ModelVersion
    ) -> None:
        first = sending.get(f"cases/{case.pk}/")
        assert "Retry-After" not in first
        again = sending.get(f"cases/{case.pk}/", If_None_Match=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        weak = sending.get(f"cases/{case.pk}/", If_None_Match=f'"x", W/{first["ETag"]}')
        assert weak.status_code == 304
        correct_case(case=case, actor=_somebody(case), side="left")
        changed = sending.get(f"cases/{case.pk}/", If_None_Match=first["ETag"])
        assert changed.status_code == 200
        assert changed["ETag"] != first["ETag"]

    def test_says_when_to_ask_again(self, case: Case, sending: Caller) -> None:
        AnalysisFactory(radiograph=RadiographFactory(case=case))
        Case.objects.update(status="queued", level="incomplete")
        response = sending.get(f"cases/{case.pk}/")
        assert int(response["Retry-After"]) > 0
        known = sending.get(f"cases/{case.pk}/", If_None_Match=response["ETag"])
        assert (known.status_code, "Retry-After" in known) == (304, True)

    def test_nobody_elses_numbers(
        self, case: Case, sender: Organization, sending: Caller, reading: Caller
    ) -> None:
        save_ids(case, {"accession": "A-1"}, sender.pk)
        assert sending.get(f"cases/{case.pk}/").json()["external_ids"]["accession"] == "A-1"
        assert reading.get(f"cases/{case.pk}/").json()["external_ids"]["accession"] is None
        assert listed(sending.get("cases/", {"external_id": "A-1"})) == ["ISL-0417"]
        assert listed(reading.get("cases/", {"external_id": "A-1"})) == []

    def test_costs_the_same_however_many_radiographs_it_has(
        self,
        analysis: Analysis,
        case: Case,
        sending: Caller,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        sending.get(f"cases/{case.pk}/")
        for _more in range(2):
            with django_assert_num_queries(5):  # key, case, radiographs, analyses, numbers
                sending.get(f"cases/{case.pk}/")
            AnalysisFactory(
                radiograph=RadiographFactory(case=case),
                model_version=analysis.model_version,
                succeeded=True,
            )


def _somebody(case: Case) -> Any:
    return UserFactory(organization=case.submitting_organization)
