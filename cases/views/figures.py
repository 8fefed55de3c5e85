"""The page of an organization's figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cases.charts import DayChart, day_chart
from cases.models.analysis import ASSESSED
from cases.permissions import may_submit
from cases.selectors.figures import figures_of
from cases.selectors.figures.accuracy import ENOUGH
from cases.selectors.figures.period import LENGTHS, Period, period_of
from cases.selectors.figures.scope import (
    SIDES,
    Scope,
    chosen_organization,
    organizations_of,
    sides_of,
)
from cases.selectors.figures.volume import Day
from cases.selectors.impressions import reads_first
from cases.views.guard import clinical, found, person


@dataclass(frozen=True)
class Choice:
    """A link to the same page of something else."""

    words: str
    address: str
    is_current: bool


@clinical
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Period, side and, for the operator, the organization are in the address."""
    user = person(request)
    organization = found(chosen_organization, user=user, wanted=request.GET.get("of", ""))
    context: dict[str, object] = {
        "organizations": organizations_of(user) if user.is_operator else None,
        "organization": organization,
        "may_submit": may_submit(user),
    }
    if organization is not None:
        sides = sides_of(organization)
        wanted = request.GET.get("side", "")
        scope = Scope(organization, wanted if wanted in sides else sides[0], asked_by=user)
        period = period_of(request.GET.get("days", ""), timezone.now())
        of = {"of": str(organization.pk)} if user.is_operator else {}
        context |= {
            "scope": scope,
            "withholding": reads_first(user),
            "period": period,
            "periods": (periods := _periods(period, scope, of)),
            "longest": periods[-1],
            "sides": _sides(sides, period, scope, of),
            **_shown(scope, period),
        }
    return render(request, "cases/figures/page.html", context)


def _shown(scope: Scope, period: Period) -> dict[str, object]:
    shown = figures_of(scope=scope, period=period)
    return {
        "figures": shown,
        "chart": _chart(shown.days),
        "assessed": ASSESSED,
        "enough": ENOUGH,
        "zone": timezone.get_current_timezone_name(),
    }


def _chart(days: Sequence[Day]) -> DayChart:
    said = _("%(day)s: %(received)d received, %(read)d read")
    titles = [
        said % {"day": f"{day.day:%Y-%m-%d}", "received": day.received, "read": day.read}
        for day in days
    ]
    return day_chart([day.received for day in days], [day.read for day in days], titles)


def _periods(period: Period, scope: Scope, of: dict[str, str]) -> list[Choice]:
    return [
        Choice(
            ngettext("%(n)d day", "%(n)d days", length) % {"n": length},
            _address(length, scope.side, of),
            length == period.length,
        )
        for length in LENGTHS
    ]


def _sides(sides: Sequence[str], period: Period, scope: Scope, of: dict[str, str]) -> list[Choice]:
    """Nothing to choose from where there is only one."""
    if len(sides) < 2:
        return []
    return [
        Choice(str(SIDES[side]), _address(period.length, side, of), side == scope.side)
        for side in sides
    ]


def _address(days: int, side: str, of: dict[str, str]) -> str:
    return f"?{urlencode({'days': str(days), 'side': side, **of})}"
