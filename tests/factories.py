"""Rows for tests, as the services would write them. Files are small generated radiographs."""

import io
from typing import Any

import factory
import numpy as np
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image

from accounts.models import Organization, User
from cases.models import Analysis, Case, ModelVersion, Radiograph
from cases.vocabulary import AnalysisStatus, BodyRegion, FindingLevel

PASSWORD = "a-long-pass-phrase-for-tests"


def phantom(width: int = 96, height: int = 128, seed: int = 0) -> bytes:
    """A drawn phantom of a bone as an 8-bit grey PNG; each `seed` gives another file."""
    rows, columns = np.mgrid[0:height, 0:width]
    bone = 170 * np.exp(-(((columns - width / 2) / (width / 8)) ** 2))
    noise = np.random.default_rng(seed).normal(0, 6, (height, width))
    image = np.clip(30 + bone + 20 * rows / height + noise, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


class OrganizationFactory(DjangoModelFactory[Organization]):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organization {n}")


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    organization = factory.SubFactory(OrganizationFactory)
    role = User.Role.CLINICIAN

    @factory.post_generation
    def password(self: User, create: bool, extracted: str | None, **_: Any) -> None:
        self.set_password(extracted or PASSWORD)
        if create:
            self.save(update_fields=["password"])


class ModelVersionFactory(DjangoModelFactory[ModelVersion]):
    class Meta:
        model = ModelVersion

    name = "phantom-cnn"
    version = factory.Sequence(lambda n: str(n + 1))
    weights_sha256 = "0" * 64
    preprocessing_version = "1"
    is_demonstration = True
    manifest = factory.LazyFunction(lambda: {"metrics": {"auc": {"value": 0.7}}})


class CaseFactory(DjangoModelFactory[Case]):
    class Meta:
        model = Case

    submitting_organization = factory.SubFactory(OrganizationFactory)
    reading_organization = factory.SelfAttribute("submitting_organization")
    patient_reference = factory.Sequence(lambda n: f"P-{n:05d}")
    body_region = BodyRegion.WRIST


class RadiographFactory(DjangoModelFactory[Radiograph]):
    class Meta:
        model = Radiograph

    case = factory.SubFactory(CaseFactory)
    position = factory.LazyAttribute(lambda row: row.case.radiographs.count())
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    received_bytes = 1000
    format = "png"
    original = factory.LazyFunction(lambda: ContentFile(phantom(), "original.png"))
    canonical = factory.LazyFunction(lambda: ContentFile(phantom(), "canonical.png"))
    width = 96
    height = 128
    bits = 8


class AnalysisFactory(DjangoModelFactory[Analysis]):
    class Meta:
        model = Analysis

    radiograph = factory.SubFactory(RadiographFactory)
    model_version = factory.SubFactory(ModelVersionFactory)

    class Params:
        succeeded = factory.Trait(
            status=AnalysisStatus.SUCCEEDED,
            attempt=1,
            level=FindingLevel.FRACTURE,
            probability=0.83,
            logit=1.6,
            started_at=factory.LazyFunction(timezone.now),
            finished_at=factory.LazyFunction(timezone.now),
        )
        failed = factory.Trait(
            status=AnalysisStatus.FAILED,
            attempt=3,
            error_code="worker_lost",
            error_message="The analysis was interrupted three times.",
            finished_at=factory.LazyFunction(timezone.now),
        )
