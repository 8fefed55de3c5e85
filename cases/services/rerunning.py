"""The active model is asked again about a case: about all that is meant, or nothing."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from cases.models import Analysis, Case
from cases.models.analysis import ACTIVE
from cases.services import analyses, status
from cases.services.room import require_possible, require_room
from cases.vocabulary import Purpose


class NotOfThisCase(Exception):
    """The radiograph that was named is none of the case, or withdrawn."""


@transaction.atomic
def rerun_case(
    *,
    case: Case,
    actor: User,
    radiograph_id: UUID | None = None,
    most_unfinished: int | None = None,
) -> list[Analysis]:
    """Ask about the one radiograph, or all that can be assessed; one that waits or runs is
    returned as it is, and takes no further room.

    Raises NotOfThisCase, CannotBeAnalysed where nothing can be assessed, NoActiveModel, NoRoom
    where more than `most_unfinished` analyses of the submitting organization would wait or run,
    and NeverRoom where these alone are more. Then nothing is asked.
    """
    current = status.lock_case(case.pk)
    kept = list(current.radiographs.filter(withdrawn_at__isnull=True).order_by("position"))
    meant = [one for one in kept if radiograph_id in {None, one.pk}]
    if radiograph_id is not None and not meant:
        raise NotOfThisCase
    wanted = [one for one in meant if not one.not_assessable]
    if not wanted:
        raise analyses.CannotBeAnalysed("The software cannot assess this image.")
    require_possible(wanted=len(wanted), most=most_unfinished)
    waiting = set(
        Analysis.objects.filter(
            radiograph__in=wanted, purpose=Purpose.CLINICAL, status__in=ACTIVE
        ).values_list("pk", flat=True)
    )
    asked = [analyses.rerun(radiograph=one, actor=actor) for one in wanted]
    if any(one.pk not in waiting for one in asked):
        require_room(organization_id=current.submitting_organization_id, most=most_unfinished)
    return asked
