"""What holds for every page: the strict policy, the frame, pages for errors, the model card."""

import re
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client

from accounts.models import User
from cases.models import Analysis, ModelVersion
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import html, text


def test_pages_hold_nothing_that_the_policy_forbids(
    analysis: Analysis, owner: User, model_version: ModelVersion, sign_in: SignIn
) -> None:
    case = analysis.radiograph.case.pk
    client = sign_in(owner)
    for path in (
        "/",
        "/cases/new/",
        f"/cases/{case}/",
        f"/cases/{case}/add/",
        f"/cases/{case}/correct/",
        f"/cases/{case}/withdraw/",
        "/organization/figures/",
        "/models/",
        f"/models/{model_version.pk}/",
    ):
        response = client.get(path)
        page = html(response)
        assert response.status_code == 200, path
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"<style|\sstyle=|\son\w+=", page), path
        assert not re.search(r"(src|href|action)=\"(https?:)?//", page), path
        assert '"allowEval": false' in page
        assert '"includeIndicatorStyles": false' in page


def test_the_frame_offers_what_the_person_may_use(
    owner: User, administrator: User, operator: User, sign_in: SignIn
) -> None:
    for person, offered in (
        (owner, {"/cases/new/"}),
        (administrator, {"/cases/new/", "/admin/", "/organization/"}),
        (operator, {"/admin/"}),
    ):
        page = html(sign_in(person).get("/"))
        links = {one for one in ("/cases/new/", "/admin/") if f'href="{one}"' in page}
        assert links == offered - {"/organization/"}
        assert 'action="/account/logout/"' in page


def test_an_unknown_address_is_a_page_of_ours(owner: User, sign_in: SignIn) -> None:
    for client in (sign_in(owner), Client()):
        response = client.get("/nowhere/")
        assert response.status_code == 404
        assert "There is nothing at this address" in text(response)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "413", "429", "500"])
def test_error_pages_need_neither_person_nor_request(name: str) -> None:
    page = render_to_string(f"{name}.html")
    assert "To the start" in page
    assert name[:3] in page


def test_the_model_card_tells_what_was_measured(
    owner: User, model_version: ModelVersion, sign_in: SignIn
) -> None:
    ModelVersion.objects.update(
        manifest={"metrics": {"auc": {"value": 0.712, "low": 0.64, "high": 0.85}}},
        card="Do <b>not</b> use.",
    )
    page = sign_in(owner).get(f"/models/{model_version.pk}/")
    assert "AUC 0.712 (95 % interval 0.640 to 0.850)" in text(page)
    assert "Do <b>not</b> use." not in html(page)
    assert sign_in(owner).get(f"/models/{uuid4()}/").status_code == 404


def test_a_model_without_figures_has_a_card_too(
    owner: User, model_version: ModelVersion, sign_in: SignIn
) -> None:
    ModelVersion.objects.update(manifest={"metrics": {"auc": "unknown"}})
    page = sign_in(owner).get(f"/models/{model_version.pk}/")
    assert "Demonstration model, not measured: do not rely on its answers." in text(page)
