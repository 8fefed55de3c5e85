"""Radiographs: what came in and what was kept of it."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.scoped_admin import ScopedAdmin, ScopedInline
from cases.admin.cases import ORGANIZATIONS
from cases.admin.display import link, probability, thumbnail, total_ms
from cases.models import Analysis, Radiograph


class AnalysisInline(ScopedInline, admin.TabularInline):
    model = Analysis
    fields = ("status", "level", "number", "model_version", "attempt", "took", "error_message")
    readonly_fields = fields

    @admin.display(description=_("probability"))
    def number(self, analysis: Analysis) -> str:
        return probability(analysis)

    @admin.display(description=_("took"))
    def took(self, analysis: Analysis) -> str:
        return total_ms(analysis)


@admin.register(Radiograph)
class RadiographAdmin(ScopedAdmin):
    organization_lookups = tuple(f"case__{name}" for name in ORGANIZATIONS)
    list_display = ("image", "of_case", "view", "format", "not_assessable", "created_at")
    list_display_links = ("image", "of_case")
    list_filter = ("format", "view", "not_assessable")
    list_select_related = ("case",)
    id_lookups = ("pk", "case")
    search_fields = ("sha256", "case__patient_reference__startswith")
    ordering = ("-created_at",)
    inlines = (AnalysisInline,)
    fields = (
        "image",
        "id",
        "of_case",
        ("position", "view"),
        ("format", "received_bytes", "sha256"),
        ("width", "height", "bits"),
        ("pixel_spacing_row_mm", "pixel_spacing_column_mm", "pixel_spacing_kind"),
        "seen_before",
        "not_assessable",
        "deidentification",
        "warnings",
        "created_at",
        ("withdrawn_at", "withdrawal_reason"),
    )
    readonly_fields = tuple(
        name for names in fields for name in ((names,) if isinstance(names, str) else names)
    )

    @admin.display(description=_("radiograph"))
    def image(self, radiograph: Radiograph) -> SafeString | str:
        return gettext("withdrawn") if radiograph.case.withdrawn_at else thumbnail(radiograph)

    @admin.display(description=_("case"))
    def of_case(self, radiograph: Radiograph) -> str:
        return str(radiograph.case)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Radiograph | None:
        """With `seen_earlier`: a partner may have sent the file before, for others to read."""
        radiograph: Radiograph | None = super().get_object(request, object_id, from_field)
        if radiograph is not None:
            earlier = radiograph.same_file_as
            shown = earlier if earlier and self.in_scope(request, earlier) else None
            radiograph.seen_earlier = shown  # type: ignore[attr-defined]
        return radiograph

    @admin.display(description=_("same file as"))
    def seen_before(self, radiograph: Radiograph) -> SafeString | str:
        earlier: Radiograph | None = getattr(radiograph, "seen_earlier", None)
        return link(earlier) if earlier else ""
