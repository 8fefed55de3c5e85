"""Dockerfile and docker-compose.yml: no engine runs here, so what can be checked without one."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from fracture_platform.processes import PROCESSES

ROOT = Path(settings.BASE_DIR)
COMPOSE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE.read_text())


def test_the_compose_file_is_valid_by_the_specification_schema() -> None:
    done = subprocess.run(
        [
            Path(sys.executable).with_name("check-jsonschema"),
            "--builtin-schema",
            "vendor.compose-spec",
            COMPOSE,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", PROCESSES)
def test_compose_and_make_run_name_the_same_command(compose: dict[str, Any], name: str) -> None:
    assert tuple(compose["services"][name]["command"]) == PROCESSES[name]


def test_the_workers_consume_the_queues_that_the_settings_name() -> None:
    lanes = ",".join(settings.INFERENCE_LANES.values())
    assert lanes in PROCESSES["worker"]
    assert settings.HOUSEKEEPING_QUEUE in PROCESSES["housekeeping"]
    assert settings.WEBHOOK_QUEUE in PROCESSES["webhooks"]


def test_every_service_is_watched_and_nothing_runs_with_more_rights_than_it_needs(
    compose: dict[str, Any],
) -> None:
    for name, service in compose["services"].items():
        assert name in PROCESSES or name in {"prepare", "redis", "postgres"}
        if name in PROCESSES:
            assert service["cap_drop"] == ["ALL"]
            assert service["read_only"] is True
        if name not in {"web", "prepare"}:  # the image watches web
            assert service["healthcheck"]["test"][0] == "CMD"
        published = service.get("ports", [])
        assert all(port.startswith("127.0.0.1:") for port in published)


def test_redis_keeps_what_it_is_given(compose: dict[str, Any]) -> None:
    command = " ".join(compose["services"]["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_there_is_no_default_password_and_no_secret_outside_a_file(
    compose: dict[str, Any],
) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|KEY|DATABASE_URL", name):
                assert name.endswith("_FILE")
                assert value.startswith("/run/secrets/")
                assert value.rsplit("/", 1)[1] in compose["secrets"]
    assert not re.search(r"\$\{\w+:?-", COMPOSE.read_text())


def test_the_image_runs_as_nobody_special_with_production_settings() -> None:
    text = (ROOT / "Dockerfile").read_text()
    runtime = text.rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER fracture$", runtime, re.MULTILINE)
    assert "DJANGO_SETTINGS_MODULE=fracture_platform.settings.production" in runtime
    assert "HEALTHCHECK" in runtime
    assert "--require-hashes" in text
    command = re.findall(r"^CMD (.+)$", runtime, re.MULTILINE)[-1]
    assert tuple(json.loads(command)) == PROCESSES["web"]
    for source in re.findall(r"^COPY (?!--from)(\S+)", text, re.MULTILINE):
        assert (ROOT / source).exists()


def test_new_secrets_are_written_once(tmp_path: Path) -> None:
    script = tmp_path / "make-secrets"
    script.write_bytes((ROOT / "deploy" / "make-secrets").read_bytes())
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.defpath}"}
    read: list[dict[str, str]] = []
    for _ in range(2):
        subprocess.run(["sh", script], check=True, capture_output=True, env=environment)
        read.append({path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()})
    first, second = read
    assert first == second
    assert set(first) == set(yaml.safe_load(COMPOSE.read_text())["secrets"])
    assert first["postgres_password"] in first["database_url"]
    assert len(first["secret_key"]) >= 50
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
