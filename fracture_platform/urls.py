"""Addresses of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("fracture_platform.installable")),
    path("", include("cases.system_status")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("cases.urls")),
]
