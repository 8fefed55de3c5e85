"""Health check of a container: does the process on this host still report for duty?"""

import socket
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from cases.clock import database_now
from cases.models import Worker
from cases.selectors.system import live_workers


class Command(BaseCommand):
    help = "Exit with 0 if a worker of this kind on this host has reported within 20 s."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = "Example: python manage.py alive inference"
        parser.add_argument("kind", choices=Worker.Kind.values)

    def handle(self, *, kind: str, **options: Any) -> None:
        host = f"@{socket.gethostname()}"
        names = (worker.name for worker in live_workers(database_now()) if worker.kind == kind)
        if not any(name.partition("/")[0].endswith(host) for name in names):
            raise CommandError(f"No {kind} worker of {host[1:]} has reported within 20 s.")
