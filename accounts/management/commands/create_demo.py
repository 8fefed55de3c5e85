"""Demo organizations and people, so that whoever tries the platform can sign in at once."""

import argparse
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Organization, User

ROLES = (
    ("clinician", "clinician@harbour.example", "Clara Reader", User.Role.CLINICIAN),
    ("partner", "partner@island.example", "Paul Island", User.Role.PARTNER),
    (
        "organization administrator",
        "administrator@harbour.example",
        "Anna Harbour",
        User.Role.ORGANIZATION_ADMINISTRATOR,
    ),
    (
        "partner's administrator",
        "administrator@island.example",
        "Ida Island",
        User.Role.ORGANIZATION_ADMINISTRATOR,
    ),
)
OPERATOR = ("platform operator", "operator@platform.example", "Otto Operator")


class Command(BaseCommand):
    help = "Create the demo organizations and a sign-in for each role, once, with new passwords."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = (
            "Example: python manage.py create_demo\n"
            "The sign-ins are printed and kept in demo-sign-ins.txt in the folder of the data."
        )

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("There are no demo people under these settings (DEMO is off).")
        if User.objects.exists():
            return
        path = Path(settings.VAR_DIR) / "demo-sign-ins.txt"
        with transaction.atomic():
            text = "".join(f"{role:<28}{email:<32}{word}\n" for role, email, word in _create())
            _keep(path, text)
        if options["verbosity"]:
            self.stdout.write(f"{text}Kept in {path}")


def _create() -> list[tuple[str, str, str]]:
    """Role, e-mail address and password of each."""
    hospital = Organization.objects.create(name="Harbour Hospital")
    partner = Organization.objects.create(
        name="Island Telemedicine",
        kind=Organization.Kind.PARTNER,
        default_reading_organization=hospital,
    )
    signs = []
    for role, email, name, code in ROLES:
        password = secrets.token_urlsafe(12)
        home = partner if email.endswith("@island.example") else hospital
        User.objects.create_user(email, password, name=name, organization=home, role=code)
        signs.append((role, email, password))
    role, email, name = OPERATOR
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser(email, password, name=name)
    return [*signs, (role, email, password)]


def _keep(path: Path, text: str) -> None:
    """Written before the rows are committed: a sign-in is never in the database alone."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
