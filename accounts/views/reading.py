"""How an organization reads, for its administrators."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import services
from accounts.forms import ReadingForm
from accounts.models import User
from accounts.permissions import administrators_only
from accounts.views.organization import back_to, chosen_organization, organization_page


@require_POST
@administrators_only
def change_reading(request: HttpRequest) -> HttpResponse:
    """Whether impressions come first, and when a case is overdue."""
    user: User = request.user  # type: ignore[assignment]  # signed in
    organization = chosen_organization(user, request.POST.get("of", ""))
    if organization is None or ReadingForm.of(organization) is None:
        raise Http404
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return organization_page(request, user, organization, reading_form=form, status=422)
    services.change_reading(organization=organization, actor=user, **form.cleaned_data)
    messages.success(request, _("What you chose holds from now on."))
    return back_to(organization)
