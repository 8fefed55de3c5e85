"""Model versions: which are installed, and the card of each with what was measured."""

from functools import partial
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cases import figures, plots
from cases.models import ModelVersion
from cases.models.radiograph import private_storage
from cases.selectors.model_versions import get_model_version, kept_plots, model_versions
from cases.views.card_text import to_html
from cases.views.files import opened, private
from cases.views.guard import clinical, found


@clinical
@require_safe
def model_list(request: HttpRequest) -> HttpResponse:
    """The installed model versions, the active one first."""
    rows = [(model, figures.known_figure(model, "auc")) for model in model_versions()]
    return render(request, "cases/models.html", {"rows": rows})


@clinical
@require_safe
def model_card(request: HttpRequest, model_version_id: UUID) -> HttpResponse:
    """A model version with its measured figures and its card, text and plots."""
    model_version = found(get_model_version, model_version_id=model_version_id)
    kept = kept_plots(model_version)
    address = partial(_address, model_version)
    context = {
        "model_version": model_version,
        "figures": figures.headline(model_version),
        "points": figures.operating_points(model_version),
        "card": to_html(model_version.card, {name: address(name) for name in kept}),
        "lost_plots": plots.stored_names(model_version.manifest).keys() - kept,
    }
    return render(request, "cases/model.html", context)


@clinical
@require_safe
def model_plot(request: HttpRequest, model_version_id: UUID, name: str) -> HttpResponseBase:
    """A plot of a model's card; nothing but the pictures that its manifest lists."""
    model_version = found(get_model_version, model_version_id=model_version_id)
    stored = plots.stored_names(model_version.manifest).get(name)
    if stored is None:
        raise Http404
    file = opened(private_storage().open, stored)
    return private(FileResponse(file, filename=name, content_type=plots.content_type(name)))


def _address(model_version: ModelVersion, name: str) -> str:
    return reverse("model_plot", args=[model_version.pk, name])
