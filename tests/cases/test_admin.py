"""The record in the administration pages: whose rows are seen, what can be done, what it costs."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.scoped_admin import ScopedAdmin
from cases.models import AccessRecord, Analysis, Case, CaseEvent, ModelVersion, Worker
from cases.vocabulary import AnalysisStatus
from tests.bundles import place_bundle
from tests.factories import (
    AnalysisFactory,
    CaseFactory,
    ModelVersionFactory,
    RadiographFactory,
    phantom,
)

Queries = Callable[[int], AbstractContextManager[None]]
PAGES = ["case", "radiograph", "analysis", "caseevent", "accessrecord"]


def make_case(reader: User, owner: User, reference: str) -> Case:
    """Of the stranger's clinic if both are the stranger."""
    case = CaseFactory(
        submitting_organization=owner.organization,
        reading_organization=reader.organization,
        patient_reference=reference,
    )
    radiograph = RadiographFactory(case=case)
    version = ModelVersion.objects.first() or ModelVersionFactory(is_active=True)
    AnalysisFactory(
        radiograph=radiograph,
        model_version=version,
        succeeded=True,
        heatmap=ContentFile(phantom(), "heatmap.png"),
    )
    CaseEvent.objects.create(case=case, kind=CaseEvent.Kind.RECEIVED)
    AccessRecord.objects.create(user=owner, radiograph=radiograph, rendition="canonical")
    return case


@pytest.fixture
def ours(owner: User, reader: User) -> Case:
    return make_case(reader, owner, "OURS-1")


@pytest.fixture
def theirs(stranger: User) -> Case:
    return make_case(stranger, stranger, "THEIRS-1")


def listed(client: Client, page: str, **query: str) -> str:
    response = client.get(reverse(f"admin:cases_{page}_changelist"), query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["administrator", "reading_administrator"])
