"""A clinician's final read: written once, amended by another one, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.agreement import DECIDED, contradicts
from cases.models import Analysis, Case, CaseEvent, Radiograph, Read
from cases.services import status, trail
from cases.services.at_reading import lock_for
from cases.services.webhooks import outbox
from cases.vocabulary import Agreement, AnalysisStatus, Conclusion, OtherFinding, Purpose


class CannotBeRead(Exception):
    """The message says why, in a sentence for people."""


@dataclass(frozen=True)
class Mark:
    """A place on a radiograph, in its pixels."""

    radiograph: Radiograph
    x: float
    y: float


@transaction.atomic
def record_read(
    *,
    case: Case,
    reader: User,
    conclusion: str,
    body_region: str = "",
    side: str = "",
    other_findings: Sequence[str] = (),
    comment: str = "",
    analysis: Analysis | None = None,
    agreement: str = "",
    mark: Mark | None = None,
    amending: UUID | None = None,
    sent_by: User | None = None,
) -> Read:
    """Keep what `reader` concluded; of the same person's earlier read it is the amendment.

    `analysis` is the answer that stood on the page, `agreement` what the reader thinks of it (left
    open, a conclusion that contradicts it is a disagreement), and `amending` the reader's own read
    that stood there: nobody amends what they have not seen.
    `sent_by` is the account of the API key by which another system handed the read on.

    Raises:
        PermissionDenied: this person does not read this case.
        CannotBeRead: the case is withdrawn, the reader has read it meanwhile, what was given
            belongs to another one, or contradicts itself.
    """
    current, organization = lock_for(reader=reader, case=case, otherwise=CannotBeRead)
    if current.withheld:
        raise CannotBeRead(_("Say first what you see on all of its radiographs, then sign."))
    _check(current, conclusion, other_findings, analysis, agreement)
    _check_mark(current, conclusion, other_findings, mark)
    if analysis and not agreement and contradicts(analysis.level, conclusion):
        agreement = Agreement.DISAGREE.value
    earlier = Read.objects.filter(case=case, reader=reader, amended_by__isnull=True).first()
    if (earlier.pk if earlier else None) != amending:
        raise CannotBeRead(
            _("You have read this case meanwhile: open it again, and amend that read if need be.")
        )
    read = Read.objects.create(
        case=current,
        reader=reader,
        organization=organization,
        created_at=timezone.now(),
        amends=earlier,
        conclusion=conclusion,
        body_region=body_region,
        side=side,
        other_findings=list(other_findings),
        comment=comment.strip(),
        analysis=analysis,
        agreement=agreement,
        marked_radiograph=mark.radiograph if mark else None,
        marked_x=mark.x if mark else None,
        marked_y=mark.y if mark else None,
    )
    trail.record_event(
        case=current,
        kind=CaseEvent.Kind.READ_AMENDED if earlier else CaseEvent.Kind.READ,
        actor=reader,
        detail={"conclusion": conclusion, "agreement": agreement} | _handed_in(sent_by),
    )
    status.mark_read(case_id=current.pk, at=read.created_at)
    outbox.read_recorded(read=read)
    return read


def _handed_in(by: User | None) -> dict[str, str]:
    """Which key: its id for good, and its name as it was then."""
    return {"sent_by": str(by), "key": str(by.api_key.pk)} if by else {}


def _check(
    case: Case,
    conclusion: str,
    other_findings: Sequence[str],
    analysis: Analysis | None,
    agreement: str,
) -> None:
    if conclusion not in Conclusion.values or not set(other_findings) <= set(OtherFinding.values):
        raise CannotBeRead(_("Choose a conclusion and findings that are offered."))
    if agreement and (analysis is None or agreement not in Agreement.values):
        raise CannotBeRead(_("There is no answer of the software to agree or disagree with."))
    if analysis is not None and not _is_answer(analysis, case):
        raise CannotBeRead(_("The answer belongs to another case, or is none."))
    if agreement and analysis and analysis.level not in DECIDED:
        raise CannotBeRead(_("The software did not decide: leave open whether you agree."))
    if agreement == Agreement.AGREE and analysis and contradicts(analysis.level, conclusion):
        raise CannotBeRead(
            _("Your conclusion contradicts the software's answer: choose that you disagree.")
        )


def _check_mark(
    case: Case, conclusion: str, other_findings: Sequence[str], mark: Mark | None
) -> None:
    if mark is None:
        return
    if not _is_on(mark, case):
        raise CannotBeRead(_("The mark does not lie on a radiograph of this case."))
    if not keeps_mark(conclusion, other_findings):
        raise CannotBeRead(_("Say what lies at the marked place, or take the mark away."))


def keeps_mark(conclusion: str, other_findings: Sequence[str]) -> bool:
    """Whether a read found anything that lies at a place."""
    return conclusion != Conclusion.NO_FRACTURE or bool(other_findings)


def _is_answer(analysis: Analysis, case: Case) -> bool:
    return (
        analysis.radiograph.case_id == case.pk
        and analysis.radiograph.withdrawn_at is None
        and analysis.purpose == Purpose.CLINICAL
        and analysis.status == AnalysisStatus.SUCCEEDED
    )


def _is_on(mark: Mark, case: Case) -> bool:
    radiograph = mark.radiograph
    return (
        radiograph.case_id == case.pk
        and radiograph.withdrawn_at is None
        and 0 <= mark.x <= radiograph.width
        and 0 <= mark.y <= radiograph.height
    )
