"""One's own account: the name here, password, second step and sessions a link away."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.forms import NameForm
from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]  # signed in
    person = User.objects.select_related("organization").get(pk=user.pk)
    form = NameForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        services.rename(person=person, actor=person, name=form.cleaned_data["name"])
        messages.success(request, _("Your name was changed."))
        return redirect("account")
    return render(request, "accounts/account.html", {"form": form})
