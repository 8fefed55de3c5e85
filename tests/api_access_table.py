"""The API's addresses, for people who signed in: they may look, and what they change needs the
form's token besides. Programs with keys: `tests/cases/api/test_access.py`."""

from tests.access_rows import (
    ADMINISTRATORS,
    SIDES,
    SUBMITTERS,
    Answer,
    Row,
    answers,
    everybody,
)
from tests.access_table import CASE

NOT_JSON = 415  # the matrix sends forms; whoever may send something is told what kind


def _door(table: dict[str, Answer]) -> dict[str, Answer]:
    """Nobody is led to a page to sign in."""
    return {**table, "anonymous": 401}


ANYBODY = _door(answers())
SEEN = _door(CASE)
ACTING = _door(answers((*SIDES, "operator"), NOT_JSON))
WITHDRAWING = _door(
    answers(SUBMITTERS, NOT_JSON, reader=403, reading_administrator=403),
)
ONE_CASE = "api/v1/cases/<uuid:case_id>/"

HOOKS = "api/v1/webhooks/"
ONE_HOOK = f"{HOOKS}<uuid:endpoint_id>/"
WHO_HOOKS = ("administrator", "operator")
HOOKED, HOOKING = _door(answers(WHO_HOOKS)), _door(answers(WHO_HOOKS, NOT_JSON))
NO_GET = _door(answers(seen=405))
WEBHOOKS = [
    Row(HOOKS, f"/{HOOKS}", _door(answers(ADMINISTRATORS, others=403))),
    Row(HOOKS, f"/{HOOKS}", _door(answers(ADMINISTRATORS, NOT_JSON, 403, operator=403)), "post"),
    Row(ONE_HOOK, f"/{HOOKS}{{webhookendpoint}}/", HOOKED),
    Row(ONE_HOOK, f"/{HOOKS}{{nothing}}/", _door(answers((), 404))),
    Row(ONE_HOOK, f"/{HOOKS}{{webhookendpoint}}/", HOOKED, "patch"),
    Row(ONE_HOOK, f"/{HOOKS}{{webhookendpoint}}/", _door(answers(WHO_HOOKS, 204)), "delete"),
    Row(f"{ONE_HOOK}deliveries/", f"/{HOOKS}{{webhookendpoint}}/deliveries/", HOOKED),
    *(
        Row(f"{ONE_HOOK}{act}/", f"/{HOOKS}{{webhookendpoint}}/{act}/", table, method)
        for act in ("secret", "test", "replay")
        for table, method in ((NO_GET, "get"), (HOOKING, "post"))
    ),
    *(
        Row(
            f"{HOOKS}deliveries/<uuid:delivery_id>/replay/",
            f"/{HOOKS}deliveries/{{webhookdelivery}}/replay/",
            table,
            method,
        )
        for table, method in ((NO_GET, "get"), (HOOKING, "post"))
    ),
]

API = [
    Row("api/v1/cases/", "/api/v1/cases/", ANYBODY),
    Row("api/v1/cases/", "/api/v1/cases/", _door(answers(seen=400, operator=403)), "post"),
    Row(ONE_CASE, "/api/v1/cases/{case}/", SEEN),
    Row(ONE_CASE, "/api/v1/cases/{nothing}/", _door(answers((), 404))),
    Row(ONE_CASE, "/api/v1/cases/{case}/", _door(answers(seen=405)), "delete"),
    Row(f"{ONE_CASE}cancel/", "/api/v1/cases/{case}/cancel/", ACTING, "post"),
    Row(f"{ONE_CASE}rerun/", "/api/v1/cases/{case}/rerun/", ACTING, "post"),
    Row(f"{ONE_CASE}withdraw/", "/api/v1/cases/{case}/withdraw/", WITHDRAWING, "post"),
    Row(f"{ONE_CASE}radiographs/", "/api/v1/cases/{case}/radiographs/", SEEN),
    Row(
        f"{ONE_CASE}radiographs/",
        "/api/v1/cases/{case}/radiographs/",
        _door(answers(SIDES, 400, operator=403)),
        "post",
    ),
    Row(f"{ONE_CASE}analyses/", "/api/v1/cases/{case}/analyses/", SEEN),
    Row(f"{ONE_CASE}reads/", "/api/v1/cases/{case}/reads/", SEEN),
    Row(
        f"{ONE_CASE}reads/",
        "/api/v1/cases/{case}/reads/",
        _door(answers(("reader",), NOT_JSON, 403, partner=404, stranger=404)),
        "post",
    ),
    *(
        Row(
            "api/v1/radiographs/<uuid:radiograph_id>/<slug:rendition>/",
            f"/api/v1/radiographs/{{radiograph}}/{name}/",
            table,
        )
        for name, table in {
            "original": SEEN,
            "canonical": SEEN,
            "thumbnail": SEEN,
            "deep": _door(answers((), 404)),
            "nonsense": _door(answers((), 404)),
        }.items()
    ),
    Row(
        "api/v1/analyses/<uuid:analysis_id>/heatmap/", "/api/v1/analyses/{analysis}/heatmap/", SEEN
    ),
    Row("api/v1/models/active/", "/api/v1/models/active/", ANYBODY),
    Row("api/v1/models/<uuid:model_version_id>/", "/api/v1/models/{model_version}/", ANYBODY),
    *WEBHOOKS,
    Row("api/v1/me/", "/api/v1/me/", ANYBODY),
    Row("api/v1/usage/", "/api/v1/usage/", ANYBODY),
    Row("api/v1/schema/", "/api/v1/schema/", everybody(200)),
    Row("api/v1/docs/", "/api/v1/docs/", everybody(200)),
    Row("api/v1/docs/", "/api/v1/docs/?script=", everybody(200)),
    Row(r"api/^[\s\S]*$", "/api/v1/nothing/", everybody(404)),
    Row(r"api/^[\s\S]*$", "/api/", everybody(404), "post"),
]
