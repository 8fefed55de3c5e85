"""Every address of the site, and what each person is answered there.

A row names the route as the URLconf spells it, an address on it, a method and the answers. Whoever
adds an address adds its row here; `tests/test_access_matrix.py` fails until that is done.
"""

from django.contrib import admin

from accounts.scoped_admin import ScopedAdmin
from tests.access_rows import (
    ADMIN_SIGN_IN,
    ADMINISTRATORS,
    DONE,
    PEOPLE,
    SIDES,
    SIGN_IN,
    SUBMITTERS,
    Answer,
    Row,
    answers,
    everybody,
)

CASE = answers((*SIDES, "operator"))
CASE_POST = answers((*SIDES, "operator"), DONE)
SUBMITTED = answers(SUBMITTERS, reader=403, reading_administrator=403)
SUBMITTED_POST = answers(SUBMITTERS, DONE, reader=403, reading_administrator=403)
READING = answers(("reader",), partner=404, stranger=404, others=403)
ADDING = answers(SIDES, operator=403)

HOOK, HOOK_POST = (
    answers(("administrator", "operator")),
    answers(("administrator", "operator"), DONE),
)
HOOKS = "organization/webhooks/"
WEBHOOKS = [
    Row(HOOKS, f"/{HOOKS}", answers(ADMINISTRATORS)),
    Row(HOOKS, f"/{HOOKS}?of={{sender}}", HOOK),
    Row(f"{HOOKS}add/", f"/{HOOKS}add/", answers(seen=405)),
    Row(f"{HOOKS}add/", f"/{HOOKS}add/", answers(ADMINISTRATORS, DONE), "post"),
    Row(f"{HOOKS}<uuid:endpoint_id>/", f"/{HOOKS}{{webhookendpoint}}/", HOOK),
    Row(f"{HOOKS}<uuid:endpoint_id>/", f"/{HOOKS}{{nothing}}/", answers((), 404)),
    *(
        Row(
            f"{HOOKS}<uuid:endpoint_id>/{act}/",
            f"/{HOOKS}{{webhookendpoint}}/{act}/",
            table,
            method,
        )
        for act in ("change", "secret", "off", "on", "remove", "test", "replay")
        for table, method in ((answers(seen=405), "get"), (HOOK_POST, "post"))
    ),
    *(
        Row(
            f"{HOOKS}deliveries/<uuid:delivery_id>/replay/",
            f"/{HOOKS}deliveries/{{webhookdelivery}}/replay/",
            table,
            method,
        )
        for table, method in ((answers(seen=405), "get"), (HOOK_POST, "post"))
    ),
]

