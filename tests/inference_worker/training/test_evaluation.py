"""All figures of a cross-validation, and that odd scores give figures or a sentence, never a
traceback."""

import json
from dataclasses import replace
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from inference_worker.bundle import Thresholds
from inference_worker.training.evaluation import (
    Evaluation,
    always_normal,
    compared,
    evaluate_scores,
)
from tests.inference_worker.training.scored import made_up


@pytest.fixture(scope="module")
def made() -> Evaluation:
    return evaluate_scores(made_up(images=3000), draws=200)


def test_headline_is_what_the_scores_were_drawn_for(made: Evaluation) -> None:
    metrics, normal = made.metrics, NormalDist()
    assert metrics["auc"]["value"] == pytest.approx(normal.cdf(2 / sqrt(2)), abs=0.015)
    assert metrics["auc"]["low"] < normal.cdf(2 / sqrt(2)) < metrics["auc"]["high"]
    at_92 = normal.cdf(2 - normal.inv_cdf(0.92))
    assert metrics["specificity_at_92"]["value"] == pytest.approx(at_92, abs=0.05)
    assert metrics["scored"] == {
        "images": 3000,
        "fractured": metrics["scored"]["fractured"],
        "groups": 1000,
        "folds": 5,
        "sources": ["x"],
    }
    assert [row["fold"] for row in metrics["folds"]["rows"]] == [0, 1, 2, 3, 4]
    aucs = [row["auc"] for row in metrics["folds"]["rows"]]
    assert metrics["folds"]["auc"]["mean"] == pytest.approx(np.mean(aucs), abs=1e-4)
    assert metrics["folds"]["auc"]["sd"] == pytest.approx(np.std(aucs, ddof=1), abs=1e-4)


def test_a_manifest_can_take_it_over(made: Evaluation) -> None:
    """JSON without NaN, thresholds in order, and every name that pages and cards ask for."""
    written = json.loads(json.dumps(made.as_manifest(), allow_nan=False))
    assert 0 < written["thresholds"]["rule_out"] < written["thresholds"]["rule_in"] < 1
    assert written["calibration"]["prevalence"] == 0.176
    assert {"accuracy", "precision", "recall", "specificity", "f1", "npv"} <= set(
        written["metrics"]
    )
    assert set(written["metrics"]["levels"]) == {
        "sensitivity_at_rule_out",
        "specificity_at_rule_out",
        "sensitivity_at_rule_in",
        "specificity_at_rule_in",
        "inconclusive",
    }
    assert made.metrics["levels"]["sensitivity_at_rule_out"]["low"] >= 0.92


def test_it_repeats(made: Evaluation) -> None:
    again = evaluate_scores(made_up(images=3000), draws=200)
    assert again.as_manifest() == made.as_manifest()


def test_parts(made: Evaluation) -> None:
    parts = made.metrics["subgroups"]
    kinds = {name: row["kind"] for name, row in parts.items()}
    assert kinds["without treated fractures"] == kinds["metalwork"] == "treatment"
    assert kinds["hand"] == "region"
    assert kinds["lateral"] == "view"
    assert kinds["files 2500-2999"] == "file numbers"
    assert sum(row["images"] for row in parts.values() if row["kind"] == "file numbers") == 3000
    assert parts["hand"]["images"] + parts["leg"]["images"] == 3000
    without = parts["without treated fractures"]
    assert without["images"] == 3000 - parts["treated"]["images"]
    assert without["auc"]["value"] is not None
    # Only fractured ones are treated here: nothing to rank, but something to find.
    assert parts["treated"]["auc"] is None
    assert parts["treated"]["specificity_at_rule_in"] is None
    assert parts["treated"]["sensitivity_at_rule_out"]["value"] > 0.8


def test_rows_beside() -> None:
    normal = always_normal(0.176)
    assert normal["accuracy"]["value"] == 0.824
    assert normal["recall"]["value"] == 0
    held: dict[str, Any] = {
        "name": "b",
        "version": "1",
        "metrics": {"auc": {"value": 0.7, "low": 0.6, "high": 0.8}, "scored": {"images": 9}},
    }
    row = compared(held)
    assert (row["name"], row["images"], row["auc"]["value"]) == ("b 1", 9, 0.7)
    assert row["specificity_at_92"] is None
    assert compared({})["auc"] is None


def test_several_classes_are_counted_one_by_one() -> None:
    scores = made_up(images=300)
    labels = scores.labels * (1 + np.arange(300) % 2)
    said = np.eye(3)[labels]
    said[labels == 2] = [0.2, 0.5, 0.3]
    metrics = evaluate_scores(
        replace(scores, labels=labels, class_names=("no", "crack", "break"), class_scores=said),
        draws=20,
    ).metrics
    assert metrics["classes"]["no"]["recall"] == 1
    assert metrics["classes"]["break"]["recall"] == 0
    assert metrics["class_accuracy"] == pytest.approx((labels != 2).mean(), abs=1e-4)


@pytest.mark.parametrize(
    "changes",
    [
        {"logits": np.zeros(60)},
        {"logits": np.repeat([-1e6, 1e6], 30)},
        {"folds": np.zeros(60, int)},
        {"folds": np.arange(60)},
        {"folds": (np.arange(60) > 30).astype(int), "labels": (np.arange(60) > 30).astype(int)},
        {"labels": (np.arange(60) == 7).astype(int)},
        {"labels": (np.arange(60) != 7).astype(int)},
        {"groups": np.full(60, "one")},
        {"tags": (frozenset(),) * 60},
        {"ids": np.array([f"picture {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(60)])},
        {"sources": np.array(["a", "b"] * 30)},
    ],
)
@pytest.mark.filterwarnings("error")
def test_odd_scores_give_figures(changes: dict[str, Any]) -> None:
    made = evaluate_scores(replace(made_up(images=60), **changes), draws=30)
    assert json.dumps(made.as_manifest(), allow_nan=False)
    assert isinstance(made.thresholds, Thresholds)
    assert 0 < made.thresholds.rule_out < made.thresholds.rule_in < 1
    assert made.metrics["scored_like"][0]["low"] == 0


@pytest.mark.parametrize("images", [2, 3])
def test_a_handful_gives_figures(images: int) -> None:
    scores = replace(made_up(images=images), labels=np.arange(images) % 2)
    assert evaluate_scores(scores, draws=10).metrics["auc"]["value"] is not None


def test_refused_in_a_sentence() -> None:
    scores = made_up(images=30)
    with pytest.raises(ValueError, match="one class"):
        evaluate_scores(replace(scores, labels=np.zeros(30, int)), draws=10)
    with pytest.raises(ValueError, match="in two folds"):
        evaluate_scores(replace(scores, ids=np.repeat(scores.ids[:15], 2)), draws=10)
