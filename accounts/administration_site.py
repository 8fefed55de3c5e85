"""The administration pages: one site for our own records, behind the site's only sign-in."""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

OUR_APPS = {"accounts", "cases"}
CLOSED = {"view_on_site", "password_change_done"}


class AdministrationSite(AdminSite):
    site_header = _("Fracture platform: administration")
    site_title = _("Fracture platform")
    index_title = _("Administration")
    enable_nav_sidebar = False  # lists need the width; the index is one click away

    def register(
        self,
        model_or_iterable: Any,
        admin_class: type[ModelAdmin] | None = None,
        **options: Any,
    ) -> None:
        """Only our own records: sign-in packages register seeds and session keys here."""
        one = isinstance(model_or_iterable, ModelBase)
        models: list[type[Model]] = [model_or_iterable] if one else list(model_or_iterable)
        ours = [model for model in models if model._meta.app_label in OUR_APPS]
        super().register(ours, admin_class, **options)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Without the redirector that tells whether any row of any table exists."""
        return [url for url in super().get_urls() if getattr(url, "name", None) not in CLOSED]

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sends on to the site's sign-in and never looks at a password itself.

        Django's own form has no rate limit and no second step; someone with an
        administrator's open session could try out other people's passwords there.
        """
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
            wanted = reverse("admin:index")
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(wanted)

    def password_change(  # type: ignore[override]  # the stubs know of a page of its own only
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")
