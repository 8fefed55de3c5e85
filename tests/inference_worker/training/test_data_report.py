"""The report on a folder of radiographs: figures that can be checked by hand."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference_worker.training.cli import main
from inference_worker.training.dataset import Sample, read
from inference_worker.training.folds import assign
from inference_worker.training.sources.boxes import box_corners
from inference_worker.training.survey import choosing, counting, doubles, outlines, sheets
from inference_worker.training.survey.glance import glance, small
from tests.inference_worker.training.drawn import drawn_folder


def sample(name: str, label: int = 0, **known: object) -> Sample:
    return replace(
        Sample(name, Path(f"{name}.png"), label, f"group {name}", f"hash {name}", source="here"),
        **known,  # type: ignore[arg-type]
    )


def test_counts_by_class() -> None:
    samples = [
        sample("a", 1, tags=frozenset({"hand", "leg", "cast", "treated", "file grey"})),
        sample("b", 0, tags=frozenset({"hand", "truncated"}), contradictory=True),
        sample("c", 0),
    ]
    found = counting.tables(samples, [(3, 2), (3, 2), (5, 5)], {"a": 0, "b": 0, "c": 1}, 2)
    assert found["all"] == {"images": [2, 1]}
    assert found["region"] == {"hand": [1, 1], "leg": [0, 1]}
    assert found["treatment"] == {"cast": [0, 1], "treated": [0, 1]}
    assert found["file kind"] == {"file grey": [0, 1]}
    assert found["pixel size"] == {"3 x 2": [1, 1], "5 x 5": [1, 0]}
    assert found["not as it should be"] == {"contradictory": [1, 0], "truncated": [1, 0]}
    assert found["fold"] == {"fold 0": [1, 1], "fold 1": [1, 0]}
    assert "view" not in found


def test_box_sizes_by_hand() -> None:
    samples = [
        sample("a", 1, fractures=(box_corners(0, 0, 10, 40), box_corners(5, 5, 4, 4))),
        sample("b", 1, fractures=(((0, 0), (30, 0), (0, 30)),)),
    ]
    found = outlines.box_sizes(samples, [(400, 300), (100, 300)])
    assert found["boxes"] == {"number": 3}
    assert found["side over long side, percentiles"]["50 %"] == pytest.approx(20 / 400)
    assert found["share under 16 px at input"] == {
        "224": pytest.approx(2 / 3, abs=1e-4),
        "320": pytest.approx(1 / 3, abs=1e-4),
        "384": pytest.approx(1 / 3, abs=1e-4),
        "448": pytest.approx(1 / 3, abs=1e-4),
    }
    assert outlines.box_sizes([sample("c")], [(4, 4)]) == {}


def test_copies_mirrored_ones_too_are_found_across_folds() -> None:
    rng = np.random.default_rng(4)
    grey = rng.integers(0, 255, (80, 60), dtype=np.uint8)
    other = rng.integers(0, 255, (80, 60), dtype=np.uint8)
    pictures = np.stack([small(g) for g in (grey, other, grey[:, ::-1], grey // 2 + 9)])
    samples = [sample("a", 1), sample("b"), sample("c"), sample("d", 1)]
    found = doubles.pairs(pictures, samples, {"a": 0, "b": 0, "c": 1, "d": 0})
    assert {(pair.one, pair.other) for pair in found} == {("a", "c"), ("a", "d"), ("c", "d")}
    said = doubles.summary(found)
    assert (said["pairs"], said["across_folds"], said["of_two_labels"]) == (3, 2, 2)
    assert {pair["one"] + pair["other"] for pair in said["pairs_across_folds"]} == {"ac", "cd"}


def test_picture_of_one_grey_is_like_nothing() -> None:
    pictures = np.stack([small(np.full((9, 9), grey, np.uint8)) for grey in (7, 7)])
    assert doubles.pairs(pictures, [sample("a"), sample("b")], {}) == []


def test_suspicious_normals_begin_with_what_is_known_against_them() -> None:
    samples = [
        sample("far"),
        sample("like"),
        sample("cast", tags=frozenset({"cast"})),
        sample("broken", 1),
    ]
    pictures = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0]], np.float32)
    shown = choosing.suspicious_normals(samples, pictures)
    assert [one.id for one, _ in shown] == ["cast", "like", "far"]


def test_worst_misses_and_false_alarms() -> None:
    samples = [sample("a", 1), sample("b", 1), sample("c"), sample("d"), sample("unscored", 1)]
    logits = {"a": 2.0, "b": -3.0, "c": 1.0, "d": 4.0}
    misses = choosing.worst(samples, logits, misses=True)
    alarms = choosing.worst(samples, logits, misses=False)
    assert [one.id for one, _ in misses] == ["b", "a"]
    assert [one.id for one, _ in alarms] == ["d", "c"]
    assert misses[0][1].startswith("logit -3.00")


def test_tile_shows_the_outline_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.tile(np.arange(128, dtype=np.uint8), (64, 1)))
    drawn = sheets.tile(sample("a", path=path, fractures=(box_corners(64, 32, 32, 16),)))
    scale = (sheets.TILE - 4) / 128
    assert (drawn[round(32 * scale), round(80 * scale)] == sheets.OUTLINE).all()
    assert not (drawn[round(20 * scale), round(80 * scale)] == sheets.OUTLINE).all()
    assert not sheets.tile(sample("gone", path=tmp_path / "gone.png")).any()


def scores_of(root: Path) -> str:
    rows = ["id,fold,label,group,source,tags,logit"]
    samples = read(root).samples
    assigned = assign(samples)
    rows += [
        f"{s.id},{assigned[s.id]},{s.label},{s.group},{s.source},,{s.label - 0.5:.6f}"
        for s in samples
    ]
    return "\n".join(rows) + "\n"


def test_command_writes_report_and_sheets_that_git_ignores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = drawn_folder(tmp_path / "data", of_each=24), tmp_path / "out"
    (tmp_path / "oof.csv").write_text(scores_of(data))
    command = ["report", "--data", str(data), "--out", str(out)]
    assert main([*command, "--scores", str(tmp_path / "oof.csv")]) == 0
    assert "# Data report" in capsys.readouterr().out
    found = json.loads((out / "report.json").read_text())
    assert found["counts"]["all"] == {"images": [24, 24]}
    assert found["groups"] == {"groups": 12, "median": 4, "largest": 4}
    assert len(found["counts"]["fold"]) == 5
    assert set(found["sheets"]) == {
        "fractured",
        "suspicious-normals",
        "worst-misses",
        "worst-false-alarms",
    }
    assert all((out / file).is_file() for files in found["sheets"].values() for file in files)
    assert (out / ".gitignore").read_text() == "*\n"
    assert "| images | 24 | 24 | 48 |" in (out / "report.md").read_text()


def test_command_without_folds_and_with_foreign_scores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = drawn_folder(tmp_path / "data", of_each=8)
    assert main(["report", "--data", str(data), "--out", str(tmp_path / "out")]) == 0
    assert "No folds: The normal images come from 2 groups" in capsys.readouterr().err
    scores = tmp_path / "oof.csv"
    scores.write_text("id,fold,label,group,source,tags,logit\nx,0,1,g,s,,0.5\ny,1,0,h,s,,0.1\n")
    command = ["report", "--data", str(data), "--out", str(tmp_path / "out")]
    assert main([*command, "--scores", str(scores)]) == 1
    assert "scores no image of" in capsys.readouterr().err


def test_sizes_of_fracatlas_boxes(fracatlas: Path) -> None:
    broken = [s for s in read(fracatlas).samples if s.label]
    found = outlines.box_sizes(broken, glance(broken).sizes)
    assert found["side over long side, percentiles"]["50 %"] == pytest.approx(0.057, abs=5e-4)
    assert found["share under 16 px at input"]["224"] == pytest.approx(0.71, abs=5e-3)
    assert found["share under 16 px at input"]["448"] == pytest.approx(0.12, abs=5e-3)