CASES = [
    Row("", "/", answers()),
    Row("worklist/", "/worklist/", answers()),
    Row("worklist/state/", "/worklist/state/", answers()),
    Row("cases/", "/cases/", answers()),
    Row("attention/", "/attention/", answers()),
    Row("organization/figures/", "/organization/figures/", answers()),
    Row(
        "organization/figures/",
        "/organization/figures/?of={sender}",
        answers(("owner", "colleague", "administrator", "operator")),
    ),
    Row("organization/figures/", "/organization/figures/?of={nothing}", answers((), 404)),
    *WEBHOOKS,
    Row("cases.csv", "/cases.csv", answers()),
    Row("cases/new/", "/cases/new/", answers(operator=403)),
    Row("cases/new/", "/cases/new/", answers(seen=DONE, operator=403), "post"),
    Row("cases/<uuid:case_id>/", "/cases/{case}/", CASE),
    Row("cases/<uuid:case_id>/", "/cases/{nothing}/", answers((), 404)),
    Row("cases/<uuid:case_id>/status/", "/cases/{case}/status/", CASE),
    Row("cases/<uuid:case_id>/rerun/", "/cases/{case}/rerun/", answers(seen=405)),
    Row("cases/<uuid:case_id>/rerun/", "/cases/{case}/rerun/", CASE_POST, "post"),
    Row("cases/<uuid:case_id>/withdraw/", "/cases/{case}/withdraw/", SUBMITTED),
    Row("cases/<uuid:case_id>/withdraw/", "/cases/{case}/withdraw/", SUBMITTED_POST, "post"),
    Row("cases/<uuid:case_id>/correct/", "/cases/{case}/correct/", SUBMITTED),
    Row("cases/<uuid:case_id>/correct/", "/cases/{case}/correct/", SUBMITTED_POST, "post"),
    Row("cases/<uuid:case_id>/report.pdf", "/cases/{case}/report.pdf", CASE),
    Row("cases/<uuid:case_id>/report/", "/cases/{case}/report/", CASE),
    Row("cases/<uuid:case_id>/read/", "/cases/{case}/read/", READING),
    Row("cases/<uuid:case_id>/read/", "/cases/{case}/read/", {**READING, "reader": DONE}, "post"),
    Row("cases/<uuid:case_id>/impression/", "/cases/{case}/impression/", answers(seen=405)),
    Row(
        "cases/<uuid:case_id>/impression/",
        "/cases/{case}/impression/",
        {**READING, "reader": DONE},
        "post",
    ),
    Row("cases/<uuid:case_id>/add/", "/cases/{case}/add/", ADDING),
    Row(
        "cases/<uuid:case_id>/add/",
        "/cases/{case}/add/",
        {**ADDING, **dict.fromkeys(SIDES, DONE)},
        "post",
    ),
    *(
        Row(
            "radiographs/<uuid:radiograph_id>/<slug:rendition>",
            f"/radiographs/{{radiograph}}/{name}",
            table,
        )
        for name, table in {
            "original": CASE,
            "canonical": CASE,
            "thumbnail": CASE,
            "deep": answers((), 404),
            "heatmap": answers((), 404),
            "nonsense": answers((), 404),
        }.items()
    ),
    Row("analyses/<uuid:analysis_id>/heatmap", "/analyses/{analysis}/heatmap", CASE),
    Row("uploads/", "/uploads/", answers(operator=403, anonymous=401)),
    Row("uploads/", "/uploads/", answers(seen=204, operator=403, anonymous=401), "options"),
    Row("uploads/", "/uploads/", answers(seen=412, operator=412, anonymous=401), "post"),
    *(
        Row("uploads/<uuid:upload_id>/", f"/uploads/{{{one}}}/", table)
        for one, table in {
            "upload": answers(("owner",), operator=403, anonymous=401),
            "nothing": answers((), operator=403, anonymous=401),
        }.items()
    ),
    *(
        Row(
            "uploads/<uuid:upload_id>/",
            "/uploads/{upload}/",
            answers(seen=412, anonymous=401),
            method,
        )
        for method in ("head", "patch", "delete")
    ),
    Row("models/", "/models/", answers()),
    Row("models/<uuid:model_version_id>/", "/models/{model_version}/", answers()),
    *(
        Row("models/<uuid:model_version_id>/<str:name>", f"/models/{{model_version}}/{name}", table)
        for name, table in {"roc.png": answers(), "model.tflite": answers((), 404)}.items()
    ),
    Row("status.json", "/status.json", everybody(200)),
    Row("offline/", "/offline/", everybody(200)),
    Row("manifest.webmanifest", "/manifest.webmanifest", everybody(200)),
    Row("service-worker.js", "/service-worker.js", everybody(200)),
]

CLOSED = {
    "account/signup/": "/account/signup/",
    "account/email/": "/account/email/",
    "account/confirm-email/": "/account/confirm-email/",
    "account/confirm-email/<path:key>/": "/account/confirm-email/a/b/",
    "account/^confirm-email/(?P<key>[-:\\w]+)/$": "/account/confirm-email/key/",
    "account/password/set/": "/account/password/set/",
    "account/login/code/confirm/": "/account/login/code/confirm/",
}
OWN = {  # pages of one's own account, and what they answer to a person without a second step
    "account/": 200,
    "account/password/change/": 200,
    "account/reauthenticate/": 200,
    "account/2fa/": 200,
    "account/sessions/": 200,
    "account/2fa/reauthenticate/": 302,
    "account/2fa/totp/activate/": 302,
    "account/2fa/totp/deactivate/": 404,
    "account/2fa/recovery-codes/": 404,
    "account/2fa/recovery-codes/generate/": 302,
    "account/2fa/recovery-codes/download/": 404,
}
RESET = "account/password/reset/"
ACCOUNTS = [
    *(Row(route, address, everybody(404)) for route, address in CLOSED.items()),
    *(Row(route, address, everybody(404), "post") for route, address in CLOSED.items()),
    *(Row(route, f"/{route}", answers(seen=seen)) for route, seen in OWN.items()),
    Row("account/", "/account/", answers(seen=DONE), "post"),
    Row("account/login/", "/account/login/", answers(seen=302, anonymous=200)),
    Row("account/logout/", "/account/logout/", answers(seen=200)),
    Row("account/logout/", "/account/logout/", answers(seen=SIGN_IN), "post"),
    Row("account/inactive/", "/account/inactive/", everybody(200)),
    Row("account/2fa/authenticate/", "/account/2fa/authenticate/", answers(seen=302)),
    Row(RESET, f"/{RESET}", everybody(200)),
    Row(f"{RESET}done/", f"/{RESET}done/", everybody(200)),
    Row(f"{RESET}key/done/", f"/{RESET}key/done/", everybody(200)),
    Row(
        "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        f"/{RESET}key/1-nonsense/",
        everybody(200),
    ),
    Row("invitation/<str:token>/", "/invitation/{token}/", everybody(200)),
    Row("invitation/<str:token>/", "/invitation/guessed/", everybody(404)),
    Row("organization/", "/organization/", answers(ADMINISTRATORS)),
    Row(
        "organization/",
        "/organization/?of={sender}",
        answers(("administrator", "operator")),
    ),
    Row("organization/reading/", "/organization/reading/", everybody(405)),
    Row(
        "organization/reading/",
        "/organization/reading/",
        answers(("reading_administrator", "operator"), DONE),
        "post",
    ),
    Row("organization/invite/", "/organization/invite/", everybody(405)),
    Row("organization/invite/", "/organization/invite/", answers(ADMINISTRATORS, DONE), "post"),
    Row("organization/keys/", "/organization/keys/", answers(ADMINISTRATORS)),
    Row(
        "organization/keys/",
        "/organization/keys/?of={sender}",
        answers(("administrator", "operator")),
    ),
    Row("organization/keys/new/", "/organization/keys/new/", everybody(405)),
    Row("organization/keys/new/", "/organization/keys/new/", answers(ADMINISTRATORS, DONE), "post"),
    *(
        row
        for route, address in (
            ("organization/keys/<uuid:pk>/revoke/", "/organization/keys/{apikey}/revoke/"),
            (
                "organization/invitations/<uuid:pk>/revoke/",
                "/organization/invitations/{invitation}/revoke/",
            ),
            *(
                (f"organization/people/<uuid:pk>/{act}/", f"/organization/people/{{person}}/{act}/")
                for act in ("role", "deactivate", "reactivate", "second-step")
            ),
        )
        for row in (
            Row(route, address, everybody(405)),
            Row(route, address, answers(("administrator", "operator"), DONE), "post"),
        )
    ),
]


