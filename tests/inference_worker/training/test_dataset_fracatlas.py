"""FracAtlas's layout: outlines, tags, groups, kinds of files; and what the real one holds."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference_worker.training.dataset import DatasetError, Sample, read
from inference_worker.training.decode import decode
from inference_worker.training.sources.fracatlas import ANNOTATIONS, read_fracatlas
from inference_worker.training.sources.samples import number_in

TABLE = """image_id,hand,leg,hip,shoulder,mixed,hardware,multiscan,fractured,frontal,lateral,oblique
IMG0000001.jpg,1,0,0,0,0,0,0,1,1,0,0
IMG0000002.jpg,0,1,0,0,0,1,0,1,0,1,0
IMG0000040.jpg,0,1,1,0,1,0,0,1,0,0,1
"""


def save(path: Path, value: int, size: tuple[int, int] = (30, 20), **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full(size, value, np.uint8)).save(path, **options)  # type: ignore[arg-type]


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    """Two fractured and two normal images; the table calls a normal one fractured."""
    save(tmp_path / "images" / "Fractured" / "IMG0000001.jpg", 10, quality=75)
    save(tmp_path / "images" / "Fractured" / "IMG0000002.jpg", 20, (700, 20), quality=75)
    save(tmp_path / "images" / "Non_fractured" / "IMG0000040.jpg", 30)
    save(tmp_path / "images" / "Non_fractured" / "IMG0000041.jpg", 40)
    (tmp_path / "dataset.csv").write_text(TABLE)
    coco = {
        "images": [{"id": 7, "file_name": "IMG0000001.jpg"}],
        "annotations": [
            {"image_id": 7, "bbox": [1, 2, 3, 4], "segmentation": [[1, 2, 4, 2, 4, 6]]},
            {"image_id": 7, "bbox": [5, 6, 2, 3], "segmentation": []},
        ],
    }
    folder = tmp_path / "Annotations" / "COCO JSON"
    folder.mkdir(parents=True)
    (folder / "COCO_fracture_masks.json").write_text(json.dumps(coco))
    (tmp_path / "treated.csv").write_text(
        "image_id,cast,splint,metalwork\nIMG0000001.jpg,0,1,0\nIMG0000040.jpg,1,0,0\n"
    )
    return tmp_path


def by_number(root: Path) -> dict[int | None, Sample]:
    tables = {"treated": root / "treated.csv", "same_patient": root / "nobody.csv"}
    samples = read_fracatlas(root, **tables).samples
    return {number_in(sample.path.stem): sample for sample in samples}


def test_folder_is_the_label_and_places_are_kept(atlas: Path) -> None:
    found = by_number(atlas)
    assert {number: sample.label for number, sample in found.items()} == {1: 1, 2: 1, 40: 0, 41: 0}
    assert found[1].id == "Fractured/IMG0000001.jpg"
    assert found[1].place == ("", 1)
    assert found[1].group == found[2].group != found[40].group


def test_outlines_are_polygons_or_the_corners_of_boxes(atlas: Path) -> None:
    assert by_number(atlas)[1].fractures == (
        ((1, 2), (4, 2), (4, 6)),
        ((5, 6), (7, 6), (7, 9), (5, 9)),
    )


def test_tags(atlas: Path) -> None:
    found = by_number(atlas)
    assert found[1].tags == {"hand", "frontal", "splint", "treated", "file grey"}
    assert found[2].tags == {"leg", "lateral", "metalwork", "treated", "file large"}
    assert {"hip", "leg", "mixed", "cast", "treated"} <= found[40].tags
    assert found[41].tags == {"file grey"}


def test_groups_join_where_one_patient_is_known(atlas: Path) -> None:
    table = atlas / "same.csv"
    table.write_text("image_id,patient\nIMG0000002.jpg,a nail\nIMG0000040.jpg,a nail\n")
    samples = read_fracatlas(atlas, same_patient=table).samples
    assert len({sample.group for sample in samples}) == 1


def test_contradictory_images_are_kept_and_marked(atlas: Path) -> None:
    (atlas / "groups.csv").write_text(
        "image_id,group,contradictory\nIMG0000001.jpg,3,0\nIMG0000002.jpg,4,1\n"
    )
    save(atlas / "images" / "Fractured" / "IMG0000050.jpg", 40)
    found = by_number(atlas)
    assert {n for n, sample in found.items() if sample.contradictory} == {2, 41, 50}
    assert found[1].group == "table 3"


def test_table_without_its_column(atlas: Path) -> None:
    (atlas / "groups.csv").write_text("image_id,run\nIMG0000001.jpg,3\n")
    with pytest.raises(DatasetError, match="no column 'group'"):
        read(atlas)


def test_truncated_and_unreadable_files_are_marked(atlas: Path) -> None:
    normal = atlas / "images" / "Non_fractured"
    noise = np.random.default_rng(2).integers(0, 255, (90, 160), dtype=np.uint8)
    Image.fromarray(noise).save(normal / "whole.jpg")
    data = (normal / "whole.jpg").read_bytes()
    (normal / "IMG0000042.jpg").write_bytes(data[: len(data) * 4 // 5])
    (normal / "IMG0000043.jpg").write_bytes(data[: len(data) // 4])
    (normal / "IMG0000044.jpg").write_text("no image")
    found = by_number(atlas)
    assert {n for n, sample in found.items() if "truncated" in sample.tags} == {42, 43}
    assert {n for n, sample in found.items() if sample.too_short} == {43, 44}


def test_box_of_a_turned_image_fits_only_after_exif(fracatlas: Path) -> None:
    """Its box was drawn on 454 x 373 pixels; the file stores 373 x 454."""
    sample = next(s for s in read(fracatlas).samples if s.path.name == "IMG0002628.jpg")
    coco = json.loads((fracatlas / ANNOTATIONS).read_text())
    drawn_on = next(i for i in coco["images"] if i["file_name"] == sample.path.name)
    with Image.open(sample.path) as image:
        assert image.size == (drawn_on["height"], drawn_on["width"])
    assert decode(sample.path).shape == (drawn_on["height"], drawn_on["width"])


def test_fracatlas(fracatlas: Path) -> None:
    samples = read(fracatlas).samples
    assert len(samples) == 3461
    assert sum(sample.label for sample in samples) == 576
    assert sum(sample.contradictory for sample in samples) == 17
    assert [s.path.name for s in samples if s.too_short] == ["IMG0004145.jpg"]
    assert all(bool(sample.fractures) == bool(sample.label) for sample in samples)
    kinds = {tag for s in samples for tag in s.tags if tag.startswith("file ")}
    assert kinds == {"file colour", "file colour, fine", "file grey", "file large"}


def test_piece_of_another_file_follows_it(atlas: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 255, (90, 160), dtype=np.uint8)
    images = atlas / "images"
    Image.fromarray(noise).save(images / "Fractured" / "IMG0000003.jpg")
    data = (images / "Fractured" / "IMG0000003.jpg").read_bytes()
    (images / "Non_fractured" / "IMG0000090.jpg").write_bytes(data[: len(data) * 4 // 5])
    found = by_number(atlas)
    assert found[90].group == found[3].group != found[40].group
    assert (found[90].contradictory, found[3].contradictory) == (True, False)
