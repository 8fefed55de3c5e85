"""What of a DICOM radiograph may stay: the policy of de-identification, as data.

DICOM PS3.15, Basic Application Level Confidentiality Profile (Table E.1-1, edition 2024b), names
over six hundred elements to remove, empty or replace. A list of what must go is never complete
(private elements, retired ones, next year's), so this is the list of what may stay: pixels, how
to show them, and exposure technique. Everything else goes, at every depth. The test of this
module holds Table E.1-1 against it.
"""

from typing import Final

CODE: Final = ("113100", "DCM", "Basic Application Confidentiality Profile")
METHOD: Final = "PS3.15 E.1 basic profile, allow-list"

_NUMBERS = (
    # Image Pixel, how to show it, and geometry (PS3.3 C.7.6.3, C.10.7, C.11.1, C.11.2)
    "SamplesPerPixel PlanarConfiguration NumberOfFrames Rows Columns PixelAspectRatio "
    "BitsAllocated BitsStored HighBit PixelRepresentation SmallestImagePixelValue "
    "LargestImagePixelValue PixelPaddingValue PixelPaddingRangeLimit PixelSpacing "
    "ImagerPixelSpacing NominalScannedPixelSpacing WindowCenter WindowWidth RescaleIntercept "
    "RescaleSlope PixelIntensityRelationshipSign LossyImageCompressionRatio "
    "EstimatedRadiographicMagnificationFactor DistanceSourceToDetector DistanceSourceToPatient "
    # Exposure technique (PS3.3 C.8.7.5, C.8.11.3)
    "KVP ExposureTime ExposureTimeInuS XRayTubeCurrent XRayTubeCurrentInuA Exposure ExposureInuAs "
    "ExposureIndex TargetExposureIndex DeviationIndex RelativeXRayExposure Sensitivity "
    "RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor "
    "BluePaletteColorLookupTableDescriptor LUTDescriptor"
)
NUMBERS: Final = frozenset(_NUMBERS.split())
"""Kept if every value is a number: a text in their place is removed."""

WORDS: Final[dict[str, frozenset[str]]] = {
    "PhotometricInterpretation": frozenset(
        {"MONOCHROME1", "MONOCHROME2", "RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422"}
        | {"YBR_RCT", "YBR_ICT"}
    ),
    "ImageType": frozenset({"ORIGINAL", "DERIVED", "PRIMARY", "SECONDARY"}),
    "Modality": frozenset({"CR", "DX", "RG", "OT", "SC", "DR", "HC", "XC"}),
    "PresentationIntentType": frozenset({"FOR PRESENTATION", "FOR PROCESSING"}),
    "ConversionType": frozenset({"DV", "DI", "DF", "WSD", "SD", "SI", "DRW", "SYN"}),
    "ViewPosition": frozenset({"AP", "PA", "LL", "RL", "LLD", "RLD", "LLO", "RLO"}),
    "ImageLaterality": frozenset({"L", "R", "B", "U"}),
    "Laterality": frozenset({"L", "R"}),
    "PatientOrientation": frozenset("ARLPHF"),
    "VOILUTFunction": frozenset({"LINEAR", "LINEAR_EXACT", "SIGMOID"}),
    "PresentationLUTShape": frozenset({"IDENTITY", "INVERSE"}),
    "PixelIntensityRelationship": frozenset({"LIN", "LOG", "DISP"}),
    "PixelSpacingCalibrationType": frozenset({"GEOMETRY", "FIDUCIAL"}),
    "BurnedInAnnotation": frozenset({"YES", "NO"}),
    "LossyImageCompression": frozenset({"00", "01"}),
    "LossyImageCompressionMethod": frozenset(
        {"ISO_10918_1", "ISO_14495_1", "ISO_15444_1", "ISO_13818_2"}
    ),
    "ModalityLUTType": frozenset({"OD", "HU", "US"}),
    "RescaleType": frozenset({"OD", "HU", "US"}),
}
"""Kept value by value, where it is one of these."""

_COLOURS = ("Red", "Green", "Blue")
BYTES: Final = frozenset({"LUTData"} | {f"{name}PaletteColorLookupTableData" for name in _COLOURS})
"""Kept as they are: tables of numbers. The pixels are handled apart."""

SEQUENCES: Final = frozenset({"ModalityLUTSequence", "VOILUTSequence"})
"""Kept, each item by the same lists."""

MAKER: Final = frozenset({"Manufacturer", "ManufacturerModelName"})
"""Text of the device, not of the patient; Table E.1-1 does not name it. Drift shows by it."""

_EMPTIED = (
    "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
    "PatientBirthDate PatientSex StudyID SeriesNumber InstanceNumber"
)
EMPTIED: Final = tuple(_EMPTIED.split())
"""Type 2: an object without them is invalid, so they stay and say nothing (action Z)."""

RENEWED: Final = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
"""Action U: a random UID under 2.25 takes their place."""
