"""Production settings: what they refuse, and that they start when all is given."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

GOOD = {
    "DJANGO_SETTINGS_MODULE": "fracture_platform.settings.production",
    "SECRET_KEY": "k" * 16 + "7f0c2f6e9b1d4a8c5e3b" * 2,
    "FIELD_ENCRYPTION_KEYS": "f" * 20 + "5d1c9a7e3b" * 2,
    "ALLOWED_HOSTS": "radiographs.example",
    "EMAIL_URL": "dummymail://",
}


def manage(
    var_dir: Path, *arguments: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath, "VAR_DIR": str(var_dir), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is missing, shorter"),
        ({"SECRET_KEY": "django-insecure-" + "7f0c2f6e9b1d4a8c" * 3}, "no secret"),
        ({"SECRET_KEY": "a" * 64}, "no secret"),
        ({"FIELD_ENCRYPTION_KEYS": "change-me-7f0c2f6e9b1d4a8c5e3b7f0c"}, "no secret"),
        ({"EMAIL_URL": "consolemail://"}, "prints to the log"),
        ({"DEBUG": "true"}, "DEBUG is on"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty"),
        ({"ALLOWED_HOSTS": "radiographs.example,*"}, "ALLOWED_HOSTS holds *"),
        ({"FIELD_ENCRYPTION_KEYS": ""}, "FIELD_ENCRYPTION_KEYS is missing"),
        ({"FIELD_ENCRYPTION_KEYS": f"{'f' * 40},short"}, "FIELD_ENCRYPTION_KEYS"),
        ({"EMAIL_URL": ""}, "EMAIL_URL is missing"),
        ({"SECRET_KEY_FILE": "nowhere/secret_key"}, "SECRET_KEY_FILE cannot be read"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_it_refuses_in_one_line(tmp_path: Path, change: dict[str, str], sentence: str) -> None:
    done = manage(tmp_path, "migrate", **{**GOOD, **change})
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_it_starts_and_the_deployment_check_has_nothing_to_say(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **GOOD)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_secrets_come_from_files_without_their_line_end(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(f"{GOOD['SECRET_KEY']}\n")
    database = tmp_path / "database"
    database.write_text("postgres://me:word@db.example:5432/radiographs\n")
    given = {name: value for name, value in GOOD.items() if name != "SECRET_KEY"}
    done = manage(
        tmp_path / "var",
        "shell",
        "--no-imports",
        "-c",
        "from django.conf import settings as s; d = s.DATABASES['default'];"
        "print(repr(s.SECRET_KEY), repr(d['NAME']), repr(d['PASSWORD']))",
        **given,
        SECRET_KEY_FILE=str(key),
        DATABASE_URL_FILE=str(database),
    )
    assert done.stdout.strip() == f"{GOOD['SECRET_KEY']!r} 'radiographs' 'word'", done.stderr


def test_there_are_no_demo_people_in_production(tmp_path: Path) -> None:
    assert manage(tmp_path, "migrate", "--verbosity", "0", **GOOD).returncode == 0
    done = manage(tmp_path, "create_demo", **GOOD)
    assert done.returncode == 1
    assert "no demo people under these settings" in done.stderr
    assert not (tmp_path / "demo-sign-ins.txt").exists()


def test_processes_that_start_together_agree_on_a_new_secret(tmp_path: Path) -> None:
    code = (
        "from fracture_platform.settings.environment import kept_secret;"
        "print(kept_secret('secret_key'))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=settings.BASE_DIR,
            env={"PATH": os.defpath, "VAR_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = {process.communicate()[0].strip() for process in processes}
    assert len(said) == 1
    assert len(said.pop()) > 50
    kept = tmp_path / "secrets" / "secret_key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert list(kept.parent.iterdir()) == [kept]
