"""The numbers that other systems gave a case or a radiograph: kept encrypted, found by a hash."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from cases import external_ids as secret
from cases.intake.result import VerifiedRadiograph
from cases.models import Case, ExternalIdentifier, Radiograph

CASE_KINDS = (
    ExternalIdentifier.Kind.ACCESSION,
    ExternalIdentifier.Kind.ORDER,
    ExternalIdentifier.Kind.STUDY_UID,
)


def save_case_ids(case: Case, given: Mapping[str, str], made: Sequence[VerifiedRadiograph]) -> None:
    """The case's own ids: what the sender gave, else what all the headers that say it agree on."""
    ids = {}
    for kind in CASE_KINDS:
        said = {one.external_ids[kind] for one in made if one.external_ids.get(kind)}
        ids[kind.value] = given.get(kind, "") or (said.pop() if len(said) == 1 else "")
    save_ids(case, ids, case.submitting_organization_id)


def save_ids(
    case: Case,
    ids: Mapping[str, str],
    organization_id: UUID | None,
    radiograph: Radiograph | None = None,
) -> None:
    """Of a radiograph, or of the case as a whole; blank ones and kinds that are not kept are left
    out. Numbers belong to the organization that sent them."""
    if organization_id is None:
        return
    ExternalIdentifier.objects.bulk_create(
        ExternalIdentifier(
            organization_id=organization_id,
            case=case,
            radiograph=radiograph,
            kind=kind,
            encrypted_value=secret.encrypt(value.strip(), organization_id=organization_id),
            fingerprint=secret.fingerprint(
                value.strip(), kind=kind, organization_id=organization_id
            ),
        )
        for kind, value in ids.items()
        if kind in ExternalIdentifier.Kind.values and value.strip()
    )
