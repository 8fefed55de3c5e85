"""A clinician at a terminal: signs in and uploads over HTTP; and a look at the rows behind."""

import io
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import requests
from PIL import Image

from tests.running_site import RunningSite

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Clinician:
    """One signed-in session of the demo clinician."""

    def __init__(self, site: RunningSite) -> None:
        self.site = site
        self.http = requests.Session()
        email, password = next(
            sign_in for role, sign_in in site.sign_ins.items() if "linician" in role
        )
        answer = self._post("/account/login/", {"login": email, "password": password})
        assert answer.status_code == 302, answer.text[:500]

    def _post(self, path: str, data: dict[str, str], **more: Any) -> requests.Response:
        address = self.site.base_url + path
        token = TOKEN.search(self.http.get(address, timeout=20).text)
        assert token is not None, f"no form at {path}"
        return self.http.post(
            address,
            data=data | {"csrfmiddlewaretoken": token.group(1)},
            headers={"Referer": address},
            allow_redirects=False,
            timeout=60,
            **more,
        )

    def upload(
        self, *files: bytes, reference: str = "P-1", priority: str = "routine"
    ) -> tuple[UUID, float]:
        """Submit one case; its id, and the seconds that the upload took."""
        parts = [("radiographs", (f"{n}.png", data)) for n, data in enumerate(files)]
        details = {"patient_reference": reference, "priority": priority}
        began = time.monotonic()
        answer = self._post("/cases/new/", details, files=parts)
        seconds = time.monotonic() - began
        assert answer.status_code == 302, f"{answer.status_code}: {answer.text[:2000]}"
        return UUID(answer.headers["Location"].strip("/").rsplit("/", 1)[-1]), seconds


def large_phantom(side: int = 4000, seed: int = 0) -> bytes:
    """A radiograph that takes a worker long enough to be killed over: noise, 8-bit grey."""
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


@contextmanager
def rows(var_dir: Path) -> Iterator[sqlite3.Connection]:
    """The site's database, to be read only."""
    address = f"file:{var_dir / 'db.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=20)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def analyses(site: RunningSite, case_id: UUID) -> list[dict[str, Any]]:
    """The analyses of a case, oldest first."""
    question = (
        "SELECT a.* FROM cases_analysis a JOIN cases_radiograph r ON r.id = a.radiograph_id"
        " WHERE r.case_id = ? ORDER BY a.created_at"
    )
    with rows(site.var_dir) as connection:
        return [dict(row) for row in connection.execute(question, (case_id.hex,))]


def events(site: RunningSite, case_id: UUID) -> list[str]:
    with rows(site.var_dir) as connection:
        found = connection.execute(
            "SELECT kind FROM cases_caseevent WHERE case_id = ? ORDER BY id", (case_id.hex,)
        )
        return [row["kind"] for row in found]
