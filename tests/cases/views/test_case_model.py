"""What a case's page says of the model's numbers: their worth, its classes, its map."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from cases.models import Analysis, Case, ModelVersion
from cases.services.analyses import claim, record_result
from tests.cases.views.page import address, html, part, text
from tests.factories import AnalysisFactory, RadiographFactory, phantom

BINS = [
    {"low": 0, "high": 0.5, "images": 200, "share": 0.004, "share_low": 0, "share_high": 0.02},
    {"low": 0.5, "high": 1, "images": 200, "share": 0.624, "share_low": 0.55, "share_high": 0.69},
]


@pytest.fixture
def measured(model_version: ModelVersion) -> ModelVersion:
    """A model of three classes that was measured, with a trained map."""
    model_version.manifest = {
        "class_names": ["healthy", "hairline_fracture", "displaced_fracture"],
        "normal_class": "healthy",
        "calibration": {"slope": 1, "intercept": 0, "prevalence": 0.176},
        "metrics": {"scored_like": BINS},
        "map": {"kind": "fracture_probability"},
    }
    model_version.is_demonstration = False
    model_version.save()
    return model_version


def answer_of(page: Client, analysis: Analysis) -> str:
    return part(page.get(address(analysis.radiograph.case)), "answer")


def test_one_sentence_says_what_the_score_is_worth(
    page: Client, analysis: Analysis, measured: ModelVersion
) -> None:
    told = answer_of(page, analysis)
    assert "Of 100 test radiographs scored like this, 62 had a fracture (55 to 69)." in told
    assert "Counted per radiograph, as if 18 % of them showed a fracture." in told
    assert "Calibrated as if" not in told  # once is enough
    Analysis.objects.update(probability=0.02, level="no_fracture_found")
    assert "scored like this, fewer than 1 had a fracture (0 to 2)." in answer_of(page, analysis)


@pytest.mark.parametrize("metrics", [{}, {"scored_like": []}, {"scored_like": [BINS[0]]}])
def test_a_model_that_was_not_measured_so_says_nothing(
    page: Client, analysis: Analysis, measured: ModelVersion, metrics: dict[str, Any]
) -> None:
    measured.manifest["metrics"] = metrics
    measured.save()
    told = answer_of(page, analysis)
    assert "scored like this" not in told
    assert "Calibrated as if 18 % of the radiographs showed one." in told


def test_an_answer_of_three_classes_lists_them(
    page: Client, analysis: Analysis, measured: ModelVersion
) -> None:
    Analysis.objects.update(
        class_scores={"displaced_fracture": 0.7049, "hairline_fracture": 0.2911, "healthy": 0.004}
    )
    response = page.get(address(analysis.radiograph.case))
    assert (
        "Scores of the model's classes Healthy (stands for no fracture) under 1 % "
        "Hairline fracture 29 % Displaced fracture 70 % "
        "The model's own scores, not calibrated: they rank its classes and are no probabilities."
    ) in part(response, "answer")
    assert 'width="70.5"' in html(response)
    assert "83 % probability of a fracture" in part(response, "answer")


def test_a_result_of_three_classes_goes_from_a_worker_to_the_page(
    page: Client, case: Case, measured: ModelVersion
) -> None:
    analysis = AnalysisFactory(radiograph=RadiographFactory(case=case), model_version=measured)
    claim(analysis_id=analysis.pk, worker_name="inference@here")
    assert record_result(
        analysis_id=analysis.pk,
        attempt=1,
        level="inconclusive",
        probability=0.41,
        logit=-0.36,
        class_scores={"healthy": 0.594, "hairline_fracture": 0.402, "displaced_fracture": 0.004},
        heatmap=None,
        thresholds={"rule_out": 0.06, "rule_in": 0.55},
        weights_sha256="0" * 64,
        preprocessing_version="2",
        engine="litert",
        timings_ms={},
    )
    told = part(page.get(address(case)), "answer")
    assert "Healthy (stands for no fracture) 59 % Hairline fracture 40 % Displaced" in told
    assert "Displaced fracture under 1 %" in told


def test_an_answer_of_fracture_or_none_lists_no_classes(page: Client, analysis: Analysis) -> None:
    Analysis.objects.update(class_scores={"fracture": 0.9})
    assert "classes" not in answer_of(page, analysis)


def test_the_words_of_a_map_are_those_of_its_kind(
    page: Client, analysis: Analysis, measured: ModelVersion
) -> None:
    analysis.heatmap.save("heatmap.png", ContentFile(phantom()))
    trained = "The coloured area is where the model puts the fracture; a radiograph without colour"
    weighed = "Warm colours mark what weighed most in the answer."
    told = text(page.get(address(analysis.radiograph.case)))
    assert trained in told
    assert weighed not in told
    for described in ({"kind": "grad_cam"}, None):
        ModelVersion.objects.update(manifest={"map": described})
        told = text(page.get(address(analysis.radiograph.case)))
        assert weighed in told
        assert trained not in told
