"""A clinician's first impression, kept before they are shown the software's answer."""

from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases import permissions
from cases.models import Case, CaseEvent, FirstImpression
from cases.selectors.impressions import withhold
from cases.services import status, trail
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
    if reader.organization is None or not permissions.may_read(reader, case):
        raise PermissionDenied("Only clinicians of the reading organization read a case.")
    current = status.lock_case(case.pk)
    if current.withdrawn_at:
        raise NotWanted(_("The case was withdrawn; there is nothing to read."))
    withhold(reader, [current])
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
        organization=reader.organization,
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
