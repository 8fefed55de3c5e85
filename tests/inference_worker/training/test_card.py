"""The model cards: every figure that they name is the manifest's, and nothing is left unsaid."""

import json
import re
from pathlib import Path

import pytest

from inference_worker.bundle import Manifest
from inference_worker.training import card
from inference_worker.training.card_words import measured, percent, table
from inference_worker.training.evaluation import always_normal, evaluate_scores
from inference_worker.training.score_plots import FILES
from tests.inference_worker.training.scored import made_up


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    made = evaluate_scores(made_up(images=900, source="fracatlas"), draws=100)
    metrics = made.metrics | {"beside": [always_normal(0.176)]}
    return {
        "name": "lite",
        "version": "3",
        "architecture": "efficientnet_lite0",
        "demonstration": False,
        "input": {"size": 384, "channels": 3},
        "class_names": ["fracture"],
        "training_data": {"name": "FracAtlas.", "licence": "CC BY 4.0", "fingerprint": "abc"},
        "training": {"command": "train this", "hardware": "one machine", "seconds": 5400},
        "licence": {"weights": "Apache-2.0"},
        "notes": ["A note of the trainer's."],
        **made.as_manifest(),  # type: ignore[typeddict-item]
        "metrics": metrics,
    }


def test_what_a_card_must_say(manifest: Manifest) -> None:
    text = card.text(manifest)
    for heading in (
        "# lite 3",
        "## In short",
        "## Intended use",
        "## What an answer means",
        "## Operating points",
        "## How far the probability can be trusted",
        "## Parts of it",
        "## Data and how it was measured",
        "## Training, time and hardware",
        "## Limits",
        "## Make it again",
    ):
        assert f"{heading}\n" in text
    for words in (
        "Not a medical device",
        "CC BY 4.0",
        "names no patients and no ages",
        "kinds of fracture have no honest labels",
        "Some labels are wrong",
        "cast, a splint or metalwork",
        "Not measured on other hospitals",
        "Not measured without one source or one region",
        "always “no fracture”",
        "82.4 %",
        "A note of the trainer's.",
        "one machine",
        "90 minutes",
        "`train this`",
        "evaluate --scores oof.csv",
    ):
        assert words in text, words
    assert "None" not in text
    assert "nan" not in re.findall(r"[a-z]+", text)


def test_its_figures_are_the_manifests(manifest: Manifest) -> None:
    text, metrics = card.text(manifest), manifest["metrics"]
    points = metrics["operating_points"]
    for figure in ("auc", "average_precision", "specificity_at_92", "brier"):
        assert measured(metrics[figure]) in text
    for row in (points["rule_out"], points["rule_in"], points["plain"]):
        for share in (row["sensitivity"], row["specificity"], *row["npv"].values()):
            assert percent(share) in text
        for share in row["ppv"].values():
            assert percent(share) in text
    for name, row in metrics["subgroups"].items():
        assert f"| {name} | {row['images']} | {row['fractured']} |" in text
    assert f"below {manifest['thresholds']['rule_out']:.4g} |" in text
    assert "They were swapped" not in text


def test_its_pictures_are_drawn(manifest: Manifest) -> None:
    assert set(re.findall(r"!\[[^]]+\]\(([^)]+)\)", card.text(manifest))) == set(FILES)


def test_its_tables_are_tables(manifest: Manifest) -> None:
    blocks = re.findall(r"(?:^\|.*\n)+", card.text(manifest), re.MULTILINE)
    assert len(blocks) > 6
    for block in blocks:
        assert len({len(line.split("|")) for line in block.splitlines()}) == 1, block


def test_left_out_crossed_and_classes_are_said(manifest: Manifest) -> None:
    metrics = manifest["metrics"]
    few = {"kind": "source", "name": "elsewhere", "images": 12, "fractured": 3, "auc": None}
    region = {"kind": "region", "name": "hip", **metrics["subgroups"]["hand"], "images": 77}
    more: Manifest = {
        **manifest,
        "class_names": ["no", "crack"],
        "metrics": metrics
        | {
            "left_out": [few, region | {"kind": "region"}],
            "operating_points": metrics["operating_points"] | {"crossed": True},
            "classes": {"crack": {"images": 5, "chosen": 4, "recall": None}},
            "class_accuracy": 0.5,
        },
    }
    text = card.text(more)
    assert "| source elsewhere | 12 | 3 | too few | too few |" in text
    assert "| region hip | 77 |" in text
    assert "They were swapped" in text
    assert "| crack | 5 | 4 | - |" in text
    assert "Not measured without one source" not in text
    assert "kinds of fracture have no honest labels" not in text


def test_what_was_not_recorded_is_said() -> None:
    made = evaluate_scores(made_up(images=40), draws=10)
    bare: Manifest = {
        "name": "bare",
        "version": "1",
        "architecture": "a",
        "input": {"size": 64, "channels": 1},
        "class_names": ["fracture"],
        **made.as_manifest(),  # type: ignore[typeddict-item]
    }
    text = card.text(bare)
    assert "Not recorded." in text
    assert "Data not named." in text
    assert "names no patients" not in text


def test_a_demonstration_says_that_it_is_one(manifest: Manifest) -> None:
    text = card.text({**manifest, "demonstration": True})
    assert "**Demonstration model.** Says how likely" in text
    assert "To show that the platform works" in text
    assert "To point a clinician" not in text
    assert "It never decides" in text
    assert "Demonstration" not in card.text(manifest)


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (None, "not defined"),
        ({"value": None, "low": None, "high": None}, "not defined"),
        ({"value": 0.5, "low": None, "high": None}, "50.0 %"),
        ({"value": 0.75, "low": 0.7, "high": 0.8}, "75.0 % (70.0 to 80.0)"),
    ],
)
def test_shares_in_words(measure: dict[str, float] | None, words: str) -> None:
    assert percent(measure) == words  # type: ignore[arg-type]


def test_a_share_of_the_rest() -> None:
    turned = percent({"value": 0.75, "low": 0.7, "high": 0.9}, turned=True)
    assert turned == "25.0 % (10.0 to 30.0)"


def test_a_bar_does_not_break_a_table() -> None:
    assert table(["a"], [["x|y"]]) == "| a |\n| --- |\n| x/y |"


def test_metrics_survive_json(manifest: Manifest) -> None:
    assert card.text(json.loads(json.dumps(manifest))) == card.text(manifest)


def test_no_path_of_a_machine_gets_in(manifest: Manifest) -> None:
    assert str(Path.cwd()) not in card.text(manifest)
