"""What is read from a folder."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference_worker.training.dataset import DatasetError, fingerprint, read


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
    samples = read(atlas).samples
    assert len(samples) == 40
    assert [sample.id for sample in samples] == sorted(sample.id for sample in samples)
    by_name = {sample.path.name: sample for sample in samples}
    assert by_name["IMG0000003.png"].label == 1
    assert by_name["IMG0000004.png"].label == 0
    assert by_name["IMG0000003.png"].group == by_name["IMG0000004.png"].group
    assert by_name["IMG0000005.png"].group != by_name["IMG0000004.png"].group
    assert [name for name, s in by_name.items() if s.contradictory] == ["IMG0000007.png"]


def test_without_the_table_neighbouring_numbers_are_a_group(atlas: Path) -> None:
    (atlas / "groups.csv").unlink()
    samples = read(atlas).samples
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
    samples = read(tmp_path).samples
    assert sorted((s.label, s.group) for s in samples) == [
        (0, "folder ann"),
        (0, "folder ben"),
        (1, "folder ann"),
    ]


def test_copies_share_a_group_and_contradictions_are_marked(tmp_path: Path) -> None:
    save(tmp_path / "fracture" / "ann" / "1.png", 1)
    save(tmp_path / "fracture" / "ben" / "copy.png", 1)
    save(tmp_path / "fracture" / "cara" / "3.png", 3)
    save(tmp_path / "fracture" / "cara" / "both.png", 9)
    save(tmp_path / "normal" / "dora" / "both.png", 9)
    save(tmp_path / "normal" / "dora" / "4.png", 4)
    found = {sample.id: sample for sample in read(tmp_path).samples}
    assert found["fracture/ann/1.png"].group == found["fracture/ben/copy.png"].group
    contradictory = {id_ for id_, sample in found.items() if sample.contradictory}
    assert contradictory == {"fracture/cara/both.png", "normal/dora/both.png"}
    assert len(found) == 6


@pytest.mark.parametrize("make", [lambda p: p / "missing", lambda p: p])
def test_folder_without_both_classes(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    save(tmp_path / "fracture" / "1.png", 1)
    with pytest.raises(DatasetError):
        read(make(tmp_path))


def test_fingerprint_follows_bytes_and_ids_not_order(atlas: Path) -> None:
    samples = read(atlas).samples
    before = fingerprint(samples)
    assert fingerprint(samples[::-1]) == before
    assert fingerprint(samples[1:]) != before
    save(samples[0].path, 250)
    assert fingerprint(read(atlas).samples) != before
