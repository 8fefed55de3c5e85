"""What is read from a folder, and that groups hold."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference_worker.bundle import load_bundle
from inference_worker.training.dataset import DatasetError, Sample, fingerprint, read_folder
from inference_worker.training.evaluate import held_out_of
from inference_worker.training.split import MARGIN, Split, split
from tests.inference_worker.training.drawn import drawn_folder

BUNDLES = Path(__file__).parents[3] / "inference_worker" / "bundles"


def save(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((8, 8), value, np.uint8)).save(path)


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    """The public layout: 40 images, a groups table with runs of five, one contradictory."""
    rows = ["image_id,group,contradictory"]
    for number in range(40):
        folder = "Fractured" if number % 2 else "Non_fractured"
        name = f"IMG{number:07d}.png"
        save(tmp_path / "images" / folder / name, number)
        rows.append(f"{name},{number // 5},{int(number == 7)}")
    (tmp_path / "groups.csv").write_text("\n".join(rows))
    return tmp_path


def test_folder_is_the_label_and_the_table_the_group(atlas: Path) -> None:
    samples = read_folder(atlas)
    assert len(samples) == 39
    assert [sample.id for sample in samples] == sorted(sample.id for sample in samples)
    by_name = {sample.path.name: sample for sample in samples}
    assert by_name["IMG0000003.png"].label == 1
    assert by_name["IMG0000004.png"].label == 0
    assert by_name["IMG0000003.png"].group == by_name["IMG0000004.png"].group
    assert by_name["IMG0000005.png"].group != by_name["IMG0000004.png"].group
    assert "IMG0000007.png" not in by_name


def test_without_the_table_neighbouring_numbers_are_a_group(atlas: Path) -> None:
    (atlas / "groups.csv").unlink()
    samples = read_folder(atlas)
    assert len(samples) == 40
    assert {sample.group for sample in samples} == {"run 0", "run 1"}


@pytest.mark.parametrize(
    ("yes", "no"),
    [("fracture", "normal"), ("Fractured", "Not fractured"), ("POSITIVE", "negative")],
)
def test_any_folder_of_class_folders(tmp_path: Path, yes: str, no: str) -> None:
    save(tmp_path / yes / "ann" / "1.png", 1)
    save(tmp_path / no / "ann" / "2.png", 2)
    save(tmp_path / no / "ben" / "1.png", 3)
    save(tmp_path / "unsorted" / "4.png", 4)
    (tmp_path / no / "notes.txt").write_text("no image")
    samples = read_folder(tmp_path)
    assert sorted((s.label, s.group) for s in samples) == [
        (0, "folder ann"),
        (0, "folder ben"),
        (1, "folder ann"),
    ]


def test_copies_share_a_group_and_contradictions_are_left_out(tmp_path: Path) -> None:
    save(tmp_path / "fracture" / "ann" / "1.png", 1)
    save(tmp_path / "fracture" / "ben" / "copy.png", 1)
    save(tmp_path / "fracture" / "cara" / "3.png", 3)
    save(tmp_path / "fracture" / "cara" / "both.png", 9)
    save(tmp_path / "normal" / "dora" / "both.png", 9)
    save(tmp_path / "normal" / "dora" / "4.png", 4)
    groups = {sample.id: sample.group for sample in read_folder(tmp_path)}
    assert groups["fracture/ann/1.png"] == groups["fracture/ben/copy.png"]
    assert not any("both" in id_ for id_ in groups)
    assert len(groups) == 4


@pytest.mark.parametrize("make", [lambda p: p / "missing", lambda p: p])
def test_folder_without_both_classes(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    save(tmp_path / "fracture" / "1.png", 1)
    with pytest.raises(DatasetError):
        read_folder(make(tmp_path))


def test_fingerprint_follows_bytes_and_ids_not_order(atlas: Path) -> None:
    samples = read_folder(atlas)
    before = fingerprint(samples)
    assert fingerprint(samples[::-1]) == before
    assert fingerprint(samples[1:]) != before
    save(samples[0].path, 250)
    assert fingerprint(read_folder(atlas)) != before


def assert_honest(samples: list[Sample], parts: Split) -> None:
    sets = [parts.train, parts.tune, parts.held_out, parts.left_out]
    assert sorted(s.id for part in sets for s in part) == sorted(s.id for s in samples)
    groups = [{sample.group for sample in part} for part in sets[:3]]
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]
    for part in sets[:3]:
        assert {sample.label for sample in part} == {0, 1}


def test_split_of_drawn_folder(tmp_path: Path) -> None:
    samples = read_folder(drawn_folder(tmp_path, of_each=40))
    parts = split(samples, seed=1)
    assert_honest(samples, parts)
    assert parts == split(samples, seed=1)
    assert parts != split(samples, seed=2)


def test_split_of_fracatlas(fracatlas: Path) -> None:
    samples = read_folder(fracatlas)
    assert (len(samples), sum(sample.label for sample in samples)) == (3452, 572)
    parts = split(samples, seed=7)
    assert_honest(samples, parts)
    assert len(parts.held_out) / len(samples) == pytest.approx(0.2, abs=0.02)
    share = sum(sample.label for sample in parts.held_out) / len(parts.held_out)
    assert share == pytest.approx(572 / 3452, abs=0.02)
    numbers = [
        {int(sample.path.stem[3:]) for sample in part}
        for part in (parts.train, parts.tune + parts.held_out)
    ]
    near = {number + step for number in numbers[1] for step in range(-MARGIN, MARGIN + 1)}
    assert not numbers[0] & near


def test_held_out_part_of_the_baseline_stays_as_it_was(fracatlas: Path) -> None:
    bundle = load_bundle(BUNDLES / "baseline-cnn-1")
    assert held_out_of(bundle, fracatlas)


def test_split_needs_two_groups_of_each_class(tmp_path: Path) -> None:
    for number in range(6):
        save(tmp_path / "fracture" / "ann" / f"{number}.png", number)
        save(tmp_path / "normal" / f"p{number}" / "1.png", 100 + number)
    with pytest.raises(DatasetError, match="two groups"):
        split(read_folder(tmp_path), seed=1)
