"""Webhooks: endpoints, what was sent, and each attempt. Only looked at; people change them on
their organization's page."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.scoped_admin import ScopedAdmin, ScopedInline
from cases.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ScopedAdmin):
    organization_lookups = ("organization",)
    list_display = (
        "__str__",
        "organization",
        "is_active",
        "consecutive_failures",
        "last_success_at",
        "disabled_reason",
    )
    list_filter = ("is_active", "disabled_reason")
    list_select_related = ("organization",)
    fields = (
        "organization",
        ("url", "description"),
        "event_types",
        ("is_active", "listening_since"),
        ("disabled_at", "disabled_reason"),
        ("last_success_at", "failing_since", "consecutive_failures", "resting_until"),
        ("handed_over_at", "turn_until"),
        "previous_secret_until",
        ("created_by", "created_at"),
    )
    readonly_fields = tuple(
        name for names in fields for name in ((names,) if isinstance(names, str) else names)
    )


class AttemptInline(ScopedInline, admin.TabularInline):
    model = WebhookAttempt
    fields = ("at", "http_status", "error_code", "milliseconds", "answer")
    readonly_fields = fields
    show_change_link = False


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ScopedAdmin):
    organization_lookups = ("endpoint__organization",)
    list_display = ("created_at", "type", "endpoint", "status", "attempts", "next_attempt_at")
    list_filter = ("status", "event__type")
    list_select_related = ("event", "endpoint")
    id_lookups = ("pk", "event", "event__case")
    ordering = ("-created_at",)
    fields = (
        "endpoint",
        ("event_id", "type"),
        "payload",
        ("status", "attempts", "next_attempt_at"),
        ("created_at", "lease_until", "finished_at"),
    )
    readonly_fields = tuple(
        name for names in fields for name in ((names,) if isinstance(names, str) else names)
    )
    inlines = (AttemptInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        return super().get_queryset(request).select_related("event")

    @admin.display(description=_("event"))
    def type(self, delivery: WebhookDelivery) -> str:
        return delivery.event.type

    @admin.display(description=_("payload"))
    def payload(self, delivery: WebhookDelivery) -> str:
        return str(delivery.event.payload)
