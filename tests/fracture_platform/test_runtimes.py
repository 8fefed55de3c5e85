"""Which process may hold which runtime; what is mapped under `manage.py run` is in test_run.py."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

LOAD_SITE = (
    "import fracture_platform.wsgi\n"
    "from django.urls import get_resolver\n"
    "def walk(patterns):\n"
    "    for each in patterns:\n"
    "        nested = getattr(each, 'url_patterns', None)\n"
    "        walk(nested) if nested is not None else each.callback\n"
    "walk(get_resolver().url_patterns)\n"
)
LOAD_WORKER = (
    "import fracture_platform.celery as c, django; django.setup()\n"
    "c.app.loader.import_default_modules()\n"
    "assert 'inference_worker.analyse_radiograph' in c.app.tasks\n"
)
SAY = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"


@pytest.mark.parametrize(
    ("load", "forbidden"),
    [
        (LOAD_SITE, {"tensorflow", "keras", "ai_edge_litert", "torch"}),
        (LOAD_WORKER, {"tensorflow", "keras", "torch"}),
    ],
    ids=["web", "worker"],
)
def test_no_process_imports_a_runtime_that_it_must_not(
    tmp_path: Path, load: str, forbidden: set[str]
) -> None:
    said = subprocess.run(
        [sys.executable, "-c", load + SAY],
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    loaded = set(said.split())
    assert "django" in loaded
    assert loaded & forbidden == set()
