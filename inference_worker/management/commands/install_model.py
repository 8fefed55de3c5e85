"""`manage.py install_model`: make a bundle known to this installation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.services import model_versions
from cases.services.model_versions import BundleMissing, ModelVersionConflict
from inference_worker.bundle import BundleError
from inference_worker.installation import install


class Command(BaseCommand):
    help = "Verify a bundle, try it, copy it to where the workers look, and register it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="PATH", type=Path, help="the bundle's folder")
        parser.add_argument(
            "--activate", action="store_true", help="ask this model from now on; workers follow"
        )
        parser.epilog = (
            "Example: python manage.py install_model training-runs/baseline/bundle --activate"
        )

    def handle(self, *, path: Path, activate: bool, verbosity: int, **options: Any) -> None:
        try:
            model = install(path)
            if activate:
                model_versions.activate(model_version=model)
        except (BundleError, BundleMissing, ModelVersionConflict) as error:
            raise CommandError(str(error)) from None
        if verbosity:
            state = "active" if model.is_active else "installed, not active"
            self.stdout.write(f"{model} is {state}.")
