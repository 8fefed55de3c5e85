"""The figures of an organization: how much, what was found, how well, how fast."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.selectors.figures.accuracy import Accuracy, accuracies
from cases.selectors.figures.agreement import Agreement, agreement
from cases.selectors.figures.levels import Level, levels
from cases.selectors.figures.period import Period
from cases.selectors.figures.scope import Scope
from cases.selectors.figures.turnaround import Turnaround, turnaround
from cases.selectors.figures.volume import Day, volume


@dataclass(frozen=True)
class Figures:
    """`agreement` and `accuracies` are of the organization that reads; who only sent a case has
    None and nothing there."""

    days: Sequence[Day]
    levels: Sequence[Level]
    agreement: Agreement | None
    accuracies: Sequence[Accuracy]
    turnaround: Turnaround

    @property
    def received(self) -> int:
        return sum(day.received for day in self.days)

    @property
    def read(self) -> int:
        return sum(day.read for day in self.days)


def figures_of(*, scope: Scope, period: Period) -> Figures:
    """All figures of a period, in eight queries, or five for who only sends.

    All but the reads of each day are of the cases that came in during the period; withdrawn ones
    never count.
    """
    return Figures(
        days=volume(scope, period),
        levels=levels(scope, period),
        agreement=agreement(scope, period) if scope.reads else None,
        accuracies=accuracies(scope, period) if scope.reads else (),
        turnaround=turnaround(scope, period),
    )
