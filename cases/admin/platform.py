"""What belongs to the platform and not to one organization: model versions and workers."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.scoped_admin import ScopedAdmin
from cases.models import ModelVersion, Worker
from cases.services import model_versions


@admin.register(ModelVersion)
class ModelVersionAdmin(ScopedAdmin):
    operators_only = True
    list_display = (
        "__str__",
        "is_active",
        "is_demonstration",
        "preprocessing_version",
        "created_at",
        "activated_at",
    )
    list_filter = ("is_active", "is_demonstration")
    fields = (
        ("name", "version"),
        ("is_active", "is_demonstration"),
        "weights_sha256",
        "preprocessing_version",
        "manifest",
        "card",
        ("created_at", "activated_at"),
    )
    readonly_fields = tuple(
        name for names in fields for name in ((names,) if isinstance(names, str) else names)
    )
    actions = ("activate",)

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
