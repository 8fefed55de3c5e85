"""The reads of a case that was already looked up for the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects

from accounts.models import Organization, User
from cases import permissions
from cases.models import Analysis, Case, Radiograph, Read


@dataclass(frozen=True)
class Reads:
    """Those that stand, newest first, and those that were amended since."""

    standing: Sequence[Read]
    amended: Sequence[Read]

    def cover(self, radiographs: Sequence[Radiograph]) -> bool:
        """Whether somebody has read the case since the last of these came in."""
        latest = max((one.created_at for one in radiographs), default=None)
        return any(latest is None or read.created_at >= latest for read in self.standing)

    def marks_on(self, radiograph: Radiograph) -> list[tuple[float, float]]:
        """The places that standing reads marked on a radiograph, in its pixels."""
        return [
            (read.marked_x, read.marked_y)
            for read in self.standing
            if read.marked_radiograph_id == radiograph.pk
            and read.marked_x is not None
            and read.marked_y is not None
        ]

    def of(self, user: User) -> Read | None:
        """The standing read of one person."""
        return next((read for read in self.standing if read.reader_id == user.pk), None)


def attach_standing_reads(cases: Sequence[Case]) -> None:
    """Give each case its standing reads, newest first, as `standing`, in one query; none where the
    answer is withheld, for a read tells of it, too."""
    told = [case for case in cases if not case.withheld]
    standing = Read.objects.filter(amended_by__isnull=True).select_related("reader")
    newest = standing.order_by("-created_at", "-pk")
    prefetch_related_objects(told, Prefetch("reads", queryset=newest, to_attr="standing"))
    for case in cases:
        if case.withheld:
            case.standing = []


def analysis_of(*, case: Case, analysis_id: UUID) -> Analysis | None:
    """An analysis of this case, with its radiograph; None for one of another."""
    of_case = Analysis.objects.filter(radiograph__case=case).select_related("radiograph")
    return of_case.filter(pk=analysis_id).first()


def radiograph_of(*, case: Case, radiograph_id: UUID) -> Radiograph | None:
    """A radiograph of this case; None for one of another."""
    return Radiograph.objects.filter(case=case, pk=radiograph_id).first()


def reads_of(*, case: Case) -> Reads:
    """All reads of a case, in one query."""
    found = list(
        Read.objects.filter(case=case)
        .select_related(
            "reader", "organization", "analysis__model_version", "marked_radiograph", "amended_by"
        )
        .order_by("-created_at", "-pk")
    )
    stands = [read for read in found if not hasattr(read, "amended_by")]
    return Reads(stands, [read for read in found if hasattr(read, "amended_by")])


def clinician_of(organization: Organization, email: str) -> User | None:
    """Who reads cases here under this e-mail address."""
    clinicians = organization.people.filter(is_active=True, role__in=permissions.READERS)
    return clinicians.filter(email=email.strip().lower()).select_related("organization").first()
