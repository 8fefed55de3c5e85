"""Small pieces that several of the pages show."""

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cases import figures
from cases.models import Analysis, ModelVersion, Radiograph


def thumbnail(radiograph: Radiograph) -> SafeString | str:
    """The image itself comes from the view that checks permission and records the access."""
    if radiograph.withdrawn_at:
        return _("withdrawn")
    address = reverse("radiograph_image", args=[radiograph.pk, "thumbnail"])
    return format_html(
        '<img class="thumbnail" src="{}" alt="{}" loading="lazy">', address, radiograph
    )


def link(row: Analysis | Radiograph) -> SafeString:
    """To the row's own page here."""
    address = reverse(f"admin:cases_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, row)


def probability(analysis: Analysis) -> str:
    return "" if analysis.probability is None else f"{analysis.probability:.3f}"


def total_ms(analysis: Analysis) -> str:
    """From the claim to the written result."""
    total = analysis.timings_ms.get("total")
    return "" if total is None else f"{total:.0f} ms"


def measured_figures(model: ModelVersion) -> SafeString:
    """What the manifest has: the figures of the whole model, then those at each threshold."""
    lines = [(label, str(figure)) for label, figure in figures.headline(model)]
    for point in figures.operating_points(model):
        at = f"{point.name} ({point.threshold:.3f})"
        said = ((_("Sensitivity"), point.sensitivity), (_("Specificity"), point.specificity))
        lines += [(f"{at}: {name}", str(figure)) for name, figure in said if figure]
    if not lines:
        return format_html("{}", _("Not measured."))
    return format_html_join(mark_safe("<br>"), "{}: {}", lines)
