"""Takes the place of django.contrib.admin in INSTALLED_APPS; imported before any model is."""

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    default_site = "accounts.administration_site.AdministrationSite"
