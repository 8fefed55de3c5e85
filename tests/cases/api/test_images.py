"""Images for programs: with the key, or by a link that works for some minutes; every look kept."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, Organization, User
from accounts.services import revoke_key
from cases.models import AccessRecord, Analysis, Case
from tests.cases.api.calling import Caller, caller, codes
from tests.factories import RadiographFactory, phantom


@pytest.fixture
def heatmap(analysis: Analysis) -> Analysis:
    analysis.heatmap.save("heatmap.png", ContentFile(phantom()))
    return analysis


def bytes_of(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content) if response.streaming else response.content


def link(sending: Caller, case: Case, rendition: str = "canonical") -> str:
    (radiograph,) = sending.get(f"cases/{case.pk}/radiographs/").json()["results"]
    return str(radiograph["images"][rendition]["signed_url"])


@pytest.mark.parametrize("rendition", ["original", "canonical", "thumbnail"])
def test_with_the_key(
    analysis: Analysis, sending: Caller, sender: Organization, rendition: str
) -> None:
    radiograph = analysis.radiograph
    response = sending.get(f"radiographs/{radiograph.pk}/{rendition}/", Accept="image/png")
    assert bytes_of(response).startswith(b"\x89PNG")
    assert response["Cache-Control"] == "private, no-store"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    record = AccessRecord.objects.get()
    assert (record.rendition, record.organization) == (rendition, sender)
    assert str(record.user) == "API key gateway"


def test_the_heatmap(heatmap: Analysis, case: Case, sending: Caller) -> None:
    (told,) = sending.get(f"cases/{case.pk}/analyses/").json()["results"]
    assert bytes_of(sending.get(told["heatmap_url"])).startswith(b"\x89PNG")
    assert AccessRecord.objects.get().rendition == "heatmap"


def test_what_is_not_there(
    analysis: Analysis, case: Case, sending: Caller, foreign: Caller
) -> None:
    radiograph = analysis.radiograph
    gone = RadiographFactory(case=case, withdrawn_at=timezone.now(), withdrawal_reason="twice")
    for program, address in (
        (foreign, f"radiographs/{radiograph.pk}/canonical/"),
        (foreign, f"analyses/{analysis.pk}/heatmap/"),
        (sending, f"radiographs/{radiograph.pk}/deep/"),
        (sending, f"radiographs/{radiograph.pk}/heatmap/"),
        (sending, f"radiographs/{radiograph.pk}/nonsense/"),
        (sending, f"radiographs/{gone.pk}/canonical/"),
        (sending, f"radiographs/{uuid4()}/canonical/"),
        (sending, f"analyses/{analysis.pk}/heatmap/"),
    ):
        response = program.get(address)
        assert (response.status_code, codes(response)) == (404, {None: "not_found"}), address
    assert not AccessRecord.objects.exists()


class TestLink:
    def test_opens_without_the_key_and_is_recorded(
        self, analysis: Analysis, case: Case, sending: Caller
    ) -> None:
        response = Caller().get(link(sending, case))
        assert bytes_of(response).startswith(b"\x89PNG")
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert str(AccessRecord.objects.get().user) == "API key gateway"

    def test_of_the_heatmap(
        self, analysis: Analysis, heatmap: Analysis, case: Case, sending: Caller
    ) -> None:
        assert bytes_of(Caller().get(link(sending, case, "heatmap"))).startswith(b"\x89PNG")
        analysis.heatmap.delete()
        (told,) = sending.get(f"cases/{case.pk}/radiographs/").json()["results"]
        assert told["images"]["heatmap"] is None

    def test_opens_nothing_else(self, analysis: Analysis, case: Case, sending: Caller) -> None:
        address = link(sending, case)
        _path, _mark, query = address.partition("?")
        for other in (
            address.replace("canonical", "original"),
            address[:-2],
            f"cases/{case.pk}/?{query}",
            f"radiographs/{uuid4()}/canonical/?{query}",
        ):
            assert Caller().get(other).status_code in {401, 403}
        assert not AccessRecord.objects.exists()

    def test_runs_out(self, analysis: Analysis, case: Case, sending: Caller) -> None:
        address = link(sending, case)
        with time_machine.travel(timezone.now() + timedelta(seconds=301)):
            response = Caller().get(address)
        assert (response.status_code, codes(response)) == (403, {None: "link_expired"})

    def test_ends_with_its_key(
        self, analysis: Analysis, case: Case, sending: Caller, administrator: User
    ) -> None:
        address = link(sending, case)
        revoke_key(key=ApiKey.objects.get(), actor=administrator)
        response = Caller().get(address)
        assert (response.status_code, codes(response)) == (401, {None: "key_revoked"})

    def test_ends_with_the_person_who_asked_for_it(
        self, analysis: Analysis, case: Case, reader: User
    ) -> None:
        browser = Client()
        browser.force_login(reader)
        address = link(Caller(client=browser), case)
        assert Caller().get(address).status_code == 200
        User.objects.filter(pk=reader.pk).update(is_active=False)
        assert Caller().get(address).status_code == 403

    def test_only_whoever_may_read_is_given_one(
        self, analysis: Analysis, case: Case, sender: Organization
    ) -> None:
        response = caller(sender, "submit").get(f"cases/{case.pk}/radiographs/")
        assert (response.status_code, codes(response)) == (403, {None: "scope_missing"})

    def test_there_is_none_to_what_was_withdrawn(
        self, analysis: Analysis, case: Case, sending: Caller
    ) -> None:
        Case.objects.update(
            withdrawn_at=timezone.now(), withdrawal_reason="twice", status="withdrawn"
        )
        (told,) = sending.get(f"cases/{case.pk}/radiographs/").json()["results"]
        assert told["images"] is None
