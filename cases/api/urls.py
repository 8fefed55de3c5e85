"""Addresses of the REST API, version 1."""

from django.urls import include, path, re_path

from cases.api.views.account import MeView, UsageView
from cases.api.views.actions import CancelView, RerunView, WithdrawView
from cases.api.views.cases import CasesView, CaseView
from cases.api.views.describing import DocsView, SchemaView
from cases.api.views.models import ActiveModelView, ModelView
from cases.api.views.nothing import NOTHING, NothingView
from cases.api.views.radiographs import AnalysesView, HeatmapView, ImageView, RadiographsView
from cases.api.views.reads import ReadsView
from cases.api.views.webhooks import (
    DeliveriesView,
    EndpointsView,
    EndpointView,
    ReplayFailedView,
    ReplayView,
    SecretView,
    SendTestView,
)

_V1 = [
    path("cases/", CasesView.as_view(), name="api_cases"),
    path("cases/<uuid:case_id>/", CaseView.as_view(), name="api_case"),
    path("cases/<uuid:case_id>/cancel/", CancelView.as_view(), name="api_cancel"),
    path("cases/<uuid:case_id>/rerun/", RerunView.as_view(), name="api_rerun"),
    path("cases/<uuid:case_id>/withdraw/", WithdrawView.as_view(), name="api_withdraw"),
    path("cases/<uuid:case_id>/radiographs/", RadiographsView.as_view(), name="api_radiographs"),
    path("cases/<uuid:case_id>/reads/", ReadsView.as_view(), name="api_reads"),
    path("cases/<uuid:case_id>/analyses/", AnalysesView.as_view(), name="api_analyses"),
    path(
        "radiographs/<uuid:radiograph_id>/<slug:rendition>/", ImageView.as_view(), name="api_image"
    ),
    path("analyses/<uuid:analysis_id>/heatmap/", HeatmapView.as_view(), name="api_heatmap"),
    path("models/active/", ActiveModelView.as_view(), name="api_active_model"),
    path("models/<uuid:model_version_id>/", ModelView.as_view(), name="api_model"),
    path("webhooks/", EndpointsView.as_view(), name="api_webhooks"),
    path("webhooks/<uuid:endpoint_id>/", EndpointView.as_view(), name="api_webhook"),
    path("webhooks/<uuid:endpoint_id>/secret/", SecretView.as_view(), name="api_webhook_secret"),
    path("webhooks/<uuid:endpoint_id>/test/", SendTestView.as_view(), name="api_webhook_test"),
    path(
        "webhooks/<uuid:endpoint_id>/deliveries/",
        DeliveriesView.as_view(),
        name="api_webhook_deliveries",
    ),
    path(
        "webhooks/<uuid:endpoint_id>/replay/",
        ReplayFailedView.as_view(),
        name="api_webhook_replay_failed",
    ),
    path(
        "webhooks/deliveries/<uuid:delivery_id>/replay/",
        ReplayView.as_view(),
        name="api_webhook_replay",
    ),
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", DocsView.as_view(), name="api_docs"),
    path("me/", MeView.as_view(), name="api_me"),
    path("usage/", UsageView.as_view(), name="api_usage"),
]
urlpatterns = [
    path("v1/", include(_V1)),
    re_path(r"^[\s\S]*$", NothingView.as_view(), name=NOTHING),
]
