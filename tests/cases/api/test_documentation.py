"""docs/api.md tells every code, and its Python is Python."""

import re

from django.conf import settings

from cases.api.codes import CODES

TEXT = (settings.BASE_DIR / "docs" / "api.md").read_text()


def test_it_lists_every_code_with_its_sentence() -> None:
    errors = TEXT.split("## Errors")[1].split("## Versions")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", errors, re.MULTILINE))
    assert told == CODES, "docs/api.md: bring the table of codes to what cases/api/codes.py says"


def test_its_python_can_be_read() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    compile(code, "docs/api.md", "exec")


def test_its_lines_do_not_refuse_each_other() -> None:
    """Whoever follows the README and then the guide names no submission twice."""
    both = (settings.BASE_DIR / "README.md").read_text() + TEXT
    keys = re.findall(r'Idempotency-Key: ([^"]+)"', both)
    assert len(keys) == len(set(keys)) == 3


def test_its_shell_sets_what_it_uses() -> None:
    shell = "".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL))
    assert set(re.findall(r"\$([A-Z]+)", shell)) == set(re.findall(r"(?m)^([A-Z]+)=", shell))
    addresses = re.findall(r'"\$SITE([^"]+)"', shell)
    assert len(addresses) >= 7
    assert all(one.endswith("/") for one in addresses)
