"""Addresses of the site."""

from django.contrib import admin
from django.urls import include, path

handler400 = "fracture_platform.errors.bad_request"
handler500 = "fracture_platform.errors.server_error"

urlpatterns = [
    path("", include("fracture_platform.installable")),
    path("", include("cases.system_status")),
    path("api/", include("cases.api.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("cases.urls")),
]
