"""A cut-off JPEG: how much of the image is missing decides, not how many bytes."""

from pathlib import Path

import pytest
from PIL import Image

from cases.intake.errors import IntakeError
from cases.intake.jpeg import missing_share, strip_jpeg
from cases.intake.picture import TRUNCATED_TAIL
from tests.cases.intake.make import bone, jpeg, saved, taken

WHOLE = saved(Image.fromarray(bone(640, 480)), "JPEG", quality=90)
COLOUR = saved(Image.fromarray(bone(640, 480)).convert("RGB"), "JPEG", quality=90)


@pytest.mark.parametrize("data", [WHOLE, COLOUR], ids=["grey", "colour"])
def test_nothing_is_missing_from_a_whole_file(data: bytes) -> None:
    assert missing_share(strip_jpeg(data)) == 0
    assert missing_share(strip_jpeg(data[:-2])) == 0, "only the end marker is missing"


@pytest.mark.parametrize("data", [WHOLE, COLOUR], ids=["grey", "colour"])
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_the_share_that_is_missing_is_measured(data: bytes, share: float) -> None:
    """The drawn bone costs about as many bytes in every row."""
    start = data.index(b"\xff\xda")
    cut = data[: start + round((len(data) - start) * (1 - share))]
    assert missing_share(strip_jpeg(cut)) == pytest.approx(share, abs=0.05)


def test_a_sliver_may_be_missing_and_is_told(tmp_path: Path) -> None:
    made = taken(WHOLE[:-120], tmp_path)
    assert made.warnings == ["truncated_tail"]
    assert (made.width, made.height) == (480, 640)
    with Image.open(made.original) as original:
        original.load()  # opens everywhere: the end marker was put back


@pytest.mark.parametrize("progressive", [False, True])
def test_a_missing_band_is_refused(progressive: bool, tmp_path: Path) -> None:
    data = jpeg(progressive=progressive)
    with pytest.raises(IntakeError) as refused:
        taken(data[: len(data) * 9 // 10], tmp_path)
    assert refused.value.code == "truncated"


def test_data_lost_before_an_end_marker_is_noticed(tmp_path: Path) -> None:
    """libjpeg paints the rest grey and reports nothing."""
    with pytest.raises(IntakeError) as refused:
        taken(WHOLE[: len(WHOLE) // 2] + b"\xff\xd9", tmp_path)
    assert refused.value.code == "truncated"


def test_the_cut_off_radiographs_of_fracatlas(fracatlas: Path, tmp_path: Path) -> None:
    """49 of these files lack their end: ten of them less than 2 % of the image, one half a foot."""
    shares = []
    for path in sorted((fracatlas / "images/Non_fractured").glob("IMG0004[0-3]*.jpg")):
        stripped = strip_jpeg(path.read_bytes())
        if not stripped.complete:
            shares.append(missing_share(stripped))
    assert len(shares) == 49
    assert sum(share <= TRUNCATED_TAIL for share in shares) == 10
    assert max(shares) == pytest.approx(0.517, abs=0.001)
    taken((fracatlas / "images/Non_fractured/IMG0004119.jpg").read_bytes(), tmp_path)
    with pytest.raises(IntakeError, match="52 % of the image"):
        taken((fracatlas / "images/Non_fractured/IMG0004145.jpg").read_bytes(), tmp_path)
