"""The clinical record: what is kept, and what the database itself guarantees."""

from cases.models.analysis import Analysis
from cases.models.case import Case
from cases.models.external_identifier import ExternalIdentifier
from cases.models.idempotency import IdempotencyClaim
from cases.models.impression import FirstImpression
from cases.models.model_version import ModelVersion
from cases.models.radiograph import Radiograph
from cases.models.read import Read
from cases.models.trail import AccessRecord, CaseEvent
from cases.models.upload import Upload, UploadPiece
from cases.models.webhook_delivery import WebhookAttempt, WebhookDelivery, WebhookEvent
from cases.models.webhook_endpoint import WebhookEndpoint
from cases.models.worker import Worker

__all__ = [
    "AccessRecord",
    "Analysis",
    "Case",
    "CaseEvent",
    "ExternalIdentifier",
    "FirstImpression",
    "IdempotencyClaim",
    "ModelVersion",
    "Radiograph",
    "Read",
    "Upload",
    "UploadPiece",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "Worker",
]
