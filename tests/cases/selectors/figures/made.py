"""Cases, answers and reads at moments of their own, for figures that are computed by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import Organization, User
from cases.models import Analysis, Case, Read
from cases.selectors.figures import Figures, figures_of
from cases.selectors.figures.period import period_of
from cases.selectors.figures.scope import READ, Scope
from cases.services.reads import record_read
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def figures(organization: Organization, side: str = READ, days: int = 30) -> Figures:
    who = User(organization=organization, role=User.Role.ORGANIZATION_ADMINISTRATOR)
    return figures_of(scope=Scope(organization, side, who), period=period_of(str(days), NOW))


def received(
    reading: Organization, at: datetime = NOW, level: str = "fracture", **fields: Any
) -> Case:
    return CaseFactory(
        **{
            "reading_organization": reading,
            "submitting_organization": reading,
            "created_at": at,
            "level": level,
            "status": "finished",
            **fields,
        }
    )


def answered(case: Case, after: float = 10, level: str = "", **fields: Any) -> Analysis:
    """A radiograph that came with the case and was answered so many seconds later."""
    radiograph = fields.pop("radiograph", None) or RadiographFactory(
        case=case, created_at=case.created_at, original="none.png", canonical="none.png"
    )
    return AnalysisFactory(
        radiograph=radiograph,
        succeeded=True,
        level=level or case.level,
        finished_at=case.created_at + timedelta(seconds=after),
        **fields,
    )


def read(case: Case, reader: User, conclusion: str, minutes: float = 30, **more: Any) -> Read:
    """Written so many minutes after the case came in."""
    earlier = Read.objects.filter(case=case, reader=reader, amended_by__isnull=True).first()
    made = record_read(
        case=case,
        reader=reader,
        conclusion=conclusion,
        amending=earlier.pk if earlier else None,
        **more,
    )
    at = case.created_at + timedelta(minutes=minutes)
    Read.objects.filter(pk=made.pk).update(created_at=at)
    Case.objects.filter(pk=case.pk).update(read_at=at)
    return made
