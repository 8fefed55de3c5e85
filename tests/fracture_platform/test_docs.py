"""Links of README and docs lead to files that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "clients").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = {link for link in LINK.findall(page.read_text()) if "://" not in link}
    missing = sorted(link for link in links if not (page.parent / link).exists())
    assert missing == []
