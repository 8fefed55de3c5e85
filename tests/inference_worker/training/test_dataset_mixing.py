"""Class folders of any number, several sources in one training, and parts left out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference_worker.training.dataset import (
    TWO_CLASSES,
    Dataset,
    DatasetError,
    Sample,
    balanced_weights,
    leave_one_out,
    mixed,
    read,
)


def save(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((8, 8), value, np.uint8)).save(path)


def folders(root: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        save(root / name / f"p{number}" / "1.png", number)
    return root


def test_classes_keep_their_names_and_the_normal_one_comes_first(tmp_path: Path) -> None:
    dataset = read(folders(tmp_path, "Dislocation", "fractured", "Healthy", "Bone-cyst", "other"))
    assert dataset.class_names == ("no_fracture", "bone_cyst", "dislocation", "fracture")
    labels = {sample.path.parts[-3]: sample.label for sample in dataset.samples}
    assert labels == {"Healthy": 0, "Bone-cyst": 1, "Dislocation": 2, "fractured": 3}


def test_two_folders_are_two_classes_whatever_they_are_called(tmp_path: Path) -> None:
    dataset = read(folders(tmp_path, "normal", "displaced"))
    assert dataset.class_names == TWO_CLASSES
    assert {sample.path.parts[-3]: sample.label for sample in dataset.samples}["displaced"] == 1


def test_folders_inside_somebody_elses_parts(tmp_path: Path) -> None:
    for part in ("train", "val", "test"):
        folders(tmp_path / part, "fractured", "not fractured")
    samples = read(tmp_path).samples
    assert len(samples) == 6
    assert {sample.id for sample in samples} >= {"test/fractured/p0/1.png"}


@pytest.mark.parametrize("names", [("fracture", "broken"), ("normal", "healthy")])
def test_no_normal_or_nothing_else(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(DatasetError, match="one of them normal"):
        read(folders(tmp_path, *names))


def drawn(source: str, count: int) -> Dataset:
    return Dataset(
        [
            Sample(
                f"{n:03d}",
                Path(f"{n:03d}.png"),
                n % 2,
                f"run {n // 10}",
                f"{source} {n}",
                source=source,
                place=("", n),
                tags=frozenset({"hand" if n < count // 2 else "leg", f"file {n % 4 // 2}"}),
            )
            for n in range(count)
        ]
    )


def test_mixed_sources_share_nothing_but_copies() -> None:
    one, other = drawn("a", 60), drawn("b", 30)
    other.samples[0] = replace(other.samples[0], sha256="a 0")
    other.samples[1] = replace(other.samples[1], sha256="a 2")
    dataset = mixed([one, other])
    found = {sample.id: sample for sample in dataset.samples}
    assert len(found) == 90
    assert found["a:000"].group == found["b:000"].group
    assert found["a:050"].group == "a:run 5"
    assert found["b:020"].group == "b:run 2"
    assert {id_ for id_, sample in found.items() if sample.contradictory} == {"a:002", "b:001"}
    assert found["a:004"].place == ("a:", 4)


def test_one_source_stays_as_it_is() -> None:
    assert mixed([drawn("a", 4)]) == drawn("a", 4)


def test_one_name_twice_and_other_classes() -> None:
    twice = mixed(
        [drawn("a", 4), Dataset([replace(s, sha256=s.id) for s in drawn("a", 4).samples])]
    )
    assert {sample.source for sample in twice.samples} == {"a", "a-2"}
    with pytest.raises(DatasetError, match="can't be mixed"):
        mixed([drawn("a", 4), Dataset(drawn("b", 4).samples, ("no_fracture", "x", "y"))])


def test_each_source_weighs_the_same() -> None:
    dataset = mixed([drawn("a", 60), drawn("b", 30)])
    weights = balanced_weights(dataset.samples)
    of_a = np.array([sample.source == "a" for sample in dataset.samples])
    assert weights[of_a].sum() == pytest.approx(weights[~of_a].sum())
    assert weights.mean() == pytest.approx(1)


def test_the_source_does_not_tell_the_label() -> None:
    """One source mostly normal, the other mostly fractured: drawn by class, each is half."""
    labels = {"a": [0] * 80 + [1] * 20, "b": [0] * 5 + [1] * 25}
    samples = [
        Sample(f"{source}{i}", Path("x"), label, "g", "0", source=source)
        for source, each in labels.items()
        for i, label in enumerate(each)
    ]
    weights = balanced_weights(samples)
    for label in (0, 1):
        share = [
            sum(w for w, s in zip(weights, samples, strict=True) if (s.source, s.label) == key)
            for key in (("a", label), ("b", label))
        ]
        assert share[0] == pytest.approx(share[1])


def test_source_left_out() -> None:
    samples = mixed([drawn("a", 60), drawn("b", 30)]).samples
    parts = leave_one_out(samples, "source")
    assert [(part.name, len(part.tested), len(part.training)) for part in parts] == [
        ("a", 60, 30),
        ("b", 30, 60),
    ]


def test_region_left_out_keeps_its_distance() -> None:
    hand, leg = leave_one_out(drawn("a", 60).samples, "region")
    assert (hand.name, leg.name) == ("hand", "leg")
    assert [sample.id for sample in hand.tested] == [f"{n:03d}" for n in range(30)]
    assert [sample.id for sample in hand.training] == [f"{n:03d}" for n in range(31, 60)]


def test_kinds_of_files_and_parts_too_small_to_measure() -> None:
    samples = drawn("a", 60).samples
    assert [part.name for part in leave_one_out(samples, "kind")] == ["file 0", "file 1"]
    assert leave_one_out(samples[:12], "kind") == []


def test_contradictory_images_are_tested_and_not_learnt_from() -> None:
    samples = drawn("a", 60).samples
    samples[5] = replace(samples[5], contradictory=True)
    hand, leg = leave_one_out(samples, "region")
    assert samples[5] in hand.tested
    assert samples[5] not in leg.training
