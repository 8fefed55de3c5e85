"""A bundle measured on a folder that it has never seen."""

import json
from pathlib import Path

import numpy as np
import pytest

from inference_worker.bundle import load_bundle
from inference_worker.training import calibrate, evaluate, scores
from inference_worker.training.cli import main
from tests.inference_worker.samples import baseline
from tests.inference_worker.training.drawn import drawn_folder


def test_everything_is_measured_and_its_scores_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = drawn_folder(tmp_path / "data", of_each=6)
    arguments = ["evaluate", "--bundle", str(baseline()), "--data", str(data), "--everything"]
    assert main([*arguments, "--json", "--out", str(tmp_path / "out")]) == 0
    metrics = json.loads(capsys.readouterr().out)
    assert metrics["held_out"]["images"] == 12
    assert metrics["held_out"]["fractured"] == 6
    kept = scores.read(tmp_path / "out" / "scores.csv")
    assert len(kept) == 12
    assert kept.class_names == ()
    said = calibrate.apply(load_bundle(baseline()).calibration, kept.logits)
    right = ((said >= 0.5) == kept.fractured).mean()
    assert metrics["accuracy"]["value"] == pytest.approx(right, abs=1e-4)


def test_of_several_classes_all_but_the_normal_one_are_fractured(tmp_path: Path) -> None:
    from inference_worker.answer import Answer
    from inference_worker.training.dataset import Sample

    samples = [Sample(f"{n}.png", tmp_path, n, f"group {n}", "") for n in range(3)]
    answers = [
        Answer(0.2 * n, "inconclusive", float(n), {"no": 0.5, "a": 0.3, "b": 0.2}, {})
        for n in range(3)
    ]
    assert evaluate.scored(answers, samples).labels.tolist() == [0, 1, 1]
    kept = evaluate.as_scores(answers, samples)
    assert kept.class_names == ("no", "a", "b")
    np.testing.assert_allclose(np.asarray(kept.class_scores)[2], [0.5, 0.3, 0.2])
    assert kept.logits.tolist() == [0, 1, 2]
