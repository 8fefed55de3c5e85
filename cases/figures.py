"""What was measured of a model, from the metrics in its bundle's manifest, for people to read.

A manifest is written elsewhere: what it lacks, or says in another shape, is left out here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import ModelVersion

Interval = tuple[float, float]
HEADLINE = {
    "auc": gettext_lazy("AUC"),
    "average_precision": gettext_lazy("Average precision"),
    "specificity_at_92": gettext_lazy("Specificity at sensitivity 0.92"),
    "accuracy": gettext_lazy("Accuracy at 0.5"),
    "precision": gettext_lazy("Precision at 0.5"),
    "f1": gettext_lazy("F1 at 0.5"),
}


@dataclass(frozen=True)
class Figure:
    """A measured figure with its 95 % interval, where one is known."""

    value: float
    interval: Interval | None = None

    def __str__(self) -> str:
        return self._said(_("%(value)s (95 %% interval %(low)s to %(high)s)"))

    @property
    def short(self) -> str:
        """For a column whose head says what stands in the brackets."""
        return self._said(_("%(value)s (%(low)s to %(high)s)"))

    def _said(self, words: str) -> str:
        if self.interval is None:
            return f"{self.value:.3f}"
        low, high = (f"{end:.3f}" for end in self.interval)
        return words % {"value": f"{self.value:.3f}", "low": low, "high": high}


@dataclass(frozen=True)
class OperatingPoint:
    """What a model reaches when it is asked at one threshold (0..1) of the probability."""

    name: str
    threshold: float
    sensitivity: Figure | None
    specificity: Figure | None


def figure(model_version: ModelVersion, name: str) -> Figure:
    """A figure by name, at the top of the metrics or in the first group (of a data set, say) that
    has it. Raises KeyError, TypeError or ValueError for one that was not measured."""
    return _figure(_find(model_version.manifest.get("metrics", {}), name))


def known_figure(model_version: ModelVersion, name: str) -> Figure | None:
    """The same, and None for one that was not measured."""
    try:
        return figure(model_version, name)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def headline(model_version: ModelVersion) -> list[tuple[str, Figure]]:
    """The figures that describe a model as a whole, with their names."""
    found = ((str(label), known_figure(model_version, name)) for name, label in HEADLINE.items())
    return [(label, known) for label, known in found if known]


def operating_points(model_version: ModelVersion) -> list[OperatingPoint]:
    """Sensitivity and specificity at the two thresholds of the levels, and at the plain one."""
    metrics = _group(model_version.manifest, "metrics")
    levels, thresholds = _group(metrics, "levels"), _group(model_version.manifest, "thresholds")
    described = (
        (
            _("Lower threshold: below it no fracture found"),
            thresholds.get("rule_out"),
            levels.get("sensitivity_at_rule_out"),
            levels.get("specificity_at_rule_out"),
        ),
        (
            _("Upper threshold: above it fracture suspected"),
            thresholds.get("rule_in"),
            levels.get("sensitivity_at_rule_in"),
            levels.get("specificity_at_rule_in"),
        ),
        (
            _("One threshold for both"),
            metrics.get("decision_threshold"),
            metrics.get("recall"),
            metrics.get("specificity"),
        ),
    )
    points = (
        OperatingPoint(name, float(threshold), _known(sensitivity), _known(specificity))
        for name, threshold, sensitivity, specificity in described
        if isinstance(threshold, int | float)
    )
    return [point for point in points if point.sensitivity or point.specificity]


def _known(measured: Any) -> Figure | None:
    try:
        return _figure(measured)
    except (KeyError, TypeError, ValueError):
        return None


def _figure(measured: Any) -> Figure:
    if not isinstance(measured, Mapping):
        return Figure(float(measured))
    low, high = measured.get("low"), measured.get("high")
    interval = None if low is None or high is None else (float(low), float(high))
    return Figure(float(measured["value"]), interval)


def _group(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    group = values.get(name)
    return group if isinstance(group, Mapping) else {}


def _find(metrics: Mapping[str, Any], name: str) -> Any:
    if metrics.get(name) is not None:
        return metrics[name]
    groups: Iterable[Any] = (group for group in metrics.values() if isinstance(group, Mapping))
    for group in groups:
        if group.get(name) is not None:
            return group[name]
    raise KeyError(name)
