"""The people of an organization, for its administrators; of any, for the operator."""

import uuid

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
from accounts.forms import InviteForm, ReadingForm
from accounts.models import Organization, User
from accounts.permissions import administrators_only, may_change, roles_in


def chosen_organization(user: User, wanted: str) -> Organization | None:
    """The organization whose people are asked for; None while the platform has none at all."""
    organizations = selectors.administered_organizations(user)
    if not wanted:
        return organizations.filter(people=user).first() or organizations.first()
    try:
        return get_object_or_404(organizations, pk=uuid.UUID(wanted))
    except ValueError:
        raise Http404 from None


def back_to(organization: Organization | None) -> HttpResponse:
    address = reverse("organization")
    return redirect(f"{address}?of={organization.pk}" if organization else address)


def organization_page(
    request: HttpRequest,
    user: User,
    organization: Organization | None,
    form: InviteForm | None = None,
    reading_form: ReadingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with a form that was not right if there is one."""
    context: dict[str, object] = {
        "organization": organization,
        "organizations": selectors.administered_organizations(user) if user.is_operator else None,
    }
    if organization is not None:
        context |= {
            "people": [
                (person, may_change(user, person))
                for person in selectors.people_of(organization).select_related("organization")
            ],
            "roles": [(role.value, role.label) for role in roles_in(organization)],
            "invitations": selectors.open_invitations(organization).select_related("invited_by"),
            "form": form or InviteForm(organization=organization),
            "reading_form": reading_form or ReadingForm.of(organization),
        }
    return render(request, "accounts/organization.html", context, status=status)


@require_safe
@administrators_only
def organization(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]  # signed in
    return organization_page(request, user, chosen_organization(user, request.GET.get("of", "")))


@require_POST
@administrators_only
@rate_limit(action="invite")
@never_cache
def invite(request: HttpRequest) -> HttpResponse:
    """Answers with the link itself, and not by a redirect: it is kept nowhere, shown this once."""
    user: User = request.user  # type: ignore[assignment]  # signed in
    chosen = chosen_organization(user, request.POST.get("of", ""))
    if chosen is None:
        raise Http404
    form = InviteForm(request.POST, organization=chosen)
    if not form.is_valid():
        return organization_page(request, user, chosen, form, status=422)
    try:
        invitation, token = services.invite(inviter=user, organization=chosen, **form.cleaned_data)
    except AccountError as problem:
        form.add_error(None, problem.message)
        return organization_page(request, user, chosen, form, status=422)
    link = request.build_absolute_uri(reverse("invitation", args=[token]))
    sent = services.send_invitation(invitation=invitation, link=link)
    return render(
        request,
        "accounts/invited.html",
        {"invitation": invitation, "link": link, "sent": sent},
    )


@require_POST
@administrators_only
def revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]  # signed in
    found = get_object_or_404(
        selectors.open_invitations().filter(
            organization__in=selectors.administered_organizations(user)
        ),
        pk=pk,
    )
    services.revoke(invitation=found, actor=user)
    messages.success(request, _("The invitation of %(who)s was revoked.") % {"who": found})
    return back_to(found.organization)


def _person(request: HttpRequest, pk: uuid.UUID) -> tuple[User, User]:
    """Who acts, and the person acted on; oneself and the people of others do not exist here."""
    user: User = request.user  # type: ignore[assignment]  # signed in
    person = get_object_or_404(selectors.administered_people(user), pk=pk)
    if not may_change(user, person):
        raise Http404
    return user, person


@require_POST
@administrators_only
def change_role(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    user, person = _person(request, pk)
    try:
        services.change_role(person=person, actor=user, role=request.POST.get("role", ""))
    except AccountError as problem:
        messages.error(request, problem.message)
    else:
        facts = {"who": person, "role": person.get_role_display()}
        messages.success(request, _("%(who)s: %(role)s.") % facts)
    return back_to(person.organization)


@require_POST
@administrators_only
def deactivate(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    user, person = _person(request, pk)
    services.deactivate(person=person, actor=user)
    messages.success(request, _("%(who)s was signed out and cannot sign in.") % {"who": person})
    return back_to(person.organization)


@require_POST
@administrators_only
def reactivate(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    user, person = _person(request, pk)
    services.reactivate(person=person, actor=user)
    messages.success(request, _("%(who)s can sign in again.") % {"who": person})
    return back_to(person.organization)


@require_POST
@administrators_only
def remove_second_step(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    user, person = _person(request, pk)
    if services.remove_second_step(person=person, actor=user):
        said = _("%(who)s signs in by password alone until it is turned on again.")
        messages.warning(request, said % {"who": person})
    return back_to(person.organization)