def administration(
    seen: Answer = 200, who: tuple[str, ...] = ADMINISTRATORS, staff: Answer = 403
) -> dict[str, Answer]:
    """`seen` for `who`, `staff` for the other administrators; the rest may not come in at all."""
    table = answers((), others=ADMIN_SIGN_IN, anonymous=ADMIN_SIGN_IN)
    return {**table, **dict.fromkeys(ADMINISTRATORS, staff), **dict.fromkeys(who, seen)}


def model_rows(name: str, page: ScopedAdmin) -> list[Row]:
    """The pages that Django makes for one model."""
    route, operator = f"admin/{name}/", ("operator",)
    one = f"/{route}{{{name.split('/')[1]}}}/"
    if page.operators_only:
        listed = one_seen = administration(who=operator)
        history = administration(who=operator, staff=404)
    else:
        listed = administration()
        both = name.startswith("cases/") and not name.startswith("cases/webhook")
        sees = ADMINISTRATORS if both else ("administrator", "operator")
        history = one_seen = administration(who=sees, staff=404)
    adds = administration(who=operator if name == "accounts/organization" else ())
    if name == "accounts/apikey":
        adds = administration(302)  # to the page that makes keys
    return [
        Row(route, f"/{route}", listed),
        Row(f"{route}add/", f"/{route}add/", adds),
        Row(f"{route}<path:object_id>/change/", f"{one}change/", one_seen),
        Row(f"{route}<path:object_id>/history/", f"{one}history/", history),
        Row(f"{route}<path:object_id>/delete/", f"{one}delete/", administration(who=())),
        Row(f"{route}<path:object_id>/delete/", f"{one}delete/", administration(who=()), "post"),
        Row(f"{route}<path:object_id>/", one, administration(302)),
    ]


ADMINISTRATION = [
    Row("admin/", "/admin/", administration()),
    Row("admin/login/", "/admin/login/", answers(ADMINISTRATORS, 302)),
    Row("admin/login/", "/admin/login/", answers(ADMINISTRATORS, 302), "post"),
    Row(
        "admin/logout/",
        "/admin/logout/",
        administration(405) | {person: 302 for person in PEOPLE if person not in ADMINISTRATORS},
    ),
    Row("admin/password_change/", "/admin/password_change/", administration(302)),
    Row("admin/autocomplete/", "/admin/autocomplete/", administration(403)),
    Row("admin/jsi18n/", "/admin/jsi18n/", administration()),
    Row("admin/^(?P<app_label>accounts|cases)/$", "/admin/cases/", administration()),
    Row("admin/(?P<url>.*)$", "/admin/nothing/here/", administration(404)),
    *(
        row
        for model, page in admin.site._registry.items()
        if isinstance(page, ScopedAdmin)
        for row in model_rows(f"{model._meta.app_label}/{model._meta.model_name}", page)
    ),
]

ROWS = [*CASES, *ACCOUNTS, *ADMINISTRATION]
