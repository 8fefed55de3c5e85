"""The card of a model version: what it was made for, and what was measured."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cases.answers import figure
from cases.models import ModelVersion
from cases.selectors.radiographs import get_model_version
from cases.views.card_text import to_html
from cases.views.guard import clinical, found

FIGURES = {
    "auc": _("AUC"),
    "average_precision": _("Average precision"),
    "sensitivity": _("Sensitivity"),
    "specificity": _("Specificity"),
    "precision": _("Precision"),
    "recall": _("Sensitivity (recall)"),
    "f1": _("F1"),
    "accuracy": _("Accuracy"),
}


@clinical
@require_safe
def model_card(request: HttpRequest, model_version_id: UUID) -> HttpResponse:
    """A model version with its measured figures and its card's text."""
    model_version = found(get_model_version, model_version_id=model_version_id)
    context = {
        "model_version": model_version,
        "figures": _figures(model_version),
        "card": to_html(model_version.card),
    }
    return render(request, "cases/model.html", context)


def _figures(model_version: ModelVersion) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name, label in FIGURES.items():
        try:
            value, interval = figure(model_version, name)
        except (KeyError, TypeError, ValueError):
            continue
        rows.append({"label": label, "value": value, "interval": interval})
    return rows
