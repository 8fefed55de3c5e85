"""What the API tells, as frozen dataclasses.

Levels, states and the like are plain strings: a newer server may know more of them.
"""

from fracture_client.records.account import (
    Key,
    Me,
    RequestLimit,
    Unfinished,
    UploadLimits,
    Usage,
)
from fracture_client.records.analyses import (
    Analyses,
    Analysis,
    Failure,
    Mark,
    Model,
    ModelReference,
    Thresholds,
)
from fracture_client.records.cases import (
    NO_LEVEL,
    UNFINISHED,
    WITHHELD,
    Answer,
    Case,
    CaseSummary,
    ExternalIds,
    Organization,
    PixelSpacing,
    Radiograph,
    Submitted,
)
from fracture_client.records.reads import (
    Place,
    Read,
    Reads,
)
from fracture_client.records.webhooks import (
    Attempt,
    Delivery,
    Endpoint,
    EndpointSecret,
)

__all__ = [
    "NO_LEVEL",
    "UNFINISHED",
    "WITHHELD",
    "Analyses",
    "Analysis",
    "Answer",
    "Attempt",
    "Case",
    "CaseSummary",
    "Delivery",
    "Endpoint",
    "EndpointSecret",
    "ExternalIds",
    "Failure",
    "Key",
    "Mark",
    "Me",
    "Model",
    "ModelReference",
    "Organization",
    "PixelSpacing",
    "Place",
    "Radiograph",
    "Read",
    "Reads",
    "RequestLimit",
    "Submitted",
    "Thresholds",
    "Unfinished",
    "UploadLimits",
    "Usage",
]
