"""Client of a fracture platform: submit radiographs, wait for answers, verify webhooks."""

from fracture_client.client import Client
from fracture_client.endpoints import Webhooks
from fracture_client.errors import (
    ApiError,
    BadWebhook,
    Conflict,
    ConnectionFailed,
    FractureError,
    NotAllowed,
    NotFound,
    Problem,
    Refused,
    ServerBroken,
    Throttled,
    UnexpectedAnswer,
)
from fracture_client.questions import NotFinished
from fracture_client.records import (
    Analyses,
    Analysis,
    Answer,
    Case,
    CaseSummary,
    Delivery,
    Endpoint,
    EndpointSecret,
    Me,
    Model,
    Place,
    Radiograph,
    Read,
    Reads,
    Submitted,
    Usage,
)
from fracture_client.transport import UnencryptedAddress
from fracture_client.version import __version__
from fracture_client.webhooks import Event, verify_webhook

__all__ = [
    "Analyses",
    "Analysis",
    "Answer",
    "ApiError",
    "BadWebhook",
    "Case",
    "CaseSummary",
    "Client",
    "Conflict",
    "ConnectionFailed",
    "Delivery",
    "Endpoint",
    "EndpointSecret",
    "Event",
    "FractureError",
    "Me",
    "Model",
    "NotAllowed",
    "NotFinished",
    "NotFound",
    "Place",
    "Problem",
    "Radiograph",
    "Read",
    "Reads",
    "Refused",
    "ServerBroken",
    "Submitted",
    "Throttled",
    "UnencryptedAddress",
    "UnexpectedAnswer",
    "Usage",
    "Webhooks",
    "__version__",
    "verify_webhook",
]
