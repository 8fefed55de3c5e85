"""Figures out of a manifest: those of the bundles that ship, and manifests with holes."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cases.figures import Figure, headline, known_figure, operating_points
from cases.models import ModelVersion

SHIPPED = sorted((settings.BASE_DIR / "inference_worker" / "bundles").glob("*/bundle.json"))


def version(**said: Any) -> ModelVersion:
    return ModelVersion(name="m", version="1", manifest=said)


def test_figures_and_operating_points_in_words() -> None:
    def share(value: float, low: float, high: float) -> dict[str, float]:
        return {"value": value, "low": low, "high": high}

    model = version(
        thresholds={"rule_out": 0.338, "rule_in": 0.674},
        metrics={
            "auc": share(0.7075, 0.6389, 0.8418),
            "decision_threshold": 0.5,
            "recall": share(0.6, 0.5232, 0.762),
            "levels": {
                "sensitivity_at_rule_out": share(0.7739, 0.6939, 0.9429),
                "specificity_at_rule_in": share(0.9061, 0.8831, 0.9393),
            },
        },
    )
    told = [(label, str(figure)) for label, figure in headline(model)]
    assert told == [("AUC", "0.708 (95 % interval 0.639 to 0.842)")]
    lower, upper, plain = operating_points(model)
    assert (lower.threshold, upper.threshold, plain.threshold) == (0.338, 0.674, 0.5)
    assert str(lower.sensitivity) == "0.774 (95 % interval 0.694 to 0.943)"
    assert str(upper.specificity) == "0.906 (95 % interval 0.883 to 0.939)"
    assert str(plain.sensitivity) == "0.600 (95 % interval 0.523 to 0.762)"
    assert plain.specificity is None


@pytest.mark.parametrize("manifest", SHIPPED, ids=lambda path: path.parent.name)
def test_every_bundle_that_ships_has_its_figures(manifest: Path) -> None:
    model = version(**json.loads(manifest.read_text()))
    labels = [label for label, _ in headline(model)]
    assert labels[:2] == ["AUC", "Average precision"]
    assert {"Accuracy at 0.5", "Precision at 0.5", "F1 at 0.5"} <= set(labels)
    assert all(known.interval for _, known in headline(model))
    points = operating_points(model)
    assert len(points) == 3
    assert all(point.sensitivity and point.specificity for point in points)


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
