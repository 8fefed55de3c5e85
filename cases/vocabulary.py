"""The field's words for what a case, a radiograph and an analysis can be."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BodyRegion(TextChoices):
    HAND = "hand", _("Hand")
    WRIST = "wrist", _("Wrist")
    FOREARM = "forearm", _("Forearm")
    ELBOW = "elbow", _("Elbow")
    UPPER_ARM = "upper_arm", _("Upper arm")
    SHOULDER = "shoulder", _("Shoulder")
    CLAVICLE = "clavicle", _("Clavicle")
    PELVIS = "pelvis", _("Pelvis")
    HIP = "hip", _("Hip")
    THIGH = "thigh", _("Thigh")
    KNEE = "knee", _("Knee")
    LOWER_LEG = "lower_leg", _("Lower leg")
    ANKLE = "ankle", _("Ankle")
    FOOT = "foot", _("Foot")
    CHEST = "chest", _("Chest")
    SPINE = "spine", _("Spine")
    SKULL = "skull", _("Skull")
    OTHER = "other", _("Other")


class Side(TextChoices):
    LEFT = "left", _("Left")
    RIGHT = "right", _("Right")
    BOTH = "both", _("Both")


class View(TextChoices):
    FRONTAL = "frontal", _("Frontal")
    LATERAL = "lateral", _("Lateral")
    OBLIQUE = "oblique", _("Oblique")
    OTHER = "other", _("Other")


class Sex(TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")


class Priority(TextChoices):
    """How the sender ranks a case; the lanes of the inference queue carry the same names."""

    ROUTINE = "routine", _("Routine")
    URGENT = "urgent", _("Urgent")


class Source(TextChoices):
    WEB = "web", _("Web page")
    API = "api", _("API")
    DICOM = "dicom", _("DICOM")


class CaseStatus(TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being analysed")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class CaseLevel(TextChoices):
    FRACTURE = "fracture", _("Fracture suspected")
    INCONCLUSIVE = "inconclusive", _("Uncertain")
    INCOMPLETE = "incomplete", _("Incomplete")
    NO_FRACTURE_FOUND = "no_fracture_found", _("No fracture found")


class FindingLevel(TextChoices):
    FRACTURE = "fracture", _("Fracture suspected")
    INCONCLUSIVE = "inconclusive", _("Uncertain")
    NO_FRACTURE_FOUND = "no_fracture_found", _("No fracture found")
    NOT_ASSESSABLE = "not_assessable", _("Not assessed")


class AnalysisStatus(TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Purpose(TextChoices):
    """Only clinical analyses count towards a case's status and level."""

    CLINICAL = "clinical", _("Clinical")
    SHADOW = "shadow", _("Shadow")
    EVALUATION = "evaluation", _("Evaluation")


class WebhookEventType(TextChoices):
    """What a partner's own system can be told of a case; its names are part of the API."""

    CASE_FINISHED = "case.finished", _("A case is finished")
    CASE_FAILED = "case.failed", _("The analysis of a case failed")
    CASE_OVERDUE = "case.overdue", _("A case is overdue")
    ANALYSIS_SUPERSEDED = "analysis.superseded", _("A newer analysis took an answer's place")
    READ_RECORDED = "read.recorded", _("A read was signed or amended")


TEST_EVENT = "webhook.test"
"""Sent by a person's hand to one endpoint, whatever it subscribed to."""


class DeliveryStatus(TextChoices):
    PENDING = "pending", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Not wanted any more")


class AttemptError(TextChoices):
    """Why there is no HTTP status of an attempt; the codes are part of the API."""

    URL_REFUSED = "url_refused", _("The address has a form that nothing is sent to any more")
    ADDRESS_REFUSED = (
        "address_refused",
        _("The name leads into a private network; the operator can open it"),
    )
    NAME_NOT_FOUND = "name_not_found", _("The host name was not found")
    CONNECTION_FAILED = "connection_failed", _("Nobody answers at that address")
    CONNECTION_LOST = "connection_lost", _("The connection broke")
    TLS_FAILED = "tls_failed", _("The certificate is not valid for the name, or not trusted")
    TIMEOUT = "timeout", _("There was no answer in time")
    NO_HTTP_ANSWER = "no_http_answer", _("What came back is no HTTP")
    INTERRUPTED = "interrupted", _("The sending process stopped on the way")
    SECRET_UNREADABLE = "secret_unreadable", _("The secret cannot be read: make a new one")


class SwitchedOff(TextChoices):
    """Why a webhook endpoint is off."""

    BY_PERSON = "by_person", _("Switched off by an administrator")
    GONE = "gone", _("The receiver answered that it is gone (410)")
    DEAD = "dead", _("Nothing was delivered for a day")
    REMOVED = "removed", _("Removed by an administrator")


class Conclusion(TextChoices):
    """A clinician's own answer; unlike the software's, it may say that there is no fracture."""

    FRACTURE = "fracture", _("Fracture")
    NO_FRACTURE = "no_fracture", _("No fracture")
    UNSURE = "unsure", _("Unsure")


class Agreement(TextChoices):
    AGREE = "agree", _("Agrees with the software")
    DISAGREE = "disagree", _("Disagrees with the software")


class OtherFinding(TextChoices):
    DISLOCATION = "dislocation", _("Dislocation")
    EFFUSION = "effusion", _("Joint effusion")
    FOREIGN_BODY = "foreign_body", _("Foreign body")
    IMPLANT = "implant", _("Implant or metalwork")
    OLD_FRACTURE = "old_fracture", _("Old or healing fracture")
    BONE_LESION = "bone_lesion", _("Bone lesion")
    ARTHROSIS = "arthrosis", _("Arthrosis")
    SOFT_TISSUE = "soft_tissue", _("Soft tissue swelling")
    OTHER = "other", _("Other, see comment")


class PixelSpacingKind(TextChoices):
    CALIBRATED = "calibrated", _("In the patient (PixelSpacing)")
    DETECTOR = "detector", _("At the detector (ImagerPixelSpacing)")
