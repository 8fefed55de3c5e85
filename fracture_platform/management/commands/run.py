"""The platform on this machine: web, workers, scheduler and broker, restarted when they die."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from fracture_platform.broker import UnsafeFolderError
from fracture_platform.running.launch import Launch, LaunchError
from fracture_platform.running.lock import AlreadyRunningError


class Command(BaseCommand):
    help = "Start the platform on this machine and keep it running until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = (
            "Example: PORT=8080 python manage.py run\n"
            "HOST and PORT say where it listens (127.0.0.1:8000), VAR_DIR where its data lie."
        )

    def handle(self, **options: Any) -> None:
        try:
            Launch(var_dir=settings.VAR_DIR, directory=settings.BASE_DIR).run()
        except (AlreadyRunningError, LaunchError, UnsafeFolderError) as error:
            raise CommandError(str(error)) from None
