"""Numbers of other systems: found and read by the organization under whose key they lie."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q

from accounts.models import User
from cases.external_ids import UnreadableIdentifier, decrypt, fingerprints
from cases.models import Case, ExternalIdentifier, Radiograph

Kind = ExternalIdentifier.Kind
SOUGHT = (Kind.ACCESSION, Kind.ORDER, Kind.STUDY_UID)
MOST = 500
"""Cases with one and the same number; nobody has more, and the database bounds its lists."""


@dataclass(frozen=True)
class KnownNumber:
    """One identifier in plain text; `value` is empty if the installation's keys do not open it."""

    kind: str
    label: str
    value: str
    of_radiograph: bool


def cases_with_external_id(
    *, user: User, value: str, kinds: Iterable[str] = SOUGHT
) -> Iterable[UUID]:
    """Keys of the cases to which this person's organization gave exactly this number.

    Only its own: who could ask for another's would learn which patients that one has.
    """
    own = user.organization_id
    if own is None:
        return []
    wanted = Q(pk__in=[])
    for kind in kinds:
        marks = fingerprints(value.strip(), kind=kind, organization_id=own)
        wanted |= Q(kind=kind, fingerprint__in=marks)
    return (
        ExternalIdentifier.objects.filter(
            wanted, organization=own, case__in=Case.objects.visible_to(user).order_by()
        )
        .values_list("case", flat=True)
        .distinct()[:MOST]
    )


def known_numbers(
    *, user: User, case: Case, radiograph: Radiograph | None = None
) -> list[KnownNumber]:
    """What this person's organization gave: of the case, and of one radiograph what is its own."""
    if user.organization_id is None:
        return []
    rows = case.external_identifiers.filter(
        Q(radiograph__isnull=True) | Q(radiograph=radiograph),
        organization=user.organization_id,
    ).order_by(F("radiograph").asc(nulls_first=True), "kind")
    numbers: list[KnownNumber] = []
    for row in rows:
        try:
            value = decrypt(row.encrypted_value, organization_id=user.organization_id)
        except UnreadableIdentifier:
            value = ""
        said = {(one.kind, one.value) for one in numbers}
        if (row.kind, value) not in said:
            label = row.get_kind_display()
            numbers.append(KnownNumber(row.kind, label, value, row.radiograph_id is not None))
    return numbers
