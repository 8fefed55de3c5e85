"""A clinician's first impression, kept before they are shown the software's answer."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Case, CaseEvent, FirstImpression
from cases.services import trail
from cases.services.at_reading import lock_for
from cases.vocabulary import Conclusion


class NotWanted(Exception):
    """The message says why, in a sentence for people."""


@transaction.atomic
def record_impression(
    *, case: Case, reader: User, conclusion: str, seen: Collection[UUID]
) -> FirstImpression:
    """Keep what `reader` saw on the radiographs `seen` before the answer was sent to them.

    Raises:
        PermissionDenied: this person does not read this case.
        NotWanted: the case is withdrawn or holds a radiograph that was not seen, the answer was
            shown already (an impression now would be no first one), or the conclusion is none.
    """
    current, organization = lock_for(reader=reader, case=case, otherwise=NotWanted)
    if not current.withheld:
        raise NotWanted(_("The answer was shown to you already."))
    if conclusion not in Conclusion.values:
        raise NotWanted(_("Choose what you see: fracture, no fracture or unsure."))
    kept = current.radiographs.filter(withdrawn_at__isnull=True)
    if not set(kept.values_list("pk", flat=True)) <= set(seen):
        raise NotWanted(_("A radiograph was added meanwhile: look at it first."))
    impression = FirstImpression.objects.create(
        case=current,
        reader=reader,
        organization=organization,
        created_at=timezone.now(),
        conclusion=conclusion,
    )
    trail.record_event(
        case=current,
        kind=CaseEvent.Kind.FIRST_IMPRESSION,
        actor=reader,
        detail={"conclusion": conclusion},
    )
    return impression
