"""What a DICOM header says beside the pixels: ids that lead back, and hints for the form.

A hint is given only where the header is unambiguous; the person who sends the case has the word.
"""

import re

from pydicom import Dataset

_ID_LENGTH = 64
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")

# Defined terms of Body Part Examined (PS3.16 Annex L) and spellings of common devices.
_REGIONS = {
    "hand": "HAND FINGER THUMB",
    "wrist": "WRIST SCAPHOID",
    "forearm": "FOREARM",
    "elbow": "ELBOW",
    "upper_arm": "HUMERUS UPPERARM UARM",
    "shoulder": "SHOULDER SCAPULA ACJOINT",
    "clavicle": "CLAVICLE",
    "pelvis": "PELVIS",
    "hip": "HIP",
    "thigh": "FEMUR THIGH",
    "knee": "KNEE PATELLA",
    "lower_leg": "LEG TIBIAFIBULA TIBFIB LOWERLEG",
    "ankle": "ANKLE",
    "foot": "FOOT TOE CALCANEUS HEEL",
    "chest": "CHEST RIB RIBS STERNUM THORAX",
    "spine": "SPINE CSPINE TSPINE LSPINE SSPINE CTSPINE TLSPINE LSSPINE COCCYX",
    "skull": "SKULL HEAD FACIALBONES",
    "other": "ABDOMEN",
}
_REGION_OF = {word: region for region, words in _REGIONS.items() for word in words.split()}
# Decubitus (LLD, RLD) names the patient's position, not the beam's.
_VIEW_OF = {
    **dict.fromkeys(("AP", "PA"), "frontal"),
    **dict.fromkeys(("LL", "RL", "LAT", "LATERAL"), "lateral"),
    **dict.fromkeys(("LLO", "RLO", "RAO", "LAO", "RPO", "LPO", "OBLIQUE"), "oblique"),
}
_SIDE_OF = {"L": "left", "R": "right", "B": "both"}
_SEX_OF = {"F": "female", "M": "male", "O": "other"}
_AGE = re.compile(r"(\d{3})([YMWD])")
_PER_YEAR = {"Y": 1, "M": 12, "W": 52, "D": 365}


def text(dataset: Dataset, keyword: str) -> str:
    """A value as one line of text without control characters; empty if absent or unreadable."""
    try:
        value = dataset.get(keyword)
    except Exception:  # noqa: BLE001 - pydicom decodes on access, and strangers' values break it
        return ""
    return _UNPRINTABLE.sub("", "" if value is None else str(value)).strip()


def external_ids(dataset: Dataset) -> dict[str, str]:
    """What a result needs to find its way back; identifying, so the caller encrypts it."""
    requests = dataset.get("RequestAttributesSequence") or []
    places = [dataset, *list(requests)[:1]]
    wanted = {
        "accession": ("AccessionNumber",),
        "order": (
            "PlacerOrderNumberImagingServiceRequest",
            "FillerOrderNumberImagingServiceRequest",
        ),
        "study_uid": ("StudyInstanceUID",),
        "series_uid": ("SeriesInstanceUID",),
        "sop_uid": ("SOPInstanceUID",),
    }
    found = {
        name: next(filter(None, (text(at, key) for at in places for key in keys)), "")
        for name, keys in wanted.items()
    }
    return {name: value[:_ID_LENGTH] for name, value in found.items() if value}


def hints(dataset: Dataset) -> dict[str, str]:
    """body_region, side, view, sex, age_years in the platform's words."""
    region = re.sub(r"[^A-Z]", "", text(dataset, "BodyPartExamined").upper())
    side = text(dataset, "ImageLaterality") or text(dataset, "Laterality")
    found = {
        "body_region": _REGION_OF.get(region, ""),
        "side": _SIDE_OF.get(side.upper(), ""),
        "view": _VIEW_OF.get(text(dataset, "ViewPosition").upper(), ""),
        "sex": _SEX_OF.get(text(dataset, "PatientSex").upper(), ""),
        "age_years": _age(dataset),
    }
    return {name: value for name, value in found.items() if value}


def _age(dataset: Dataset) -> str:
    """Whole years, from Patient's Age, else from the dates of birth and study."""
    if match := _AGE.fullmatch(text(dataset, "PatientAge").upper()):
        return str(int(match[1]) // _PER_YEAR[match[2]])
    born, seen = text(dataset, "PatientBirthDate"), text(dataset, "StudyDate")
    if not (re.fullmatch(r"\d{8}", born) and re.fullmatch(r"\d{8}", seen)):
        return ""
    years = (int(seen) - int(born)) // 10_000
    return str(years) if 0 <= years < 130 else ""


def pixel_spacing(dataset: Dataset) -> tuple[tuple[float, float] | None, str]:
    """((row, column) in mm, kind). Equal to the detector's is not calibrated (PS3.3 10.7.1.3)."""
    at_detector = _pair(dataset, "ImagerPixelSpacing")
    calibrated = _pair(dataset, "PixelSpacing")
    if calibrated and (calibrated != at_detector or "PixelSpacingCalibrationType" in dataset):
        return calibrated, "calibrated"
    return at_detector, "detector" if at_detector else ""


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    try:
        row, column = (float(part) for part in dataset.get(keyword) or ())
    except (ValueError, TypeError):
        return None
    return (row, column) if 0 < row < 10 and 0 < column < 10 else None


def warnings(dataset: Dataset) -> list[str]:
    """Codes of what a reader should know before trusting the image."""
    codes = []
    if text(dataset, "BurnedInAnnotation").upper() == "YES":
        codes.append("burned_in_annotation")
    if text(dataset, "PresentationIntentType").upper() == "FOR PROCESSING":
        codes.append("for_processing")
    return codes
