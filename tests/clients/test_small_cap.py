"""`submit-folder` before a platform that takes few analyses at a time: it waits, and finishes."""

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from fracture_client import Client
from fracture_client.cli.arguments import parser
from fracture_client.cli.folder import submit_folder
from tests.clients.command import rows
from tests.clients.conftest import PARTNER, made_key
from tests.factories import phantom
from tests.running_site import running_site, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("site")]
CAP = 2


class Impatient(threading.Event):
    """What the server asks for is written down, and less is waited."""

    asked: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        Impatient.asked.append(timeout or 0.0)
        return super().wait(min(timeout or 0.0, 0.5))


def test_it_waits_for_room_and_finishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of four files two fit, while nothing is analysed; of a case of three nothing ever does."""
    for name, count in (("one", 4), ("three", 3)):
        (tmp_path / name).mkdir()
        for number in range(count):
            data = phantom(seed=9800 + 10 * count + number)
            (tmp_path / name / f"{number}.png").write_bytes(data)
    (tmp_path / "site").mkdir()
    few = {"API_UNFINISHED_PER_ORGANIZATION": str(CAP)}
    with running_site(tmp_path / "site", **few) as site:
        site.wait_until_ready()
        key = made_key(site, PARTNER, "submit", "read")
        monkeypatch.setenv("FRACTURE_API_KEY", key)
        monkeypatch.setenv("FRACTURE_SERVER", site.base_url)
        own = SimpleNamespace(Event=Impatient)
        monkeypatch.setattr("fracture_client.cli.folder.threading", own)

        def command(name: str, *more: str) -> int:
            said = ["submit-folder", str(tmp_path / name), "--out", str(tmp_path / f"{name}.csv")]
            options = parser("fracture-client").parse_args([*said, *more])
            return submit_folder(options)

        alone = command("three", "--case-per-folder")
        assert alone == 1
        told = {(row["status"], row["error_code"]) for row in rows(tmp_path / "three.csv").values()}
        assert told == {("refused", "too_many_files")}
        assert Impatient.asked == []  # waiting would not help, and nobody did

        site.stop("worker")
        ended: list[int] = []
        run = threading.Thread(target=lambda: ended.append(command("one")))
        run.start()
        wait_for(lambda: sum(pause >= 30 for pause in Impatient.asked) >= 2, seconds=30)
        with Client(site.base_url, key) as api:
            usage = api.usage().unfinished_analyses
            assert usage is not None
            assert (usage.used, usage.limit) == (CAP, CAP)
            site.start("worker")
            run.join(120)
            assert ended == [0]
            assert len(list(api.cases())) == 4
    shown = rows(tmp_path / "one.csv").values()
    assert {(row["status"], row["error_code"]) for row in shown} == {("finished", "")}
