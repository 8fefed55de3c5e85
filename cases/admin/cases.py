"""Cases: a list to find one in, and one case with its radiographs and their analyses."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.scoped_admin import OrganizationFilter, ScopedAdmin, ScopedInline
from cases.admin.display import link, probability, thumbnail
from cases.models import Analysis, Case, FirstImpression, Radiograph, Read

ORGANIZATIONS = ("submitting_organization", "reading_organization")


class RadiographInline(ScopedInline, admin.TabularInline):
    model = Radiograph
    fields = ("image", "position", "view", "format", "size", "not_assessable", "withdrawn_at")
    readonly_fields = fields

    @admin.display(description=_("radiograph"))
    def image(self, radiograph: Radiograph) -> SafeString | str:
        return thumbnail(radiograph)

    @admin.display(description=_("size"))
    def size(self, radiograph: Radiograph) -> str:
        return f"{radiograph.width} x {radiograph.height}, {radiograph.bits} bit"


class ReadInline(ScopedInline, admin.TabularInline):
    model = Read
    fk_name = "case"
    fields = ("conclusion", "reader", "created_at", "agreement", "comment", "amends")
    readonly_fields = fields


class ImpressionInline(ScopedInline, admin.TabularInline):
    model = FirstImpression
    fields = ("conclusion", "reader", "created_at")
    readonly_fields = fields


@admin.register(Case)
class CaseAdmin(ScopedAdmin):
    organization_lookups = ORGANIZATIONS
    list_display = (
        "patient_reference",
        "images",
        "level",
        "status",
        "priority",
        "body_region",
        "submitting_organization",
        "reading_organization",
        "created_at",
    )
    list_filter = (
        "level",
        "status",
        "priority",
        "body_region",
        "source",
        # not date_hierarchy, which reads all dates there are before it shows a page
        "created_at",
        *((name, OrganizationFilter) for name in ORGANIZATIONS),
    )
    list_select_related = ORGANIZATIONS
    search_fields = ("patient_reference__startswith",)
    search_help_text = _("The beginning of a patient reference, or a whole id.")
    inlines = (RadiographInline, ImpressionInline, ReadInline)
    fields = (
        "id",
        "patient_reference",
        ("age_years", "sex"),
        ("body_region", "side"),
        "clinical_question",
        ("status", "level", "priority"),
        "reading_deadline",
        *ORGANIZATIONS,
        ("submitted_by", "source"),
        ("created_at", "updated_at", "read_at"),
        ("withdrawn_at", "withdrawal_reason"),
        "analyses",
    )
    readonly_fields = (
        "id",
        "status",
        "level",
        "created_at",
        "updated_at",
        "read_at",
        "withdrawn_at",
        "withdrawal_reason",
        "analyses",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        shown = Radiograph.objects.filter(withdrawn_at__isnull=True).order_by("position")
        rows: QuerySet[Case] = super().get_queryset(request)
        return rows.prefetch_related(Prefetch("radiographs", shown, to_attr="shown_radiographs"))

    @admin.display(description=_("radiographs"))
    def images(self, case: Any) -> SafeString | str:
        if case.withdrawn_at:
            return ""
        shown = case.shown_radiographs[:3]
        return format_html_join(" ", "{}", ((thumbnail(one),) for one in shown))

    @admin.display(description=_("analyses"))
    def analyses(self, case: Case) -> SafeString:
        rows = Analysis.objects.filter(radiograph__case=case).select_related(
            "radiograph", "model_version"
        )
        return format_html_join(
            "",
            "<div>{}: {} {} {} ({})</div>",
            (
                (
                    row.radiograph,
                    link(row),
                    row.get_level_display(),
                    probability(row),
                    row.model_version,
                )
                for row in rows.order_by("radiograph__position", "-created_at")
            ),
        )
