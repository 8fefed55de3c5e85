"""The trail: what happened to cases, and who was sent which image. Only ever read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.scoped_admin import ScopedAdmin
from cases.admin.cases import ORGANIZATIONS
from cases.models import AccessRecord, CaseEvent


@admin.register(CaseEvent)
class CaseEventAdmin(ScopedAdmin):
    organization_lookups = tuple(f"case__{name}" for name in ORGANIZATIONS)
    list_display = ("at", "kind", "of_case", "actor")
    list_filter = ("kind", "at")
    list_select_related = ("case", "actor")
    id_lookups = ("case", "radiograph")
    search_fields = ("case__patient_reference__startswith",)
    ordering = ("-id",)
    fields = ("at", "kind", "case", "radiograph", "analysis", "actor", "detail")
    readonly_fields = fields

    @admin.display(description=_("case"))
    def of_case(self, event: CaseEvent) -> str:
        return event.case.patient_reference


@admin.register(AccessRecord)
class AccessRecordAdmin(ScopedAdmin):
    organization_lookups = tuple(f"radiograph__case__{name}" for name in ORGANIZATIONS)
    list_display = ("at", "user", "organization", "rendition", "of_case")
    list_filter = ("rendition", "at")
    list_select_related = ("user", "organization", "radiograph__case")
    id_lookups = ("radiograph__case", "radiograph")
    search_fields = ("user__email__istartswith",)
    ordering = ("-id",)
    fields = ("at", "user", "organization", "radiograph", "rendition")
    readonly_fields = fields

    @admin.display(description=_("case"))
    def of_case(self, record: AccessRecord) -> str:
        return record.radiograph.case.patient_reference
