"""Addresses of the clinical pages."""

from django.urls import path

from cases.views.actions import case_correct, case_rerun, case_withdraw
from cases.views.attention import attention
from cases.views.case import case_page, case_status
from cases.views.export import case_export
from cases.views.figures import figures
from cases.views.history import case_list
from cases.views.images import analysis_heatmap, radiograph_image
from cases.views.models import model_card, model_list, model_plot
from cases.views.printable import case_print
from cases.views.reading import case_impression, case_read
from cases.views.report import case_report
from cases.views.resumable import upload_list, upload_one
from cases.views.uploads import case_add, case_new
from cases.views.webhook_endpoint import (
    webhook_change,
    webhook_endpoint,
    webhook_off,
    webhook_on,
    webhook_remove,
    webhook_replay,
    webhook_replay_failed,
    webhook_rotate,
    webhook_test,
)
from cases.views.webhooks import webhook_add, webhook_list
from cases.views.worklist import home, work, work_state

HOOK = "organization/webhooks/<uuid:endpoint_id>/"

urlpatterns = [
    path("", home, name="home"),
    path("worklist/", work, name="worklist"),
    path("worklist/state/", work_state, name="work_state"),
    path("cases/", case_list, name="case_list"),
    path("attention/", attention, name="attention"),
    path("organization/figures/", figures, name="figures"),
    path("organization/webhooks/", webhook_list, name="webhooks"),
    path("organization/webhooks/add/", webhook_add, name="webhook_add"),
    path(
        "organization/webhooks/deliveries/<uuid:delivery_id>/replay/",
        webhook_replay,
        name="webhook_replay",
    ),
    path(HOOK, webhook_endpoint, name="webhook_endpoint"),
    path(f"{HOOK}change/", webhook_change, name="webhook_change"),
    path(f"{HOOK}secret/", webhook_rotate, name="webhook_rotate"),
    path(f"{HOOK}off/", webhook_off, name="webhook_off"),
    path(f"{HOOK}on/", webhook_on, name="webhook_on"),
    path(f"{HOOK}remove/", webhook_remove, name="webhook_remove"),
    path(f"{HOOK}test/", webhook_test, name="webhook_test"),
    path(f"{HOOK}replay/", webhook_replay_failed, name="webhook_replay_failed"),
    path("cases.csv", case_export, name="case_export"),
    path("cases/new/", case_new, name="case_new"),
    path("cases/<uuid:case_id>/", case_page, name="case_page"),
    path("cases/<uuid:case_id>/status/", case_status, name="case_status"),
    path("cases/<uuid:case_id>/rerun/", case_rerun, name="case_rerun"),
    path("cases/<uuid:case_id>/withdraw/", case_withdraw, name="case_withdraw"),
    path("cases/<uuid:case_id>/correct/", case_correct, name="case_correct"),
    path("cases/<uuid:case_id>/report.pdf", case_report, name="case_report"),
    path("cases/<uuid:case_id>/report/", case_print, name="case_print"),
    path("cases/<uuid:case_id>/read/", case_read, name="case_read"),
    path("cases/<uuid:case_id>/impression/", case_impression, name="case_impression"),
    path("cases/<uuid:case_id>/add/", case_add, name="case_add"),
    path(
        "radiographs/<uuid:radiograph_id>/<slug:rendition>",
        radiograph_image,
        name="radiograph_image",
    ),
    path("analyses/<uuid:analysis_id>/heatmap", analysis_heatmap, name="analysis_heatmap"),
    path("uploads/", upload_list, name="upload_list"),
    path("uploads/<uuid:upload_id>/", upload_one, name="upload_one"),
    path("models/", model_list, name="model_list"),
    path("models/<uuid:model_version_id>/", model_card, name="model_card"),
    path("models/<uuid:model_version_id>/<str:name>", model_plot, name="model_plot"),
]
