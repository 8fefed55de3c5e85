"""The pages of the installed models: the list, the card of each, its plots."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from cases.models import ModelVersion
from cases.models.radiograph import private_storage
from tests.cases.views.page import html, text
from tests.factories import ModelVersionFactory, phantom

SHA = "5d" * 32


@pytest.fixture
def with_plot(model_version: ModelVersion) -> ModelVersion:
    """Its card names a plot that is kept here."""
    model_version.manifest = {"files": {"roc.png": SHA, "model.tflite": "ab" * 32}}
    model_version.card = "# A card\n\n![The curve](roc.png)\n\n![Weights](model.tflite)"
    model_version.save()
    name = f"models/{SHA}.png"
    if not private_storage().exists(name):
        private_storage().save(name, ContentFile(phantom()))
    return model_version


def test_the_list_says_which_is_active(
    page: Client, model_version: ModelVersion, django_assert_num_queries: Any
) -> None:
    newer = ModelVersionFactory(
        name="other-cnn",
        is_demonstration=False,
        manifest={"metrics": {"auc": {"value": 0.93, "low": 0.91, "high": 0.95}}},
    )
    ModelVersionFactory(name="bare-cnn", manifest={})
    with django_assert_num_queries(3):  # session, person, models
        response = page.get("/models/")
    told = text(response)
    assert f"{model_version} Active Demonstration 0.700" in told
    assert f"{newer} Not active 0.930 (0.910 to 0.950)" in told
    assert "Not active Demonstration Not measured" in told
    assert told.index(str(model_version)) < told.index("bare-cnn")
    for model in (model_version, newer):
        assert f'href="/models/{model.pk}/"' in html(response)


def test_a_list_of_nothing_says_what_happens(page: Client) -> None:
    told = text(page.get("/models/"))
    assert "No model is installed Radiographs are kept and wait" in told


def test_every_page_leads_to_the_list(page: Client, model_version: ModelVersion) -> None:
    assert 'href="/models/"' in html(page.get("/"))
    assert 'href="/models/"' in html(page.get(f"/models/{model_version.pk}/"))
    assert "/models/" not in html(Client().get("/account/login/"))


def test_a_card_shows_its_plots(page: Client, with_plot: ModelVersion) -> None:
    address = f"/models/{with_plot.pk}/roc.png"
    response = page.get(f"/models/{with_plot.pk}/")
    assert f'<img src="{address}" alt="The curve" loading="lazy">' in html(response)
    assert html(response).count("<img") == 1
    assert "not all stored here" not in text(response)
    plot = page.get(address)
    assert plot["Content-Type"] == "image/png"
    assert plot["Content-Disposition"] == 'inline; filename="roc.png"'
    assert plot["X-Content-Type-Options"] == "nosniff"
    assert plot["Cache-Control"] == "private, no-store"
    assert b"".join(plot.streaming_content) == phantom()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["model.tflite", "bundle.json", "other.png", "..%2Froc.png"])
def test_no_other_file_is_handed_out(page: Client, with_plot: ModelVersion, name: str) -> None:
    assert page.get(f"/models/{with_plot.pk}/{name}").status_code == 404


def test_a_plot_that_is_not_stored_is_said_and_not_found(
    page: Client, with_plot: ModelVersion
) -> None:
    with_plot.manifest = {"files": {"roc.png": "0e" * 32}}
    with_plot.save()
    response = page.get(f"/models/{with_plot.pk}/")
    assert "<img" not in html(response)
    assert "The plots of this card are not all stored here" in text(response)
    assert page.get(f"/models/{with_plot.pk}/roc.png").status_code == 404


def test_a_model_without_a_card_says_so(page: Client, model_version: ModelVersion) -> None:
    told = text(page.get(f"/models/{model_version.pk}/"))
    assert "This model came without a card" in told


def test_the_card_tells_what_each_threshold_reaches(
    page: Client, model_version: ModelVersion
) -> None:
    model_version.manifest = {
        "thresholds": {"rule_out": 0.06, "rule_in": 0.55},
        "metrics": {
            "specificity_at_92": {"value": 0.71, "low": 0.66, "high": 0.75},
            "levels": {
                "sensitivity_at_rule_out": {"value": 0.953, "low": 0.931, "high": 0.97},
                "specificity_at_rule_out": {"value": 0.61, "low": 0.58, "high": 0.64},
            },
        },
    }
    model_version.save()
    told = text(page.get(f"/models/{model_version.pk}/"))
    assert "Specificity at sensitivity 0.92 0.710 (95 % interval 0.660 to 0.750)" in told
    assert (
        "6 % Lower threshold: below it no fracture found 0.953 (0.931 to 0.970) "
        "0.610 (0.580 to 0.640)" in told
    )
    assert "Upper threshold" not in told
