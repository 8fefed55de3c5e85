"""The list of all cases that a person may see, the newest first."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.answers import demonstration_note
from cases.forms import FilterForm
from cases.permissions import may_submit
from cases.selectors.cases import Page, cases_page
from cases.selectors.cursor import BadCursor
from cases.selectors.model_versions import active_model_version
from cases.views.guard import clinical, person


@clinical
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """Filters and place in the list are in the address; htmx is sent the results alone."""
    form = FilterForm(request.GET)
    cursor = request.GET.get("after", "")
    page, status = Page([], ""), 200
    if form.is_valid():
        try:
            page = cases_page(user=person(request), filters=form.filters(), cursor=cursor)
        except BadCursor:
            return render(request, "400.html", status=400)
    else:
        status = 400
    chosen = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    model = active_model_version()
    context = {
        "form": form,
        "demonstration_note": demonstration_note(model) if model else "",
        "page": page,
        "chosen": chosen,
        "export": urlencode(chosen),
        "continued": bool(cursor),
        "more": urlencode({**chosen, "after": page.next_cursor}) if page.next_cursor else "",
        "may_submit": may_submit(person(request)),
    }
    return render(request, _template(request), context, status=status)


def _template(request: HttpRequest) -> str:
    htmx = request.htmx  # type: ignore[attr-defined]  # set by django_htmx's middleware
    if not htmx or htmx.history_restore_request:
        return "cases/list.html"
    return "cases/_rows.html" if htmx.target == "more" else "cases/_results.html"
