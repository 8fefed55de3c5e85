"""Everything that must be there before the processes start; safe to run at every start."""

import argparse
from typing import Any

from django.core.management import BaseCommand, CommandParser

from fracture_platform.running import prepare
from fracture_platform.running.terminal import stage


class Command(BaseCommand):
    help = "Migrate, collect static files, install the shipped model and create the demo people."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = "Example: python manage.py prepare --no-static"
        parser.add_argument(
            "--no-static", action="store_true", help="static files were collected elsewhere"
        )

    def handle(self, *, no_static: bool, **options: Any) -> None:
        with stage("Database"):
            prepare.database()
        if not no_static:
            with stage("Static files"):
                prepare.static_files()
        with stage("Model"):
            change = prepare.model()
        if change:
            self.stdout.write(f"  {change}")
        prepare.demo()
        self.stdout.write(f"  Active model: {prepare.active_model() or 'none'}")
