"""A bundle measured on a folder that it has never seen."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from inference_worker.answer import FRACTURE, INCONCLUSIVE, Answer, level_of
from inference_worker.bundle import load_bundle
from inference_worker.training import calibrate, evaluate, scores
from inference_worker.training.cli import main
from inference_worker.training.dataset import DatasetError, Sample, fingerprint, read
from inference_worker.training.manifest_file import write_manifest
from tests.inference_worker.samples import baseline
from tests.inference_worker.training.drawn import drawn_folder
from tests.inference_worker.training.scored import made_up


def test_the_command_keeps_scores_and_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = drawn_folder(tmp_path / "data", of_each=6), tmp_path / "out"
    arguments = ["evaluate", "--bundle", str(baseline()), "--data", str(data), "--out", str(out)]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    for words in ("AUC", "rule_out", "rule_in", "sensitivity", "Brier score"):
        assert words in said
    assert "folds" not in said
    bundle, kept = load_bundle(baseline()), scores.read(out / "scores.csv")
    assert len(kept) == 12
    assert kept.class_names == ()
    written = json.loads((out / "metrics.json").read_text())
    assert written["thresholds"] == bundle.manifest["thresholds"]
    metrics = written["metrics"]
    assert (metrics["scored"]["images"], metrics["scored"]["fractured"]) == (12, 6)
    called = calibrate.apply(bundle.calibration, kept.logits) >= 0.5
    assert metrics["recall"]["value"] == pytest.approx(called[kept.fractured].mean(), abs=1e-4)


def test_the_levels_are_those_that_are_served() -> None:
    """The bundle's own line and thresholds, whatever would fit these scores better."""
    bundle, said = load_bundle(baseline()), made_up(images=300)
    made = evaluate.figures(said, bundle, draws=50)
    assert (made.calibration, made.thresholds) == (bundle.calibration, bundle.thresholds)
    shown = calibrate.apply(bundle.calibration, said.logits)
    served = np.array([level_of(p, bundle.thresholds) for p in shown])
    points = made.metrics["operating_points"]
    found = (served == FRACTURE)[said.fractured].mean()
    assert points["rule_in"]["sensitivity"]["value"] == pytest.approx(found, abs=1e-4)
    spared = (~np.isin(served, [FRACTURE, INCONCLUSIVE]))[~said.fractured].mean()
    assert points["rule_out"]["specificity"]["value"] == pytest.approx(spared, abs=1e-4)
    assert made.metrics["subgroups"]["hand"]["images"] == 150
    assert made.metrics["auc"]["low"] < made.metrics["auc"]["value"]
    errors = (shown - said.fractured) ** 2
    stated = bundle.calibration.prevalence
    brier = stated * errors[said.fractured].mean() + (1 - stated) * errors[~said.fractured].mean()
    assert made.metrics["brier"]["value"] == pytest.approx(brier, abs=1e-4)


def test_one_class_alone_is_refused() -> None:
    said = made_up(images=30)
    with pytest.raises(ValueError, match="one class alone"):
        evaluate.figures(said.take(~said.fractured), load_bundle(baseline()))


def test_what_a_bundle_was_taught_measures_nothing(tmp_path: Path) -> None:
    data = drawn_folder(tmp_path / "data", of_each=4)
    folder = shutil.copytree(baseline(), tmp_path / "taught-1")
    manifest = load_bundle(folder).manifest
    manifest["training_data"]["fingerprint"] = fingerprint(read(data).samples)
    write_manifest(folder, manifest)
    with pytest.raises(DatasetError, match="taught-1 was taught"):
        evaluate.evaluate(load_bundle(folder), data)


def test_of_several_classes_all_but_the_normal_one_are_fractured(tmp_path: Path) -> None:
    samples = [Sample(f"{n}.png", tmp_path, n, f"group {n}", "") for n in range(3)]
    answers = [
        Answer(0.2 * n, "inconclusive", float(n), {"no": 0.5, "a": 0.3, "b": 0.2}, {})
        for n in range(3)
    ]
    kept = evaluate.as_scores(answers, samples)
    assert kept.fractured.tolist() == [False, True, True]
    assert kept.class_names == ("no", "a", "b")
    np.testing.assert_allclose(np.asarray(kept.class_scores)[2], [0.5, 0.3, 0.2])
    assert kept.logits.tolist() == [0, 1, 2]
