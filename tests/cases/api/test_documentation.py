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