def test_each_side_sees_its_rows_and_no_others(
    client: Client, page: str, who: str, ours: Case, theirs: Case, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    text = listed(client, page)
    assert "OURS-1" in text
    assert "THEIRS-1" not in text
    assert "Elsewhere" not in text  # in no filter either


@pytest.mark.parametrize("page", PAGES)
def test_the_operator_sees_all(
    client: Client, page: str, operator: User, ours: Case, theirs: Case
) -> None:
    client.force_login(operator)
    text = listed(client, page)
    assert "OURS-1" in text
    assert "THEIRS-1" in text


@pytest.mark.parametrize("page", PAGES)
def test_a_foreign_row_is_not_there(
    client: Client, page: str, reading_administrator: User, theirs: Case
) -> None:
    client.force_login(reading_administrator)
    model = next(one for one in admin.site._registry if one._meta.model_name == page)
    row = model._default_manager.get()
    for view in ("change", "history"):
        address = reverse(f"admin:cases_{page}_{view}", args=[row.pk])
        assert client.get(address).status_code == 404
    assert client.get(reverse(f"admin:cases_{page}_change", args=[uuid.uuid4()])).status_code == 404


def test_object_permissions_are_asked_of_the_row_itself(
    rf: object, reading_administrator: User, operator: User, ours: Case, theirs: Case
) -> None:
    page = admin.site._registry[Case]
    assert isinstance(page, ScopedAdmin)
    request = rf.get("/")  # type: ignore[attr-defined]
    for user, sees_theirs in ((reading_administrator, False), (operator, True)):
        request.user = user
        assert page.has_view_permission(request, ours)
        assert page.has_view_permission(request, theirs) is sees_theirs
        for row in (None, ours):
            assert not page.has_change_permission(request, row)
            assert not page.has_delete_permission(request, row)
        assert not page.has_add_permission(request)


def test_nothing_of_the_record_is_edited_or_deleted(
    client: Client, operator: User, ours: Case
) -> None:
    client.force_login(operator)
    analysis = Analysis.objects.get()
    forged = {"level": "no_fracture_found", "probability": "0.01", "patient_reference": "X"}
    for row in (ours, ours.radiographs.get(), analysis):
        name = f"admin:cases_{row._meta.model_name}"
        for view in ("change", "delete"):
            address = reverse(f"{name}_{view}", args=[row.pk])
            assert client.post(address, {**forged, "post": "yes"}).status_code == 403
        page = client.get(reverse(f"{name}_change", args=[row.pk])).content.decode()
        assert 'name="_save"' not in page
        assert "deletelink" not in page
        bulk = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
        client.post(reverse(f"{name}_changelist"), bulk)
    assert Analysis.objects.get().level == analysis.level
    assert Case.objects.get().patient_reference == "OURS-1"


@pytest.mark.parametrize(
    ("term", "found"),
    [("OURS", True), ("OURS-1", True), ("URS-1", False), ("ours-2", False), ("", True)],
)
def test_search_by_the_beginning_of_a_reference(
    client: Client, operator: User, ours: Case, term: str, found: bool
) -> None:
    client.force_login(operator)
    for page in ("case", "radiograph", "analysis", "caseevent"):
        assert (f">{ours.patient_reference}" in listed(client, page, q=term)) is found


def test_search_by_a_whole_id_stays_in_scope(
    client: Client, reading_administrator: User, ours: Case, theirs: Case
) -> None:
    client.force_login(reading_administrator)
    assert "OURS-1" in listed(client, "case", q=str(ours.pk))
    assert "THEIRS-1" not in listed(client, "case", q=str(theirs.pk))
    assert "OURS-1" in listed(client, "analysis", q=f" {ours.pk} ")


@pytest.mark.parametrize(
    "query",
    [
        {"submitted_by__password__startswith": "md5"},
        {"submitting_organization__name__startswith": "E"},
        {"reading_organization__people__password__startswith": "md5"},
    ],
)
def test_an_address_cannot_ask_about_other_tables(
    client: Client, reading_administrator: User, ours: Case, query: dict[str, str]
) -> None:
    client.force_login(reading_administrator)
    answer = client.get(reverse("admin:cases_case_changelist"), query)
    assert answer.status_code == 400


class TestActions:
    def act(self, client: Client, action: str, *rows: Analysis) -> str:
        answer = client.post(
            reverse("admin:cases_analysis_changelist"),
            {"action": action, "_selected_action": [str(row.pk) for row in rows]},
            follow=True,
        )
        return answer.content.decode()

    def test_queue_again(self, client: Client, reading_administrator: User, ours: Case) -> None:
        client.force_login(reading_administrator)
        [earlier] = Analysis.objects.all()
        said = self.act(client, "queue_again", earlier)
        assert "One radiograph was queued." in said
        again = Analysis.objects.exclude(pk=earlier.pk).get()
        assert (again.status, again.requested_by) == (AnalysisStatus.QUEUED, reading_administrator)
        assert Analysis.objects.get(pk=earlier.pk).status == AnalysisStatus.SUCCEEDED
        assert CaseEvent.objects.filter(kind="queued", actor=reading_administrator).exists()

    def test_cancel(self, client: Client, reading_administrator: User, ours: Case) -> None:
        client.force_login(reading_administrator)
        [done] = Analysis.objects.all()
        waiting = AnalysisFactory(radiograph=done.radiograph, model_version=ModelVersionFactory())
        said = self.act(client, "cancel", done, waiting)
        assert "1 of 2 were cancelled" in said
        assert Analysis.objects.get(pk=waiting.pk).status == AnalysisStatus.CANCELLED
        assert Analysis.objects.get(pk=done.pk).status == AnalysisStatus.SUCCEEDED

    def test_foreign_rows_are_left_alone(
        self, client: Client, reading_administrator: User, ours: Case, theirs: Case
    ) -> None:
        client.force_login(reading_administrator)
        foreign = Analysis.objects.get(radiograph__case=theirs)
        self.act(client, "queue_again", foreign)
        assert Analysis.objects.count() == 2

    def test_what_cannot_be_done_is_said(
        self, client: Client, reading_administrator: User, ours: Case
    ) -> None:
        ModelVersion.objects.update(is_active=False)
        client.force_login(reading_administrator)
        assert "No model is active" in self.act(client, "queue_again", Analysis.objects.get())


class TestPlatform:
    def test_activating_a_model_version(
        self, client: Client, operator: User, ours: Case, settings: Settings, tmp_path: Path
    ) -> None:
        settings.MODEL_BUNDLE_DIRS = [tmp_path]
        client.force_login(operator)
        better = ModelVersionFactory()
        place_bundle(better, tmp_path)
        address = reverse("admin:cases_modelversion_changelist")
        chosen = {"action": "activate", "_selected_action": [str(better.pk)]}
        client.post(address, chosen)
        assert ModelVersion.objects.get(is_active=True) == better
        every = [str(pk) for pk in ModelVersion.objects.values_list("pk", flat=True)]
        said = client.post(address, {**chosen, "_selected_action": every}, follow=True)
        assert "exactly one" in said.content.decode()
        lost = ModelVersionFactory()
        said = client.post(address, {**chosen, "_selected_action": [str(lost.pk)]}, follow=True)
        assert f"No bundle {lost} is installed here" in said.content.decode()
        assert ModelVersion.objects.get(is_active=True) == better

    @pytest.mark.parametrize("page", ["modelversion", "worker"])
    def test_for_operators_only(
        self, client: Client, page: str, reading_administrator: User, ours: Case
    ) -> None:
        client.force_login(reading_administrator)
        address = reverse(f"admin:cases_{page}_changelist")
        assert client.get(address).status_code == 403
        assert client.post(address, {"action": "activate"}).status_code == 403
        assert address not in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("page", [*PAGES, "modelversion", "worker"])
def test_queries_do_not_grow_with_the_rows(
    client: Client,
    page: str,
    operator: User,
    owner: User,
    reader: User,
    django_assert_max_num_queries: Queries,
) -> None:
    for n in range(12):
        make_case(reader, owner, f"P-{n}")
        now = timezone.now()
        Worker.objects.create(name=f"w{n}", kind="inference", started_at=now, seen_at=now)
    client.force_login(operator)
    with django_assert_max_num_queries(16):
        listed(client, page)


def test_counting_stops_somewhere(operator: User, rf: object, ours: Case) -> None:
    page = admin.site._registry[Case]
    paginator = page.get_paginator(None, Case.objects.all(), 50)  # type: ignore[arg-type]
    assert paginator.count == 1
    paginator = page.get_paginator(None, Case.objects.all(), 50)  # type: ignore[arg-type]
    paginator.most = 0  # type: ignore[attr-defined]
    assert paginator.count == 0


def test_one_case_shows_its_images_and_answers(
    client: Client, reading_administrator: User, ours: Case
) -> None:
    client.force_login(reading_administrator)
    page = client.get(reverse("admin:cases_case_change", args=[ours.pk])).content.decode()
    radiograph = ours.radiographs.get()
    assert f"/radiographs/{radiograph.pk}/thumbnail" in page
    assert "0.830" in page
    assert "Fracture suspected" in page


def test_filters_offer_the_organizations_one_works_with(
    client: Client, reading_administrator: User, administrator: User, ours: Case, theirs: Case
) -> None:
    for user in (reading_administrator, administrator):
        client.force_login(user)
        for name in ("Harbour Hospital", "Island Telemedicine"):
            assert f">{name}</a>" in listed(client, "case")
        sender = str(ours.submitting_organization_id)
        assert "OURS-1" in listed(client, "case", submitting_organization__id__exact=sender)
        foreign = str(theirs.submitting_organization_id)
        assert "-1<" not in listed(client, "case", submitting_organization__id__exact=foreign)
