"""A page as a reader has it: its text without marks, and its parts."""

import re
from html import unescape
from typing import Any

from cases.models import Case


def html(response: Any) -> str:
    return bytes(response.content).decode()


def text(response: Any) -> str:
    """The words of the page, single spaces between them."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html(response)))).strip()


def part(response: Any, identifier: str) -> str:
    """The text of the section with this id."""
    found = re.search(rf'<section id="{identifier}".*?</section>', html(response), re.DOTALL)
    assert found, f"no section {identifier}"
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found.group()))).strip()


def address(case: Case, action: str = "") -> str:
    return f"/cases/{case.pk}/{action}"


def poll(response: Any) -> str | None:
    """The address that the page will ask next; None if it has no more questions."""
    found = re.search(r'<div id="poll"( hx-get="([^"]+)")?', html(response))
    assert found
    return found.group(2) and found.group(2).replace("&amp;", "&")
