"""The webhooks of an organization: its endpoints, and a new one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Organization, User
from accounts.permissions import administrators_only
from accounts.selectors import administered_organizations
from accounts.views.organization import chosen_organization
from cases.models import WebhookEndpoint
from cases.selectors.webhooks import endpoints_shown
from cases.services.webhooks import endpoints
from cases.views.guard import clinical, person
from cases.webhook_forms import EndpointForm


@clinical
@require_safe
@administrators_only
def webhook_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    organization = chosen_organization(user, request.GET.get("of", ""))
    return _list_page(request, user, organization, EndpointForm())


@clinical
@require_POST
@administrators_only
def webhook_add(request: HttpRequest) -> HttpResponse:
    """Answers with the secret itself, and not by a redirect: it is shown this once."""
    user = person(request)
    organization = chosen_organization(user, request.POST.get("of", ""))
    if organization is None:
        raise Http404
    form = EndpointForm(request.POST)
    if form.is_valid():
        try:
            endpoint, secret = endpoints.create_endpoint(
                organization=organization, actor=user, **form.cleaned_data
            )
        except endpoints.WebhookRefused as problem:
            form.add_error(problem.field or None, problem.message)
        else:
            return secret_page(request, endpoint, secret)
    return _list_page(request, user, organization, form, status=422)


def secret_page(
    request: HttpRequest, endpoint: WebhookEndpoint, secret: str, *, replaced: bool = False
) -> HttpResponse:
    """The only page that ever shows a secret, of an endpoint that is new or had another one."""
    return render(
        request,
        "cases/webhooks/secret.html",
        {"endpoint": endpoint, "secret": secret, "replaced": replaced},
    )


def _list_page(
    request: HttpRequest,
    user: User,
    organization: Organization | None,
    form: EndpointForm,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, object] = {
        "organization": organization,
        "organizations": administered_organizations(user) if user.is_operator else None,
        "form": form,
        "most": endpoints.MOST_ENDPOINTS,
    }
    if organization is not None:
        context["endpoints"] = endpoints_shown(user=user, organization=organization)
    return render(request, "cases/webhooks/list.html", context, status=status)
