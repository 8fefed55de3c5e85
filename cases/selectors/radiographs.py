"""A radiograph or an analysis by its id, for people who may see its case."""

from uuid import UUID

from django.db import models

from accounts.models import User
from cases.models import Analysis, Case, Radiograph
from cases.selectors.impressions import open_to
from cases.vocabulary import Purpose

MOST_COMPARED = 30


def get_radiograph(*, user: User, radiograph_id: UUID) -> Radiograph:
    """One radiograph with its case. A withdrawn one is shown to nobody.

    Raises Radiograph.DoesNotExist, also for people who may not know that it exists.
    """
    return (
        Radiograph.objects.filter(
            case__in=Case.objects.visible_to(user).order_by(),
            withdrawn_at__isnull=True,
            case__withdrawn_at__isnull=True,
        )
        .select_related("case")
        .get(pk=radiograph_id)
    )


def comparable_radiographs(*, user: User, case: Case) -> list[Radiograph]:
    """What a radiograph of this case may be laid beside: those of the case itself, then those of
    the latest other cases of the same patient reference from the same sender, with their cases.

    A reference is the sender's own: the same letters from another organization are somebody else.
    """
    visible = Case.objects.visible_to(user).filter(
        submitting_organization=case.submitting_organization_id,
        patient_reference=case.patient_reference,
        withdrawn_at__isnull=True,
    )
    found = (
        Radiograph.objects.filter(case__in=visible.order_by(), withdrawn_at__isnull=True)
        .select_related("case")
        .annotate(elsewhere=models.Case(models.When(case=case.pk, then=0), default=1))
        .order_by("elsewhere", "-case__created_at", "case_id", "position")[:MOST_COMPARED]
    )
    return list(found)


def clinical_analyses(*, user: User, radiograph: Radiograph) -> list[Analysis]:
    """Those of a radiograph that was already looked up for the person, newest first; none where the
    person is to read its case first."""
    rows = radiograph.analyses.filter(open_to(user, "radiograph__case__"), purpose=Purpose.CLINICAL)
    return list(rows.select_related("model_version").order_by("-created_at", "-pk"))


def get_analysis(*, user: User, analysis_id: UUID) -> Analysis:
    """One analysis with its radiograph and case. Raises Analysis.DoesNotExist, also for who is to
    read first."""
    return (
        Analysis.objects.filter(
            open_to(user, "radiograph__case__"),
            radiograph__case__in=Case.objects.visible_to(user).order_by(),
            radiograph__withdrawn_at__isnull=True,
            radiograph__case__withdrawn_at__isnull=True,
        )
        .select_related("radiograph__case", "model_version")
        .get(pk=analysis_id)
    )
