"""Figures out of a manifest: those of the bundle that ships, and manifests with holes."""

import json
from typing import Any

import pytest
from django.conf import settings

from cases.figures import Figure, headline, known_figure, operating_points
from cases.models import ModelVersion


def version(**said: Any) -> ModelVersion:
    return ModelVersion(name="m", version="1", manifest=said)


def test_the_figures_of_the_baseline() -> None:
    path = settings.BASE_DIR / "inference_worker" / "bundles" / "baseline-cnn-1" / "bundle.json"
    model = version(**json.loads(path.read_text()))
    told = [(label, str(figure)) for label, figure in headline(model)]
    assert ("AUC", "0.708 (95 % interval 0.639 to 0.842)") in told
    lower, upper, plain = operating_points(model)
    assert (lower.threshold, upper.threshold, plain.threshold) == (0.338, 0.674, 0.5)
    assert str(lower.sensitivity) == "0.774 (95 % interval 0.694 to 0.943)"
    assert str(upper.specificity) == "0.906 (95 % interval 0.883 to 0.939)"
    assert str(plain.sensitivity) == "0.600 (95 % interval 0.523 to 0.762)"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"metrics": None, "thresholds": None},
        {"metrics": {"auc": "unknown", "levels": []}, "thresholds": {"rule_out": 0.2}},
        {"metrics": {"auc": {"value": None}}, "thresholds": {"rule_out": 0.2}},
        {"metrics": {"levels": {"sensitivity_at_rule_out": 0.9}}},
    ],
)
def test_what_was_not_measured_is_left_out(said: dict[str, Any]) -> None:
    assert headline(version(**said)) == []
    assert operating_points(version(**said)) == []
    assert known_figure(version(**said), "auc") is None


def test_a_figure_without_an_interval() -> None:
    said = {
        "metrics": {
            "auc": 0.9,
            "levels": {"sensitivity_at_rule_out": {"value": 0.95, "low": None, "high": None}},
        },
        "thresholds": {"rule_out": 0.2, "rule_in": 0.6},
    }
    model = version(**said)
    assert known_figure(model, "auc") == Figure(0.9)
    (point,) = operating_points(model)
    assert str(point.sensitivity) == "0.950"
    assert point.specificity is None
