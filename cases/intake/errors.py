"""Why a file was not taken: one stable code, and one sentence that says what to do.

The codes are part of the API; add to them, never rename one.
"""

from typing import Final

CODES: Final[dict[str, str]] = {
    "empty_file": "The file is empty: export the radiograph again and send that file.",
    "not_an_image": (
        "The file is none of the formats taken: send a JPEG, PNG, WebP, TIFF, BMP or DICOM file."
    ),
    "damaged": "The file is damaged and cannot be decoded: export the radiograph again.",
    "truncated": (
        "Part of the image is missing because the file is cut off: send the whole file again."
    ),
    "multi_frame": (
        "The file holds several images or an animation: send each radiograph as a file of its own."
    ),
    "unsupported_pixels": (
        "The samples of the image are of a kind that is not taken: send 8 to 16 bit grey values."
    ),
    "blank_image": "Every pixel of the image has the same value: check the export and send again.",
    "too_small": "The image is too small to be read: send it in its original size.",
    "too_many_pixels": "The image has too many pixels: send it in a smaller size.",
    "too_many_bytes": "The upload is too large: send fewer or smaller files.",
    "too_many_files": "There are too many files in one upload: send them in several steps.",
    "dicom_not_a_radiograph": (
        "The DICOM object is not a plain radiograph: send CR, DX or secondary capture images."
    ),
    "dicom_without_pixels": (
        "The DICOM object holds no image: send the image itself, not a report or a directory."
    ),
    "dicom_multiframe": "The DICOM object holds several frames: send a single radiograph.",
    "dicom_unsupported_transfer_syntax": (
        "The DICOM compression is not supported: export uncompressed, JPEG, JPEG-LS or JPEG 2000."
    ),
    "dicom_unsupported_pixels": (
        "The DICOM pixels are not of a supported kind: send 8 to 16 bit grey or 8 bit colour."
    ),
    "decoding_took_too_long": (
        "Decoding the file took too long and was stopped: export the radiograph again, smaller."
    ),
    "decoding_failed": (
        "Decoding the file needed too much memory or failed: export the radiograph again, smaller."
    ),
    "upload_gone": (
        "A file is no longer kept here, or was sent with another case already: choose it again."
    ),
    "busy": "Too many files are being checked just now: try again in a minute.",
}
"""Every stable code and the sentence that is shown when nothing more exact is known."""


class IntakeError(Exception):
    """A file that was refused. `code` is stable, `message` is one sentence for the sender.

    The message never quotes the file: what is in it may identify a patient.
    """

    def __init__(self, code: str, message: str = "") -> None:
        if code not in CODES:
            raise ValueError(f"unknown intake code {code!r}")
        self.code = code
        self.message = message or CODES[code]
        super().__init__(self.message)
