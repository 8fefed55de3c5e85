"""`manage.py create_api_key`: a key for a program, at the command line of the server."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from accounts import services
from accounts.errors import AccountError
from accounts.models import ApiKey, Organization
from accounts.services.api_keys import DEFAULT_DAYS


class Command(BaseCommand):
    help = (
        "Make an API key and print it, this once: only its hash is kept. Errors are one line, "
        "with exit status 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="its name, in full")
        parser.add_argument("--name", required=True, help="which program uses the key")
        parser.add_argument(
            "--scope",
            action="append",
            choices=ApiKey.Scope.values,
            help="what it may do: submit cases and record reads, read what is known of them, or "
            "both and administer webhooks; may be given several times (default: submit and read)",
        )
        parser.add_argument(
            "--expires-days", type=int, default=DEFAULT_DAYS, help="default: %(default)s"
        )
        parser.epilog = (
            'Example: python manage.py create_api_key --organization "Island Telemedicine" '
            "--name gateway --scope submit --scope read --expires-days 90"
        )

    def handle(
        self,
        *,
        organization: str,
        name: str,
        scope: list[str] | None,
        expires_days: int,
        **options: Any,
    ) -> None:
        try:
            found = Organization.objects.filter(name=organization).first()
        except DatabaseError:
            raise CommandError(
                "This database has no tables: is it that of the site (DATABASE_URL, VAR_DIR)?"
            ) from None
        if found is None:
            known = ", ".join(Organization.objects.values_list("name", flat=True)[:10])
            raise CommandError(f"There is no organization {organization!r}; {known or 'none'} is.")
        try:
            _key, text = services.create_key(
                organization=found,
                name=name,
                scopes=scope or [ApiKey.Scope.SUBMIT, ApiKey.Scope.READ],
                days=expires_days,
                actor=None,
            )
        except AccountError as error:
            raise CommandError(error.message) from None
        self.stdout.write(text)
