"""One webhook endpoint: what was sent there, and what its administrators do with it."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import administrators_only
from cases.models import WebhookDelivery, WebhookEndpoint
from cases.selectors.cursor import BadCursor
from cases.selectors.webhooks import deliveries_page, get_delivery, get_endpoint
from cases.services.webhooks import endpoints, replaying
from cases.views.guard import View, clinical, found, person
from cases.views.webhooks import secret_page
from cases.vocabulary import DeliveryStatus
from cases.webhook_forms import EndpointForm, ReplayForm

LOOKS_AGAIN_FOR = timedelta(seconds=60)
Act = Callable[[HttpRequest, WebhookEndpoint], HttpResponse | None]


@clinical
@require_safe
@administrators_only
def webhook_endpoint(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """With `?status=` only deliveries of that one; `?after=` is the place in their list."""
    endpoint = found(get_endpoint, user=person(request), endpoint_id=endpoint_id)
    return _page(request, endpoint, EndpointForm.of(endpoint))


def _page(
    request: HttpRequest, endpoint: WebhookEndpoint, form: EndpointForm, status: int = 200
) -> HttpResponse:
    wanted = request.GET.get("status", "")
    try:
        page = deliveries_page(endpoint, status=wanted, cursor=request.GET.get("after", ""))
    except BadCursor:
        return render(request, "400.html", status=400)
    chosen = {"status": wanted} if wanted in DeliveryStatus.values else {}
    context = {
        "endpoint": endpoint,
        "organization": endpoint.organization,
        "form": form,
        "replay_form": ReplayForm(),
        "deliveries": page.deliveries,
        "older": urlencode({**chosen, "after": page.next_cursor}) if page.next_cursor else "",
        "continued": "after" in request.GET,
        "awaited": any(_is_awaited(delivery) for delivery in page.deliveries),
        "wanted": chosen.get("status", ""),
        "statuses": DeliveryStatus.choices,
        "old_secret_signs": endpoint.has_previous_secret(timezone.now()),
    }
    return render(request, "cases/webhooks/endpoint.html", context, status=status)


def _is_awaited(delivery: WebhookDelivery) -> bool:
    """It should be tried within seconds, so that the page looks again; but not for ever."""
    young = delivery.created_at > timezone.now() - LOOKS_AGAIN_FOR
    return young and delivery.status == DeliveryStatus.PENDING and not delivery.attempts


def _action(act: Act) -> View:
    """A POST on an endpoint that leads back to its page, with what is refused as a message."""

    @clinical
    @require_POST
    @administrators_only
    @wraps(act)
    def view(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
        endpoint = found(get_endpoint, user=person(request), endpoint_id=endpoint_id)
        try:
            response = act(request, endpoint)
        except endpoints.WebhookRefused as problem:
            messages.error(request, problem.message)
            response = None
        return response or redirect("webhook_endpoint", endpoint_id=endpoint.pk)

    return view


@_action
def webhook_change(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse | None:
    form = EndpointForm(request.POST)
    if form.is_valid():
        try:
            endpoints.change_endpoint(endpoint=endpoint, actor=person(request), **form.cleaned_data)
        except endpoints.WebhookRefused as problem:
            form.add_error(problem.field or None, problem.message)
        else:
            messages.success(request, _("What you changed holds from now on."))
            return None
    return _page(request, endpoint, form, status=422)


@_action
def webhook_rotate(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse | None:
    """Answers with the new secret itself: it is shown this once."""
    at_once = request.POST.get("at_once") == "yes"
    secret = endpoints.rotate_secret(endpoint=endpoint, actor=person(request), at_once=at_once)
    return secret_page(request, endpoint, secret, replaced=not at_once)


@_action
def webhook_off(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse | None:
    endpoints.switch_off(endpoint=endpoint, actor=person(request))
    messages.warning(request, _("Nothing is sent there until you switch the endpoint on again."))
    return None


@_action
def webhook_on(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse | None:
    resumed = endpoints.switch_on(endpoint=endpoint, actor=person(request))
    said = ngettext(
        "The endpoint is on. One event that waited is sent now.",
        "The endpoint is on. %(n)d events that waited are sent now.",
        resumed,
    )
    messages.success(
        request, said % {"n": resumed} if resumed else _("The endpoint is on; nothing waited.")
    )
    return None


@_action
def webhook_remove(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse | None:
    endpoints.remove_endpoint(endpoint=endpoint, actor=person(request))
    messages.warning(request, _("The endpoint %(name)s was removed.") % {"name": endpoint})
    own = endpoint.organization_id == person(request).organization_id
    return redirect(reverse("webhooks") + ("" if own else f"?of={endpoint.organization_id}"))


@_action
def webhook_test(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse | None:
    endpoints.send_test(endpoint=endpoint, actor=person(request))
    messages.success(request, _("A test is on its way. What came of it is shown below."))
    return None


@_action
def webhook_replay_failed(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse | None:
    form = ReplayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose since when."))
        return None
    since = timezone.now() - timedelta(days=form.cleaned_data["days"])
    done = replaying.replay_failed(endpoint=endpoint, since=since, actor=person(request))
    said = ngettext("One event is sent again.", "%(n)d events are sent again.", done)
    messages.success(request, said % {"n": done} if done else _("Nothing has failed since then."))
    return None


@clinical
@require_POST
@administrators_only
def webhook_replay(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Send one event again."""
    delivery = found(get_delivery, user=person(request), delivery_id=delivery_id)
    try:
        if replaying.replay(delivery=delivery, actor=person(request)):
            messages.success(request, _("The event is sent again, under the same id."))
        else:
            messages.info(request, _("The event waits to be sent already."))
    except endpoints.WebhookRefused as problem:
        messages.error(request, problem.message)
    return redirect("webhook_endpoint", endpoint_id=delivery.endpoint_id)
