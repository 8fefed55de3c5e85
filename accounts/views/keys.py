"""The API keys of an organization, for its administrators; of any, for the operator."""

import uuid

from allauth.account.decorators import reauthentication_required
from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors, services
from accounts.errors import AccountError
from accounts.forms import KeyForm
from accounts.models import Organization, User
from accounts.permissions import administrators_only
from accounts.views.organization import chosen_organization


@require_safe
@administrators_only
def keys(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]  # signed in
    return _page(request, user, chosen_organization(user, request.GET.get("of", "")), KeyForm())


@require_POST
@administrators_only
@reauthentication_required
@rate_limit(action="make_key")
@never_cache
def make_key(request: HttpRequest) -> HttpResponse:
    """Answers with the key itself, and not by a redirect: it is kept nowhere, shown this once."""
    user: User = request.user  # type: ignore[assignment]  # signed in
    organization = chosen_organization(user, request.POST.get("of", ""))
    if organization is None:
        raise Http404
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, user, organization, form, status=422)
    try:
        key, text = services.create_key(organization=organization, actor=user, **form.cleaned_data)
    except AccountError as problem:
        form.add_error(None, problem.message)
        return _page(request, user, organization, form, status=422)
    return render(request, "accounts/key_made.html", {"key": key, "text": text})


@require_POST
@administrators_only
def revoke_key(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]  # signed in
    key = get_object_or_404(selectors.administered_keys(user), pk=pk)
    services.revoke_key(key=key, actor=user)
    messages.success(request, _("The key %(name)s opens nothing any more.") % {"name": key})
    return redirect(f"{reverse('organization_keys')}?of={key.organization_id}")


def _page(
    request: HttpRequest,
    user: User,
    organization: Organization | None,
    form: KeyForm,
    status: int = 200,
) -> HttpResponse:
    found = selectors.administered_keys(user).filter(organization=organization)
    context = {
        "organization": organization,
        "organizations": selectors.administered_organizations(user) if user.is_operator else None,
        "keys": found,
        "form": form,
    }
    return render(request, "accounts/keys.html", context, status=status)
