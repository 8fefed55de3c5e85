"""The guide is followed, and schemathesis sends whatever the schema allows, and what it forbids, to
the running server with a real key: nothing breaks, and nothing is answered that the schema does not
say.

`make fuzz` runs the same for FUZZ_SECONDS, with other random numbers each time.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings

from tests.factories import phantom
from tests.running_site import RunningSite, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("site")]

FUZZ_SECONDS = int(os.environ.get("FUZZ_SECONDS", "0"))
HOME = "Fuzzed Clinic"
"""An organization of its own: what is sent here stands on nobody else's worklist."""
READER = "reader@fuzzed.example"
MAKE_HOME = f"""
from accounts.models import Organization, User
home, _made = Organization.objects.get_or_create(name={HOME!r})
User.objects.get_or_create(email={READER!r}, organization=home, role=User.Role.CLINICIAN)
"""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
CANCEL = ("post", "/api/v1/cases/{case_id}/cancel/")
"""Everything is analysed when it is asked for: there is nothing to cancel."""
BOUNDED = ["--seed", "1", "--generation-deterministic", "--max-examples", "20"]


@pytest.fixture
def key(site: RunningSite) -> str:
    """A real one, that may do everything which a key may."""
    assert site.manage("shell", "--command", MAKE_HOME).returncode == 0
    scopes = [word for scope in ("submit", "read", "admin") for word in ("--scope", scope)]
    made = site.manage("create_api_key", "--organization", HOME, "--name", "fuzz", *scopes)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def submitted(site: RunningSite, key: str, number: int) -> dict[str, Any]:
    answer = requests.post(
        f"{site.base_url}/api/v1/cases/",
        headers={"Authorization": f"Bearer {key}"},
        data={"patient_reference": f"FUZZ-{number}", "accession": f"A-{number}"},
        files=[("radiographs", ("a.png", phantom(seed=2 * number + more))) for more in (0, 1)],
        timeout=60,
    )
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def kept(site: RunningSite, key: str) -> list[Any]:
    """The newest cases of the fuzzed organization."""
    address = f"{site.base_url}/api/v1/cases/?page_size=100"
    answer = requests.get(address, headers={"Authorization": f"Bearer {key}"}, timeout=20)
    return list(answer.json()["results"])


def hook(site: RunningSite, http: requests.Session) -> str:
    """The id of an endpoint at which nobody answers, and that stays on."""
    wanted = {"url": "https://127.0.0.1:1/", "event_types": ["read.recorded"]}
    answer = http.post(f"{site.base_url}/api/v1/webhooks/", json=wanted, timeout=20)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture
def world(site: RunningSite, key: str, tmp_path: Path) -> dict[str, list[str]]:
    """Cases with their answers, so that not everything is 404; and files that are radiographs."""
    http = requests.Session()
    http.headers["Authorization"] = f"Bearer {key}"
    cases = [submitted(site, key, number) for number in range(4)]

    def answered() -> bool:
        told = [http.get(one["url"], timeout=20).json() for one in cases]
        return all(one["status"] == "finished" for one in told)

    wait_for(answered, seconds=90, every=1)
    analyses = http.get(f"{cases[0]['url']}analyses/", timeout=20).json()["results"]
    files = [tmp_path / f"{seed}.png" for seed in range(3)]
    for seed, file in enumerate(files):
        file.write_bytes(phantom(seed=seed))
    ids = [one["id"] for one in cases]
    hooks = [hook(site, http) for _number in range(3)]
    tests = [http.post(f"{site.base_url}/api/v1/webhooks/{one}/test/", json={}) for one in hooks]
    return {
        "endpoint_id": hooks[:2],
        "expendable_endpoint": hooks[2:],
        "delivery_id": [one.json()["id"] for one in tests[:2]],
        "case_id": ids[:3],
        "expendable": ids[3:],
        "radiograph_id": [one["id"] for one in cases[0]["radiographs"]],
        "analysis_id": [one["id"] for one in analyses],
        "model_version_id": [analyses[0]["model"]["id"]],
        "reader_email": [READER],
        "organization_id": [cases[0]["reading_organization"]["id"]],
        "moment": ["2190-01-01T00:00:00Z"],
        "files": [str(file) for file in files],
    }


def test_the_python_of_the_guide_works(site: RunningSite, key: str, tmp_path: Path) -> None:
    guide = (settings.BASE_DIR / "docs" / "api.md").read_text()
    code = guide.split("```python\n")[1].split("```")[0]
    script = tmp_path / "guide.py"
    script.write_text(code.replace("http://127.0.0.1:8000", site.base_url))
    (tmp_path / "wrist.png").write_bytes(phantom(seed=99))
    (tmp_path / "other.png").write_bytes(phantom(seed=98))

    def run(file: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(script), key, file, "GUIDE-1"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    done = run("wrist.png")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("finished "), done.stdout
    (heatmap,) = [
        one for one in tmp_path.glob("*.png") if one.name not in {"wrist.png", "other.png"}
    ]
    assert heatmap.read_bytes().startswith(b"\x89PNG")
    refused = run("other.png")
    assert refused.returncode == 1
    assert refused.stderr.startswith("idempotency_key_reused"), refused.stderr


def operations(site: RunningSite) -> dict[tuple[str, str], re.Pattern[str]]:
    """By method and path, what their addresses look like."""
    schema = requests.get(f"{site.base_url}/api/v1/schema/", {"format": "json"}, timeout=20).json()
    return {
        (method, path): re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path))
        for path, methods in schema["paths"].items()
        for method in methods
    }


def taken(site: RunningSite, har: Path) -> set[tuple[str, str]]:
    """The operations that answered with a 2xx at least once."""
    found = set()
    known = operations(site)
    for entry in json.loads(har.read_text())["log"]["entries"]:
        request, status = entry["request"], entry["response"]["status"]
        if 200 <= status < 300:
            path = urlsplit(request["url"]).path
            method = request["method"].lower()
            found |= {
                one for one, shape in known.items() if one[0] == method and shape.fullmatch(path)
            }
    return found


@pytest.mark.timeout(FUZZ_SECONDS + 400)
def test_nothing_breaks_and_the_schema_tells_the_truth(
    site: RunningSite, key: str, world: dict[str, list[str]], tmp_path: Path
) -> None:
    found = subprocess.run(
        [
            str(Path(sys.executable).with_name("st")),
            "run",
            f"{site.base_url}/api/v1/schema/",
            *["--header", f"Authorization: Bearer {key}"],
            *["--checks", ",".join(CHECKS)],
            *["--continue-on-failure", "--no-color"],
            *["--report", "har", "--report-har-path", str(tmp_path / "har.json")],
            *(["--max-time", str(FUZZ_SECONDS)] if FUZZ_SECONDS else BOUNDED),
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(settings.BASE_DIR),
            "SCHEMATHESIS_HOOKS": "tests.site.api_fuzz_hooks",
            "FUZZ_WORLD": json.dumps(world),
        },
        capture_output=not FUZZ_SECONDS,
        text=True,
        check=False,
    )
    assert found.returncode == 0, f"{found.stdout}\n{found.stderr}"
    never = set(operations(site)) - taken(site, tmp_path / "har.json") - {CANCEL}
    assert not never, f"of these nothing was ever taken: {sorted(never)}"
    assert len(kept(site, key)) > len(world["case_id"] + world["expendable"]), "nothing was taken"
