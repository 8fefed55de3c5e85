"""`evaluate --scores`: figures, pictures and a bundle's card from a file of scores."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference_worker.bundle import load_bundle
from inference_worker.training import card, scores
from inference_worker.training.cli import main
from inference_worker.training.evaluation import evaluate_scores
from inference_worker.training.score_plots import FILES
from tests.inference_worker.samples import BUNDLES, baseline, titled
from tests.inference_worker.training.scored import made_up

SCORED = [path.parent for path in sorted(BUNDLES.glob("*/oof.csv"))]
"""Every bundle that ships with its scores."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """oof.csv, left-out-region.csv and a copy of the shipped bundle, evaluated by the command."""
    root = tmp_path_factory.mktemp("scores")
    scored = made_up(images=400, source="fracatlas")
    scores.write(scored, root / "oof.csv")
    regions = [
        replace(scored.take(scored.tagged(name)), folds=np.full(200, number))
        for number, name in enumerate(("hand", "leg"))
    ]
    scores.write(scores.joined(regions), root / "left-out-region.csv")
    shutil.copytree(baseline(), root / "bundle")
    arguments = ["evaluate", "--scores", str(root / "oof.csv"), "--out", str(root / "figures")]
    arguments += ["--into", str(root / "bundle"), "--beside", str(baseline())]
    assert main([*arguments, "--left-out", str(root / "left-out-region.csv")]) == 0
    return root


def test_figures_and_pictures_are_written(files: Path) -> None:
    metrics = json.loads((files / "figures" / "metrics.json").read_text())["metrics"]
    assert [row["name"] for row in metrics["beside"]] == [
        titled(baseline()),
        "always “no fracture”",
    ]
    assert [(row["kind"], row["name"]) for row in metrics["left_out"]] == [
        ("region", "hand"),
        ("region", "leg"),
    ]
    assert metrics["left_out"][0]["auc"]["value"] == metrics["subgroups"]["hand"]["auc"]["value"]
    for name in FILES:
        with Image.open(files / "figures" / name) as picture:
            assert min(picture.size) > 200
            assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 20


def test_the_bundle_holds_all_of_it(files: Path) -> None:
    before, after = load_bundle(baseline()), load_bundle(files / "bundle")
    assert after.weights_sha256 == before.weights_sha256
    assert after.calibration != before.calibration
    assert {*FILES, "oof.csv", "left-out-region.csv"} <= set(after.manifest["files"])
    card = (files / "bundle" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "## What it has never learnt from" in card
    assert str(files) not in card


def test_the_card_can_be_made_again_from_the_bundle(files: Path) -> None:
    """With the command that the card names, on the files beside it."""
    card = files / "bundle" / "MODEL_CARD.md"
    before = card.read_text(encoding="utf-8")
    held = {path.name: path.read_bytes() for path in (files / "bundle").iterdir()}
    arguments = ["evaluate", "--scores", str(files / "bundle" / "oof.csv")]
    arguments += ["--left-out", str(files / "bundle" / "left-out-region.csv")]
    arguments += ["--into", str(files / "bundle"), "--beside", str(baseline())]
    assert main(arguments) == 0
    assert card.read_text(encoding="utf-8") == before
    assert {path.name: path.read_bytes() for path in (files / "bundle").iterdir()} == held


@pytest.mark.parametrize("folder", SCORED, ids=lambda folder: folder.name)
def test_what_ships_was_measured_on_the_scores_beside_it(folder: Path) -> None:
    """And the card is what the manifest gives, to the letter."""
    bundle = load_bundle(folder)
    stated = bundle.calibration.prevalence
    again = evaluate_scores(scores.read(folder / "oof.csv"), prevalence=stated)
    for name in ("auc", "average_precision", "specificity_at_92", "brier"):
        assert again.metrics[name]["value"] == pytest.approx(bundle.metrics[name]["value"])
    assert again.calibration.slope == pytest.approx(bundle.calibration.slope)
    assert again.calibration.intercept == pytest.approx(bundle.calibration.intercept)
    assert again.thresholds.rule_out == pytest.approx(bundle.thresholds.rule_out, abs=1e-5)
    assert again.thresholds.rule_in == pytest.approx(bundle.thresholds.rule_in, abs=1e-5)
    assert card.text(bundle.manifest) == (folder / "MODEL_CARD.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--scores", "oof.csv"], "Say where the figures go"),
        (["--scores", "missing.csv", "--out", "o"], "missing.csv"),
        (["--scores", "oof.csv", "--into", "nowhere"], "nowhere is no bundle"),
        (["--scores", "oof.csv", "--out", "o", "--beside", "nowhere"], "nowhere is no bundle"),
        (["--scores", "oof.csv", "--out", "o", "--left-out", "oof.csv"], "must be named left-out-"),
        (["--bundle", str(baseline())], "give --data"),
    ],
)
def test_errors_are_one_line(
    arguments: list[str],
    sentence: str,
    files: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(files)
    assert main(["evaluate", *arguments]) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_the_summary_names_the_points(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["evaluate", "--scores", str(files / "oof.csv"), "--out", str(files / "again")]
    assert main([*arguments, "--prevalence", "0.1"]) == 0
    said = capsys.readouterr().out
    for words in ("AUC", "rule_out", "rule_in", "NPV at 5 %", "PPV at 30 %", "NPV at 10 %"):
        assert words in said


def test_parts_without_a_common_name_are_numbered(tmp_path: Path) -> None:
    from inference_worker.training.left_out import left_out

    scores.write(made_up(images=60), tmp_path / "left-out-region.csv")
    rows = left_out(tmp_path / "left-out-region.csv", prevalence=0.2, draws=10)
    assert [row["name"] for row in rows] == [f"part {number}" for number in range(5)]
    scores.write(made_up(images=60), tmp_path / "left-out-source.csv")
    rows = left_out(tmp_path / "left-out-source.csv", prevalence=0.2, draws=10)
    assert {row["name"] for row in rows} == {"x"}
