"""The same code on a real PostgreSQL server: the tables, their constraints, and the tests that
write to them, run once more there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.conf import settings

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("postgres")]

AGAIN = [
    "tests/cases/services",
    "tests/cases/selectors",
    "tests/cases/test_reconciler.py",
    "tests/cases/test_dispatch.py",
    "tests/cases/test_admin.py",
    "tests/accounts",
    "tests/fracture_platform/test_health.py",
]
"""What depends on the database; pages and images are the same on each."""


def run(*arguments: str, url: str, var_dir: Path) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={**kept, "DATABASE_URL": url, "VAR_DIR": str(var_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_migrations_make_every_constraint_and_need_no_extension(
    postgres_url: str, tmp_path: Path
) -> None:
    done = run("manage.py", "prepare", "--no-static", url=postgres_url, var_dir=tmp_path)
    assert done.returncode == 0, done.stderr
    with psycopg.connect(postgres_url) as connection:
        made = {
            name
            for (name,) in connection.execute(
                "SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes"
            )
        }
        extensions = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    wanted = {
        each.name
        for label in ("accounts", "cases")
        for model in apps.get_app_config(label).get_models()
        for each in [*model._meta.constraints, *model._meta.indexes]
    }
    assert len(wanted) > 10
    assert wanted - made == set()
    assert extensions == {"plpgsql"}


def test_what_is_tested_on_sqlite_holds_there_too(postgres_url: str, tmp_path: Path) -> None:
    paths = [path for path in AGAIN if (Path(settings.BASE_DIR) / path).exists()]
    done = run(
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "not broker and not browser and not postgres",
        *paths,
        url=postgres_url,
        var_dir=tmp_path,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 50
