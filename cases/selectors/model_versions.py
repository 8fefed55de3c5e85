"""Model versions and what their pages show; for everybody who signs in."""

from uuid import UUID

from django.db.models import QuerySet

from cases import plots
from cases.models import ModelVersion
from cases.models.radiograph import private_storage


def model_versions() -> "QuerySet[ModelVersion]":
    """All that are registered, the active one first, then the newest; without their cards."""
    return ModelVersion.objects.order_by("-is_active", "-created_at").defer("card")


def get_model_version(*, model_version_id: UUID) -> ModelVersion:
    """Raises ModelVersion.DoesNotExist."""
    return ModelVersion.objects.get(pk=model_version_id)


def active_model_version() -> ModelVersion | None:
    """The one that is asked now."""
    return ModelVersion.objects.filter(is_active=True).first()


def kept_plots(model_version: ModelVersion) -> set[str]:
    """The names of those plots of its bundle that private storage has."""
    exists = private_storage().exists
    stored = plots.stored_names(model_version.manifest)
    return {name for name, path in stored.items() if exists(path)}
