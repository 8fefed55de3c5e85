"""The guide on the site: what docs/api.md and docs/webhooks.md tell partners stands above the
operations too, for those who are sent to the description of the API and never to the repository.

The files are the one source. What is only for the repository is left out: programs, the table of
codes, links to other files.
"""

import re
from pathlib import Path
from typing import Any, Final

from django.conf import settings

_PARTS: Final = (
    ("api.md", ("Keys", "The whole flow", "Idempotency", "Limits", "Errors", "Versions")),
    ("webhooks.md", ("Verify it", "What a delivery promises")),
)
_TITLES: Final = {
    "Verify it": "Webhooks: verify them",
    "What a delivery promises": "Webhooks: what a delivery promises",
}
_LEFT_OUT: Final = (
    r"(?ms)^The same in Python.*?^```$\n",  # the client's README has a better program
    r"(?ms)^\| code \| says.*?\n(?=\n)",  # every operation names its own
)
_LINK: Final = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)")
_BEGINS_A_LINE: Final = re.compile(r"[|#>-]|\d+\.|```|$")


def add_guide(result: dict[str, Any], **_known: Any) -> dict[str, Any]:
    """A hook of drf-spectacular."""
    result["info"]["description"] = "\n\n".join([settings.API_INTRODUCTION, *_sections()])
    return result


def _sections() -> list[str]:
    told = []
    for name, titles in _PARTS:
        sections = _by_title(settings.BASE_DIR / "docs" / name)
        told += [f"## {_TITLES.get(one, one)}\n\n{sections[one]}" for one in titles]
    return told


def _by_title(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8")
    for pattern in _LEFT_OUT:
        text = re.sub(pattern, "", text)
    parts = [part.partition("\n") for part in text.split("\n## ")[1:]]
    return {title: _unwrapped(_LINK.sub(r"\1", body)).strip() for title, _newline, body in parts}


def _unwrapped(text: str) -> str:
    """Each paragraph in one line: Swagger UI breaks the line wherever the file does."""
    lines: list[str] = []
    in_code = False
    for line in text.splitlines():
        fence = line.startswith("```")
        goes_on = lines and lines[-1] and not lines[-1].startswith(("```", "|", "#"))
        if in_code or fence or not goes_on or _BEGINS_A_LINE.match(line):
            lines.append(line)
        else:
            lines[-1] += " " + line.strip()
        in_code ^= fence
    return "\n".join(lines)
