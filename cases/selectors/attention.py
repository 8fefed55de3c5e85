"""What somebody should look at again: fractures that came up after a read said there was none, and
reads that disagree with the software."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from cases.models import Analysis, Read
from cases.selectors.impressions import open_to, withhold
from cases.vocabulary import Agreement, AnalysisStatus, CaseLevel, Conclusion, FindingLevel, Purpose

AT_MOST = 100


def fractures_after_reads(*, user: User) -> "QuerySet[Read]":
    """This person's standing reads without a fracture, on whose case the software suspected one
    after they were written. Reading the case again settles it. One that holds a further radiograph
    and is to be read first waits in the worklist instead: here it would tell its answer."""
    suspected = Analysis.objects.filter(
        radiograph__withdrawn_at__isnull=True,
        purpose=Purpose.CLINICAL,
        status=AnalysisStatus.SUCCEEDED,
        level=FindingLevel.FRACTURE,
    )
    later = suspected.filter(
        radiograph__case=OuterRef("case"), finished_at__gt=OuterRef("created_at")
    )
    # It came while the form was open: newer than the answer that the reader had in sight.
    unseen = suspected.filter(
        radiograph=OuterRef("analysis__radiograph"), created_at__gt=OuterRef("analysis__created_at")
    )
    # The case's level says it too, and spares a look at the analyses of all other cases.
    own = _standing(user).filter(
        reader=user, conclusion=Conclusion.NO_FRACTURE, case__level=CaseLevel.FRACTURE
    )
    return own.filter(open_to(user, "case__")).filter(Exists(later) | Exists(unseen))


def second_reads(*, user: User) -> "QuerySet[Read]":
    """For a supervising reader: standing reads of colleagues that disagree with the software, until
    a supervising reader has read the case after them. For anybody else none."""
    if user.role != User.Role.SUPERVISING_READER:
        return Read.objects.none()
    supervised = Read.objects.filter(
        case=OuterRef("case"),
        reader__role=User.Role.SUPERVISING_READER,
        created_at__gt=OuterRef("created_at"),
    ).exclude(reader=OuterRef("reader"))
    disagreeing = _standing(user).filter(
        organization=user.organization_id, agreement=Agreement.DISAGREE
    )
    return disagreeing.exclude(reader=user).filter(~Exists(supervised))


def second_reads_shown(*, user: User) -> list[Read]:
    """The first of `second_reads`, their cases `withheld` where this person is to read first: what
    a colleague said there stays untold."""
    found = list(second_reads(user=user)[:AT_MOST])
    withhold(user, [read.case for read in found])
    return found


def count_to_look_at(*, user: User) -> int:
    """How many cases this person should look at again, up to `AT_MOST` of each kind."""
    reads = [*fractures_after_reads(user=user)[:AT_MOST], *second_reads(user=user)[:AT_MOST]]
    return len({read.case_id for read in reads})


def _standing(user: User) -> "QuerySet[Read]":
    """Of the cases that one's own organization reads, which it sees by that alone. Oldest first:
    who waits longest is seen first."""
    if user.organization_id is None:
        return Read.objects.none()
    return (
        Read.objects.filter(
            case__reading_organization=user.organization_id,
            case__withdrawn_at__isnull=True,
            amended_by__isnull=True,
        )
        .select_related("case", "reader", "analysis__model_version")
        .order_by("created_at", "pk")
    )
