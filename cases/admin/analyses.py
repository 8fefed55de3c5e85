"""Analyses: what the queue and the workers made of each radiograph."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.scoped_admin import ScopedAdmin
from cases.admin.cases import ORGANIZATIONS
from cases.admin.display import probability, total_ms
from cases.models import Analysis
from cases.services import analyses


@admin.register(Analysis)
class AnalysisAdmin(ScopedAdmin):
    organization_lookups = tuple(f"radiograph__case__{name}" for name in ORGANIZATIONS)
    list_display = (
        "created_at",
        "status",
        "of_case",
        "level",
        "number",
        "model_version",
        "attempt",
        "worker_name",
        "took",
        "error_message",
    )
    list_filter = ("status", "level", "purpose", "lane", "error_code", "model_version")
    list_select_related = ("radiograph__case", "model_version")
    id_lookups = ("pk", "radiograph__case")
    search_fields = ("radiograph__case__patient_reference__startswith",)
    fields = (
        ("id", "of_case", "radiograph"),
        ("status", "attempt", "purpose", "lane"),
        ("level", "number", "logit", "class_scores"),
        ("thresholds", "marks"),
        ("model_version", "weights_sha256", "preprocessing_version", "engine"),
        ("worker_name", "timings_ms"),
        ("error_code", "error_message"),
        ("requested_by", "created_at", "queued_at"),
        ("published_at", "publications"),
        ("started_at", "lease_until", "finished_at"),
    )
    readonly_fields = tuple(name for names in fields for name in names)
    actions = ("queue_again", "cancel")

    @admin.display(description=gettext_lazy("case"))
    def of_case(self, analysis: Analysis) -> str:
        return analysis.radiograph.case.patient_reference

    @admin.display(description=gettext_lazy("probability"), ordering="probability")
    def number(self, analysis: Analysis) -> str:
        return probability(analysis)

    @admin.display(description=gettext_lazy("took"))
    def took(self, analysis: Analysis) -> str:
        return total_ms(analysis)

    @admin.action(description=gettext_lazy("Queue again"), permissions=["act"])
    def queue_again(self, request: HttpRequest, rows: QuerySet[Analysis]) -> None:
        """Once for each radiograph chosen; its earlier analyses stay as they are."""
        user: User = request.user  # type: ignore[assignment]  # signed in

        def again(row: Analysis) -> bool:
            analyses.rerun(radiograph=row.radiograph, actor=user)
            return True

        chosen = {row.radiograph_id: row for row in rows.select_related("radiograph__case")}
        done = self._each(request, list(chosen.values()), again)
        said = ngettext("One radiograph was queued.", "%(n)s radiographs were queued.", done)
        self.message_user(request, said % {"n": done})

    @admin.action(description=gettext_lazy("Cancel"), permissions=["act"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Analysis]) -> None:
        """Only what still waits can be cancelled; the message says how many that were."""
        user: User = request.user  # type: ignore[assignment]  # signed in
        chosen = list(rows)
        done = self._each(
            request, chosen, lambda row: analyses.cancel(analysis_id=row.pk, actor=user)
        )
        said = _("%(n)s of %(all)s were cancelled; the others were not waiting any more.")
        self.message_user(request, said % {"n": done, "all": len(chosen)})

    def _each(
        self, request: HttpRequest, rows: list[Analysis], act: Callable[[Analysis], bool]
    ) -> int:
        """How many rows it worked for; why not for the others is said, each reason once."""
        done, reasons = 0, set()
        for row in rows:
            try:
                done += act(row)
            except (analyses.CannotBeAnalysed, analyses.NoActiveModel) as problem:
                reasons.add(str(problem))
        for reason in sorted(reasons):
            self.message_user(request, reason, messages.WARNING)
        return done
