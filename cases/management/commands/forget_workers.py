"""Heartbeats of workers that were killed count for 20 s; whoever knows better says so with this."""

import socket
from typing import Any

from django.core.management import BaseCommand, CommandParser

from cases.models import Worker
from cases.services import workers


class Command(BaseCommand):
    help = "Forget the heartbeats of this host's workers, when it is known that none of them runs."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = "Example: python manage.py forget_workers"

    def handle(self, **options: Any) -> None:
        host = f"@{socket.gethostname()}"
        for name in Worker.objects.values_list("name", flat=True):
            if name.partition("/")[0].endswith(host):
                workers.forget(name=name)
