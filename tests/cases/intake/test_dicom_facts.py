"""Hints only where a header is unambiguous; ids that lead back; what a pixel measures."""

import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from cases.intake import dicom_facts
from cases.intake.dicom_facts import external_ids, hints, pixel_spacing, warnings
from cases.vocabulary import BodyRegion, Sex, Side, View


def header(**values: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"BodyPartExamined": "HAND", "ViewPosition": "PA"}, ("hand", "frontal")),
        ({"BodyPartExamined": "C SPINE", "ViewPosition": "LL"}, ("spine", "lateral")),
        ({"BodyPartExamined": "TIB/FIB", "ViewPosition": "RLO"}, ("lower_leg", "oblique")),
        ({"BodyPartExamined": "EXTREMITY", "ViewPosition": "LLD"}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_region_and_view(values: dict[str, str], wanted: tuple[str | None, str | None]) -> None:
    found = hints(header(**values))
    assert (found.get("body_region"), found.get("view")) == wanted


@pytest.mark.parametrize(
    ("values", "years"),
    [
        ({"PatientAge": "045Y"}, "45"),
        ({"PatientAge": "018M"}, "1"),
        ({"PatientAge": "003W"}, "0"),
        ({"PatientBirthDate": "19850615", "StudyDate": "20260614"}, "40"),
        ({"PatientBirthDate": "19850615", "StudyDate": "20260615"}, "41"),
        ({"PatientBirthDate": "20300101", "StudyDate": "20260101"}, None),
        ({"PatientAge": "old", "PatientBirthDate": "1985"}, None),
    ],
)
def test_age_in_whole_years(values: dict[str, str], years: str | None) -> None:
    assert hints(header(**values)).get("age_years") == years


def test_side_and_sex() -> None:
    assert hints(header(ImageLaterality="L", PatientSex="F")) == {"side": "left", "sex": "female"}
    assert hints(header(Laterality="R", PatientSex="O")) == {"side": "right", "sex": "other"}
    assert hints(header(ImageLaterality="U", PatientSex="X")) == {}


def test_hints_speak_the_words_of_the_platform() -> None:
    assert set(dicom_facts._REGION_OF.values()) == set(BodyRegion.values)
    assert set(dicom_facts._VIEW_OF.values()) < set(View.values)
    assert set(dicom_facts._SIDE_OF.values()) == set(Side.values)
    assert set(dicom_facts._SEX_OF.values()) == set(Sex.values)


def test_external_ids_also_from_the_request() -> None:
    request = header(AccessionNumber="A-1", PlacerOrderNumberImagingServiceRequest=" O-7\r\n")
    dataset = header(StudyInstanceUID="1.2.3", SOPInstanceUID="1.2.3.4")
    dataset.RequestAttributesSequence = Sequence([request])
    assert external_ids(dataset) == {
        "accession": "A-1",
        "order": "O-7",
        "study_uid": "1.2.3",
        "sop_uid": "1.2.3.4",
    }


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"PixelSpacing": [0.1, 0.2]}, ((0.1, 0.2), "calibrated")),
        ({"ImagerPixelSpacing": [0.1, 0.2]}, ((0.1, 0.2), "detector")),
        (
            {"PixelSpacing": [0.1, 0.1], "ImagerPixelSpacing": [0.1, 0.1]},
            ((0.1, 0.1), "detector"),
        ),
        (
            {"PixelSpacing": [0.09, 0.09], "ImagerPixelSpacing": [0.1, 0.1]},
            ((0.09, 0.09), "calibrated"),
        ),
        ({"PixelSpacing": [0, 0]}, (None, "")),
        ({}, (None, "")),
    ],
)
def test_what_a_pixel_measures(values: dict[str, object], wanted: tuple[object, str]) -> None:
    assert pixel_spacing(header(**values)) == wanted


def test_what_a_reader_should_know() -> None:
    assert warnings(header(BurnedInAnnotation="YES", PresentationIntentType="FOR PROCESSING")) == [
        "burned_in_annotation",
        "for_processing",
    ]
    assert warnings(header(BurnedInAnnotation="NO")) == []
