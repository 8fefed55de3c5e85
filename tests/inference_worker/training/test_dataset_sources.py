"""Every published layout, each on a small made-up folder of its shape."""

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference_worker.training.dataset import DatasetError, Sample, read
from inference_worker.training.decode import decode

GRAZ_TABLE = """filestem,patient_id,projection,ao_classification,cast,diagnosis_uncertain,metal,\
fracture_visible
0001_a_01,1,1,23r-M/3.1,,,,1
0001_a_02,1,2,23r-M/3.1,1.0,,,
0002_b_01,2,2.0,,,1,,
0003_c_01,3,1,,1,,1,
0004_d_01,4,1,72B(b),,,,1.0
0005_e_01,5,1,,,,,
"""
VOC = """<annotation><object><name>text</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>3</xmax>
<ymax>3</ymax></bndbox></object><object><name>fracture</name><bndbox><xmin>5</xmin><ymin>10</ymin>
<xmax>25</xmax><ymax>16</ymax></bndbox></object></annotation>"""


def save(path: Path, *, deep: bool = False) -> None:
    """A noise image, 40 wide and 20 high, different for every path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(zlib.crc32(path.name.encode()))
    noise = rng.integers(0, 4096 if deep else 256, (20, 40))
    Image.fromarray(noise.astype(np.uint16 if deep else np.uint8)).save(path)


@pytest.fixture
def graz(tmp_path: Path) -> Path:
    """As published: parts of images, boxes in both forms; image 5 was not downloaded."""
    root = tmp_path / "graz"
    for part, stem in enumerate(("0001_a_01", "0001_a_02", "0002_b_01", "0003_c_01", "0004_d_01")):
        save(root / f"images_part{part % 2 + 1}" / f"{stem}.png", deep=True)
    (root / "dataset.csv").write_text(GRAZ_TABLE)
    yolo = root / "folder_structure" / "yolov5"
    (yolo / "labels").mkdir(parents=True)
    (yolo / "meta.yaml").write_text(
        "nc: 5\nnames: ['boneanomaly', 'bonelesion', 'foreignbody',\n 'fracture', 'metal']\n"
    )
    (yolo / "labels" / "0001_a_01.txt").write_text("5 0.5 0.5 0.1 0.1\n3 0.25 0.5 0.2 0.4\n\n")
    (yolo / "labels" / "0003_c_01.txt").write_text("4 0.5 0.5 0.1 0.1\n")
    voc = root / "folder_structure" / "pascalvoc"
    voc.mkdir()
    (voc / "0004_d_01.xml").write_text(VOC)
    return root


def by_stem(root: Path) -> dict[str, Sample]:
    return {sample.path.stem: sample for sample in read(root).samples}


def test_graz_labels_groups_and_tags(graz: Path) -> None:
    found = by_stem(graz)
    labels = {stem: sample.label for stem, sample in found.items()}
    assert labels == {"0001_a_01": 1, "0002_b_01": 0, "0003_c_01": 0, "0004_d_01": 1}
    assert found["0002_b_01"].group == "patient 2"
    assert found["0002_b_01"].tags == {"wrist", "lateral", "uncertain"}
    assert found["0003_c_01"].tags == {"wrist", "frontal", "cast", "metalwork", "treated"}
    assert {sample.source for sample in found.values()} == {"grazpedwri-dx"}


def test_graz_no_visible_fracture_with_an_ao_class_is_no_negative(graz: Path) -> None:
    assert "0001_a_02" not in by_stem(graz)


def test_graz_boxes_in_either_form(graz: Path) -> None:
    found = by_stem(graz)
    np.testing.assert_allclose(found["0001_a_01"].fractures, [[(6, 6), (14, 6), (14, 14), (6, 14)]])
    assert found["0004_d_01"].fractures == (((5, 10), (25, 10), (25, 16), (5, 16)),)
    assert found["0003_c_01"].fractures == ()


def test_graz_deep_images_decode(graz: Path) -> None:
    grey = decode(by_stem(graz)["0001_a_01"].path)
    assert grey.shape == (20, 40)
    assert grey.dtype == np.uint8
    assert (grey.min(), grey.max()) == (0, 255)


def without_column(root: Path) -> None:
    table = root / "dataset.csv"
    table.write_text(table.read_text().replace("patient_id", "person"))


def without_images(root: Path) -> None:
    for path in root.rglob("*.png"):
        path.unlink()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(without_column, "no column 'patient_id'"), (without_images, "0 of them lie there")],
)
def test_graz_says_what_is_missing(graz: Path, spoil: Callable[[Path], None], says: str) -> None:
    spoil(graz)
    with pytest.raises(DatasetError, match=says):
        read(graz)


@pytest.fixture
def ortho(tmp_path: Path) -> Path:
    """As published: four folders and a table."""
    root = tmp_path / "OrthoFrac-XR"
    for folder, stem in (
        ("distal_fracture", "distal"),
        ("proximal_fracture", "proximal"),
        ("post_fracture", "post_fracture"),
        ("non_fracture", "non_fracture"),
    ):
        for number in (1, 2, 30):
            save(root / folder / f"{stem}_{number}.jpg")
    (root / "Bone_metadata.csv").write_text(
        "ID,Age,Gender,Bone Type,Left/Right,Fracture Type,Visibility\n"
        "distal_1.jpg,34,Male,Radius,Left,Distal,Visible\n"
        "non_fracture_2,7,Female,Right Femur,Right,None,\n"
    )
    return root


def test_orthofrac(ortho: Path) -> None:
    found = by_stem(ortho)
    assert {stem.rsplit("_", 1)[0]: sample.label for stem, sample in found.items()} == {
        "distal": 1,
        "proximal": 1,
        "non_fracture": 0,
    }
    assert found["distal_1"].tags == {"hand"}
    assert found["non_fracture_2"].tags == {"leg"}
    assert found["distal_1"].group == found["distal_2"].group
    assert found["distal_1"].group != found["distal_30"].group
    assert found["distal_1"].group != found["proximal_1"].group
    assert {sample.source for sample in found.values()} == {"orthofrac-xr"}


def test_orthofrac_without_its_table(ortho: Path) -> None:
    (ortho / "Bone_metadata.csv").unlink()
    assert len(by_stem(ortho)) == 9


def test_orthofrac_without_normals(ortho: Path) -> None:
    for path in (ortho / "non_fracture").iterdir():
        path.unlink()
    with pytest.raises(DatasetError, match="both classes"):
        read(ortho)
