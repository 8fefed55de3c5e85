"""What belongs to the platform and not to one organization: model versions and workers."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.scoped_admin import ScopedAdmin
from cases import figures
from cases.admin.display import measured_figures
from cases.models import ModelVersion, Worker
from cases.services import model_versions


@admin.register(ModelVersion)
class ModelVersionAdmin(ScopedAdmin):
    operators_only = True
    list_display = (
        "__str__",
        "is_active",
        "is_demonstration",
        "auc",
        "preprocessing_version",
        "created_at",
        "activated_at",
    )
    list_filter = ("is_active", "is_demonstration")
    fields = (
        ("name", "version"),
        ("is_active", "is_demonstration"),
        "card_page",
        "measured",
        "weights_sha256",
        "preprocessing_version",
        "manifest",
        ("created_at", "activated_at"),
    )
    readonly_fields = tuple(
        name for names in fields for name in ((names,) if isinstance(names, str) else names)
    )
    actions = ("activate",)

    @admin.display(description=gettext_lazy("AUC"))
    def auc(self, model: ModelVersion) -> str:
        known = figures.known_figure(model, "auc")
        return "" if known is None else str(known)

    @admin.display(description=gettext_lazy("measured"))
    def measured(self, model: ModelVersion) -> SafeString:
        return measured_figures(model)

    @admin.display(description=gettext_lazy("model card"))
    def card_page(self, model: ModelVersion) -> SafeString:
        address = reverse("model_card", args=[model.pk])
        return format_html('<a href="{}">{}</a>', address, _("Open the card"))

    @admin.action(
        description=gettext_lazy("Use for clinical analyses from now on"), permissions=["act"]
    )
    def activate(self, request: HttpRequest, rows: QuerySet[ModelVersion]) -> None:
        chosen = list(rows[:2])
        if len(chosen) != 1:
            self.message_user(request, _("Choose exactly one model version."), messages.ERROR)
            return
        try:
            model_versions.activate(model_version=chosen[0])
        except model_versions.BundleMissing as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        said = _("New analyses are asked of %(model)s. Workers load it within seconds.")
        self.message_user(request, said % {"model": chosen[0]}, messages.SUCCESS)


@admin.register(Worker)
class WorkerAdmin(ScopedAdmin):
    operators_only = True
    list_display = ("name", "kind", "engine", "model_version", "started_at", "seen_at")
    list_filter = ("kind",)
    list_select_related = ("model_version",)
    fields = list_display
    readonly_fields = list_display
