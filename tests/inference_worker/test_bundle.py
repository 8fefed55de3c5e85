"""A bundle is believed only when everything about it holds."""

from pathlib import Path
from typing import Any

import pytest

from inference_worker.bundle import (
    MANIFEST,
    BundleError,
    find_bundle,
    load_bundle,
    weights_sha256,
)
from inference_worker.manifest import ABSOLUTE, RELATIVE, MapStyle
from tests.inference_worker.samples import shipped, written_bundle


def test_reads_what_is_written(tmp_path: Path) -> None:
    bundle = load_bundle(written_bundle(tmp_path / "drawn-2"))
    assert (bundle.name, bundle.version, bundle.demonstration) == ("drawn", "2", True)
    assert (bundle.thresholds.rule_out, bundle.thresholds.rule_in) == (0.4, 0.6)
    assert (bundle.calibration.slope, bundle.calibration.intercept) == (2.0, -1.0)
    assert bundle.calibration.prevalence == 0.5
    assert bundle.metrics["auc"]["value"] == 0.7
    assert len(bundle.weights_sha256) == 64
    assert bundle.weights("litert").name == "model.tflite"


def test_several_classes_and_a_map_of_probabilities(tmp_path: Path) -> None:
    names = ["no_fracture", "wrist", "ankle"]
    style = {"kind": "fracture_probability", "faint": 0.3}
    changes: dict[str, Any] = {"class_names": names, "normal_class": "no_fracture", "map": style}
    bundle = load_bundle(written_bundle(tmp_path / "new", **changes))
    assert (bundle.class_names, bundle.normal_class) == (tuple(names), "no_fracture")
    assert bundle.map_style == MapStyle(ABSOLUTE, 0.3)
    marked = style | {"mark": 0.45}
    other = load_bundle(written_bundle(tmp_path / "marked", **(changes | {"map": marked})))
    assert other.map_style == MapStyle(ABSOLUTE, 0.3, mark=0.45)
    faint = style | {"faint": 0.5}
    without = load_bundle(written_bundle(tmp_path / "faint", **(changes | {"map": faint})))
    assert without.map_style.mark == 0.5
    plain = load_bundle(written_bundle(tmp_path / "old"))
    assert (plain.normal_class, plain.map_style) == (None, MapStyle(RELATIVE, 0.2))


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    folder = written_bundle(tmp_path / "drawn-2")
    (folder / "model.tflite").write_bytes(b"other weights")
    with pytest.raises(BundleError, match=r"model\.tflite .*SHA-256 differs"):
        load_bundle(folder)


def test_other_weights_have_another_hash() -> None:
    files = {"model.keras": "1" * 64, "model.tflite": "2" * 64, "MODEL_CARD.md": "3" * 64}
    assert weights_sha256(files) == weights_sha256(files | {"MODEL_CARD.md": "4" * 64})
    assert weights_sha256(files) != weights_sha256(files | {"model.tflite": "4" * 64})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"format": 2}, "format 2"),
        ({"preprocessing_version": "0"}, "has 1 and 2: train it again with this code"),
        ({"outputs": ["logit"]}, "must give the outputs"),
        ({"class_names": []}, "names no class"),
        ({"files": {}}, "lists no weights"),
        ({"files": {"model.tflite": "0" * 64, "../model.keras": "0" * 64}}, "SHA-256 differs"),
        ({"files": {"../model.keras": "0" * 64, "model.keras": "0" * 64}}, "plain file name"),
        ({"files": {"model.keras": "0" * 64}}, "lacks the file"),
        ({"thresholds": {"rule_out": 0.6, "rule_in": 0.6}}, "rule_out < rule_in"),
        ({"thresholds": {"rule_out": 0.0, "rule_in": 0.6}}, "rule_out < rule_in"),
        ({"thresholds": {"rule_out": 0.4}}, "rule_in"),
        ({"thresholds": None}, "wrong value"),
        ({"calibration": {"slope": -1, "intercept": 0, "prevalence": 0.5}}, "calibration"),
        ({"calibration": {"slope": 1, "intercept": 0, "prevalence": 1}}, "calibration"),
        ({"input": {"size": 0, "channels": 3}}, "input"),
        ({"input": []}, "wrong value"),
        ({"metrics": 3}, "wrong value"),
        ({"name": "../elsewhere"}, "cannot name a bundle"),
        ({"version": "1/2"}, "cannot name a bundle"),
        ({"class_names": "fracture"}, "must be words"),
        ({"class_names": ["wrist", "wrist"], "normal_class": "wrist"}, "must differ"),
        ({"class_names": ["none", "wrist"]}, "normal_class is None and not one of none, wrist"),
        ({"class_names": ["none", "wrist"], "normal_class": "no"}, "normal_class is 'no'"),
        ({"map": {"kind": "drawing"}}, "map drawing"),
        ({"map": {"kind": "fracture_probability", "faint": 1}}, "faint below 1.0"),
        ({"map": {"kind": "fracture_probability", "full": 0.1}}, "full from 0.1"),
        ({"map": {"kind": "fracture_probability", "mark": 0.1}}, "marks from 0.1, faint below 0.2"),
        ({"map": {"kind": "fracture_probability", "mark": 1.5}}, "marks from 1.5"),
    ],
)
def test_refuses_with_one_sentence(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BundleError, match=sentence) as caught:
        load_bundle(written_bundle(tmp_path / "drawn-2", **changes))
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "{", "{}", '"text"'])
def test_refuses_a_broken_manifest(tmp_path: Path, content: str) -> None:
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(BundleError, match=MANIFEST):
        load_bundle(tmp_path)


def test_refuses_a_folder_without_manifest(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="is no bundle"):
        load_bundle(tmp_path / "missing")


def test_a_link_is_no_file_of_the_bundle(tmp_path: Path) -> None:
    folder = written_bundle(tmp_path / "drawn-2")
    outside = (folder / "model.tflite").rename(tmp_path / "elsewhere")
    (folder / "model.tflite").symlink_to(outside)
    with pytest.raises(BundleError, match="is a link"):
        load_bundle(folder)


def test_engine_without_weights(tmp_path: Path) -> None:
    bundle = load_bundle(written_bundle(tmp_path / "drawn-2"))
    with pytest.raises(BundleError, match=r"holds no model\.keras"):
        bundle.weights("keras")
    with pytest.raises(BundleError, match="no engine"):
        bundle.weights("abacus")


def test_find_goes_by_what_the_manifest_says_in_order(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    written_bundle(first / "a", version="1")
    wanted = written_bundle(first / "b", version="3")
    written_bundle(second / "drawn-3", version="3")
    (first / "0-broken").mkdir()
    (first / "0-broken" / MANIFEST).write_text("{")
    assert find_bundle("drawn", "3", [tmp_path / "missing", first, second]) == wanted
    with pytest.raises(BundleError, match="No bundle drawn 4"):
        find_bundle("drawn", "4", [first, second])


def test_the_shipped_bundle_verifies_and_is_small() -> None:
    folder = shipped()
    bundle = load_bundle(folder)
    assert not bundle.demonstration
    assert bundle.metrics["auc"]["low"] < bundle.metrics["auc"]["value"]
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 40_000_000
    assert set(bundle.manifest["files"]) == {p.name for p in folder.iterdir()} - {MANIFEST}
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    for said in ("CC BY 4.0", "10.1038/s41597-023-02432-4"):
        assert said in card
    assert "Not a medical device" in card
    assert f"{bundle.metrics['auc']['value']:.3f}" in card
