"""The page behind an invitation's link."""

from allauth.account.utils import perform_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.errors import AccountError
from accounts.forms import AcceptForm
from accounts.selectors import find_invitation


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "password_again")
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """404 for a link that was used, revoked, has expired or never was: it does not say which."""
    found = find_invitation(token)
    if found is None:
        return render(request, "accounts/invitation_over.html", status=404)
    context = {"invitation": found}
    if request.user.is_authenticated:
        return render(request, "accounts/invitation_signed_in.html", context)
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = services.accept(
                token=token,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
            )
        except ValidationError as problem:
            form.add_error("password", problem)
        except AccountError as problem:
            form.add_error(None, problem.message)
        else:
            response: HttpResponse = perform_login(request, person)
            return response
    return render(request, "accounts/invitation.html", {**context, "form": form})
