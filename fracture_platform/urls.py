"""Addresses of the site."""

from django.contrib import admin
from django.urls import include, path

handler500 = "fracture_platform.errors.server_error"

urlpatterns = [
    path("", include("fracture_platform.installable")),
    path("", include("cases.system_status")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("cases.urls")),
]
