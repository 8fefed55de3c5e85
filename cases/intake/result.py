"""What intake hands over when a file was taken."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class VerifiedRadiograph:
    """One radiograph, decoded once and described. Paths lie in the folder that the caller gave."""

    sha256: str
    """Of the bytes received, so that the same file is recognised when it comes again."""
    received_bytes: int
    format: str
    """jpeg, png, webp, tiff, bmp or dicom."""
    width: int
    height: int
    """Canonical pixels, orientation applied."""
    bits: int
    """Significant bits of the source per sample."""
    original: Path
    """The file as sent, without anything that identifies; lossless with regard to its pixels."""
    original_suffix: str
    canonical: Path
    """8-bit grey PNG, bone bright, window applied: for the model and the page."""
    deep: Path | None = None
    """16-bit grey PNG, stored values 0 .. 2**bits - 1, bone bright, no window; if bits > 8."""
    not_assessable: str = ""
    """Empty, or why no model is asked: `colour_photograph`; `photograph` if the sender says so."""
    warnings: list[str] = field(default_factory=list)
    """Codes: burned_in_annotation, truncated_tail, window_ignored, for_processing, colour_marks."""
    removed: list[str] = field(default_factory=list)
    """Names of the elements and blocks that de-identification removed, never their values."""
    external_ids: dict[str, str] = field(default_factory=dict)
    """accession, order, study_uid, series_uid, sop_uid: identifying, the caller encrypts them."""
    hints: dict[str, str] = field(default_factory=dict)
    """body_region, side, view, sex, age_years, where a DICOM header says so unambiguously."""
    pixel_spacing_mm: tuple[float, float] | None = None
    """Between rows, between columns."""
    pixel_spacing_kind: str = ""
    """`calibrated` (to the patient), `detector` (at the detector: bones are magnified) or empty."""

    def to_json(self) -> str:
        """One JSON object; paths as text. It holds the external ids: not for a log."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`."""
        values: dict[str, Any] = json.loads(text)
        for name in ("original", "canonical", "deep"):
            values[name] = Path(values[name]) if values[name] else None
        if values["pixel_spacing_mm"]:
            row, column = values["pixel_spacing_mm"]
            values["pixel_spacing_mm"] = (float(row), float(column))
        return cls(**values)
