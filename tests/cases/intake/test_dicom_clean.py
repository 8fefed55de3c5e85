"""De-identification, held against the whole of PS3.15 Table E.1-1."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from cases.intake import dicom_profile as profile
from tests.cases.intake.make import NAME, ankle, file_of, gdcm_encoded, pixels, stream, taken

TABLE = Path(__file__).with_name("ps3_15_table_e_1_1.txt")
DATES = {"DA": "19991231", "TM": "235958", "DT": "19991231235958", "AS": "045Y"}
BINARY = {"OB", "OW", "OD", "OF", "OL", "OV", "UN"}

NUMBER = 1_928_374_650


def listed() -> list[tuple[str, int]]:
    """(action, tag) of every line of the table."""
    rows = [line.split() for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    return [(row[0], int(row[1] + element, 16)) for row in rows for element in row[2:]]


def telling(vr: str) -> Any:
    """A value that would tell on the patient, in any representation."""
    if vr == "SQ":
        item = Dataset()
        item.PatientName = NAME
        return Sequence([item])
    if vr == "UI":
        return "1.2.826.0.1.19991231"
    if vr in DATES:
        return DATES[vr]
    if vr in BINARY:
        return NAME.encode()
    if vr in {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}:
        return NAME
    # Long, so that no fresh UID holds it by chance; 16 bits have no room for it, nor show it.
    return 4711 if vr in {"US", "SS"} else NUMBER


def vr_of(tag: int) -> str:
    try:
        return dictionary_VR(tag).split(" ")[0]
    except KeyError:
        return "LO"


def crowded() -> Dataset:
    """The ankle with every element of the table in it."""
    dataset = ankle()
    for _, tag in listed():
        vr = vr_of(tag)
        dataset.add_new(tag, vr, telling(vr))
    return dataset


def test_nothing_that_may_stay_is_in_the_table() -> None:
    kept = {*profile.NUMBERS, *profile.WORDS, *profile.BYTES, *profile.SEQUENCES, *profile.MAKER}
    named = {keyword_for_tag(tag) for _, tag in listed()}
    assert kept & named == set()
    assert len(named) > 500, "the whole table was read"


def test_every_element_of_the_table_goes(tmp_path: Path) -> None:
    made = taken(file_of(crowded()), tmp_path)
    clean = dcmread(made.original)
    for action, tag in listed():
        keyword = keyword_for_tag(tag)
        if keyword in profile.EMPTIED:
            assert "Z" in action
            assert not clean[tag].value
        elif keyword in profile.RENEWED:
            assert action == "U"
            assert str(clean[tag].value).startswith("2.25.")
        else:
            assert tag not in clean, keyword
        if keyword:
            assert keyword in made.removed
    kept = made.original.read_bytes()
    for text in (b"Sekretowa", b"19991231", b"235958", str(NUMBER).encode()):
        assert text not in kept


def test_what_is_unlisted_private_nested_or_misplaced_goes(tmp_path: Path) -> None:
    dataset = ankle()
    dataset.PatientName = NAME
    block = dataset.private_block(0x0011, "SEKRETOWA INC", create=True)
    block.add_new(0x01, "LO", NAME)
    dataset.KVP = "55"
    dataset.BodyPartExamined = "SEKRETOWA"
    dataset.ViewPosition = "SEKRETOWA"
    dataset.WindowCenterWidthExplanation = NAME
    table = Dataset()
    table.LUTDescriptor = [256, 0, 16]
    table["LUTDescriptor"].VR = "US"
    table.LUTData = np.arange(256, dtype="<u2").tobytes()
    table["LUTData"].VR = "OW"
    table.LUTExplanation = NAME
    table.private_block(0x0013, "SEKRETOWA", create=True).add_new(1, "LO", NAME)
    dataset.VOILUTSequence = Sequence([table])
    dataset.add_new(Tag(0x0009, 0x1001), "UN", NAME.encode())
    dataset.add_new(Tag(0x0018, 0x9FFF), "UN", NAME.encode())
    dataset.preamble = b"II*\0" + b"Sekretowa".ljust(124)
    dataset.file_meta.SourceApplicationEntityTitle = "SEKRETOWA"
    made = taken(file_of(dataset), tmp_path)
    assert b"sekretowa" not in made.original.read_bytes().lower()
    assert {"PatientName", "PrivateElements", "LUTExplanation", "(0018,9fff)"} <= set(made.removed)
    assert not any("ekretowa" in name.lower() for name in made.removed)
    clean = dcmread(made.original)
    assert clean.KVP == 55
    assert list(clean.VOILUTSequence[0].keys()) == [Tag("LUTDescriptor"), Tag("LUTData")]
    assert not any(element.tag.is_private for element in clean.iterall())


def test_text_in_the_place_of_a_number_goes(tmp_path: Path) -> None:
    dataset = ankle()
    dataset.KVP = "5512"
    data = file_of(dataset).replace(b"DS\x04\x005512", b"DS\x04\x00Anna")
    assert b"Anna" in data
    made = taken(data, tmp_path)
    assert b"Anna" not in made.original.read_bytes()
    assert "KVP" in made.removed


def test_the_result_says_what_was_done(tmp_path: Path) -> None:
    source = ankle()
    made = taken(file_of(source), tmp_path)
    clean = dcmread(made.original)
    assert clean.PatientIdentityRemoved == "YES"
    assert clean.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
    assert clean.file_meta.MediaStorageSOPInstanceUID == clean.SOPInstanceUID
    assert clean.PixelData == source.PixelData
    assert clean.WindowCenter == source.WindowCenter
    assert made.external_ids["sop_uid"] == source.SOPInstanceUID


@pytest.mark.parametrize("name", ["JPEGLosslessProcess14_1", "JPEG2000Lossless", "JPEGLSLossless"])
def test_comments_inside_the_coded_stream_go(name: str, tmp_path: Path) -> None:
    whole = taken(file_of(ankle()), tmp_path)
    wanted = pixels(whole.deep)
    data = gdcm_encoded(file_of(ankle()), name, tmp_path)
    dataset = dcmread(io.BytesIO(data))
    coded = stream(dataset)
    text = NAME.encode()
    marker = b"\xff\x64" if name.startswith("JPEG2000") else b"\xff\xfe"
    body = b"\0\x01" + text if marker == b"\xff\x64" else text
    comment = marker + (len(body) + 2).to_bytes(2, "big") + body
    # After the first segment: JPEG 2000 wants its size segment first.
    at = 2 + 2 + int.from_bytes(coded[4:6], "big")
    dataset.PixelData = encapsulate([coded[:at] + comment + coded[at:]])
    dataset["PixelData"].is_undefined_length = True
    made = taken(file_of(dataset), tmp_path)
    assert text not in made.original.read_bytes()
    assert "comment" in made.removed
    assert np.array_equal(pixels(taken(made.original.read_bytes(), tmp_path).deep), wanted)
