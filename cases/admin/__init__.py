"""The clinical record in the administration pages: to look at, to queue again, to cancel.

Results are never edited and nothing is deleted here; every action calls a service.
"""

from cases.admin.analyses import AnalysisAdmin
from cases.admin.cases import CaseAdmin
from cases.admin.platform import ModelVersionAdmin, WorkerAdmin
from cases.admin.radiographs import RadiographAdmin
from cases.admin.trail import AccessRecordAdmin, CaseEventAdmin
from cases.admin.webhooks import WebhookDeliveryAdmin, WebhookEndpointAdmin

__all__ = [
    "AccessRecordAdmin",
    "AnalysisAdmin",
    "CaseAdmin",
    "CaseEventAdmin",
    "ModelVersionAdmin",
    "RadiographAdmin",
    "WebhookDeliveryAdmin",
    "WebhookEndpointAdmin",
    "WorkerAdmin",
]
