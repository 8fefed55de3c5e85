"""Pages that follow something ask again after a while; here is what their next question is."""

from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Poll:
    """The next question of a page, or none when there is nothing to wait for."""

    address: str
    seconds: int


def times_asked(request: HttpRequest) -> int:
    """How often a page has asked, this time included; 0 for the page itself."""
    number = request.GET.get("n", "")
    return int(number) + 1 if number.isdecimal() and len(number) < 6 else 0
