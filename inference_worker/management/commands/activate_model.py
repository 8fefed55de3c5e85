"""`manage.py activate_model`: choose which installed model is asked."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.models import ModelVersion
from cases.services import model_versions
from cases.services.model_versions import BundleMissing
from inference_worker.bundle import BundleError
from inference_worker.installation import check


class Command(BaseCommand):
    help = "Ask this model version from now on. Running workers load it without a restart."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        # not "version": Django has an option of that name
        parser.add_argument("model_version", metavar="VERSION")
        parser.epilog = "Example: python manage.py activate_model wrist 1"

    def handle(self, *, name: str, model_version: str, **options: Any) -> None:
        model = ModelVersion.objects.filter(name=name, version=model_version).first()
        if model is None:
            known = ", ".join(str(each) for each in ModelVersion.objects.order_by("name"))
            raise CommandError(
                f"{name} {model_version} is not installed; {known or 'no model'} is."
            )
        try:
            check(model)
            model_versions.activate(model_version=model)
        except (BundleError, BundleMissing) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{model} is active.")
