"""`manage.py run`: what it starts comes back when it dies, and ends when it is told to."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fracture_platform import broker
from fracture_platform.processes import PROCESSES
from fracture_platform.running import readiness
from tests.embedded_broker import EmbeddedBroker
from tests.running_site import RunningSite, free_port, launch, output_of, running_site, wait_for

pytestmark = [pytest.mark.xdist_group("site"), pytest.mark.broker]
NAMES = {*PROCESSES, "broker"}


def family(site: RunningSite) -> list[psutil.Process]:
    """Everything that a start has started: supervisord, its children and their children."""
    return psutil.Process(site.process.pid).children(recursive=True)


def gone(processes: list[psutil.Process]) -> bool:
    return not any(
        process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes
    )


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site that these tests may end and start again."""
    with running_site(tmp_path_factory.mktemp("own-site")) as running:
        running.wait_until_ready()
        yield running


def again(site: RunningSite) -> None:
    site.process = launch(site.var_dir, site.port)
    site.wait_until_ready()


def test_it_says_last_where_it_is_and_who_may_sign_in(own_site: RunningSite) -> None:
    said = wait_for(lambda: "Ctrl-C" in own_site.output and own_site.output)
    assert own_site.base_url in said
    assert set(own_site.sign_ins) == {
        "clinician",
        "partner",
        "organization administrator",
        "partner's administrator",
        "platform operator",
    }
    for email, password in own_site.sign_ins.values():
        assert email in said
        assert password in said
    kept = own_site.var_dir / "demo-sign-ins.txt"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert own_site.var_dir.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_killed_process_comes_back(own_site: RunningSite, name: str) -> None:
    before = own_site.kill(name)
    wait_for(lambda: own_site.pids().get(name) not in {None, 0, before})
    assert own_site.process.poll() is None
    own_site.wait_until_ready()


def test_what_a_killed_worker_leaves_behind_is_killed_too(own_site: RunningSite) -> None:
    worker = psutil.Process(own_site.pids()["worker"])
    children = wait_for(lambda: worker.children(recursive=True))
    own_site.kill("worker")
    wait_for(lambda: gone(children), seconds=5)
    own_site.wait_until_ready()


def test_a_second_start_says_that_it_runs_already_and_where(own_site: RunningSite) -> None:
    port = free_port()
    assert launch(own_site.var_dir, port).wait(60) == 1
    said = output_of(own_site.var_dir, port).read_text()
    assert "runs already" in said
    assert own_site.base_url in said
    assert "Traceback" not in said


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = launch(tmp_path / "var", port)
        assert process.wait(60) == 1
    said = output_of(tmp_path / "var", port).read_text()
    assert f"Cannot listen on 127.0.0.1:{port}" in said
    assert "Traceback" not in said


def test_what_is_not_up_is_named_with_the_end_of_its_log(own_site: RunningSite) -> None:
    own_site.stop("scheduler")
    said = readiness.explain(own_site.base_url, own_site.var_dir)
    assert "scheduler" in said.splitlines()[0]
    assert own_site.log("scheduler").splitlines()[-1] in said
    own_site.start("scheduler")
    own_site.wait_until_ready()


def test_a_broker_of_ones_own_is_used_and_none_is_started(
    tmp_path: Path, server: EmbeddedBroker
) -> None:
    with running_site(tmp_path, REDIS_URL=server.url) as site:
        site.wait_until_ready()
        assert set(site.pids()) == set(PROCESSES)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"PORT": "many"}, "PORT is 'many'"),
        ({"HOST": "no.such.host.invalid"}, "Cannot listen on no.such.host.invalid"),
        ({"VAR_DIR": "/proc/nowhere"}, "The folder VAR_DIR cannot be made"),
        ({"DATABASE_URL": "postgres://127.0.0.1:1/none"}, "The database cannot be used"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_prevents_a_start_is_said_in_words(
    tmp_path: Path, given: dict[str, str], sentence: str
) -> None:
    port = free_port()
    assert launch(tmp_path / "var", port, **given).wait(60) == 1
    said = output_of(tmp_path / "var", port).read_text()
    assert sentence in said
    assert "Traceback" not in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_end_leaves_no_process_and_loses_nothing(
    own_site: RunningSite, number: signal.Signals
) -> None:
    sign_ins = own_site.sign_ins
    everything = family(own_site)
    assert len(everything) > len(NAMES)
    assert own_site.end(number) == 0
    assert gone(everything)
    assert not broker.sockets_folder(own_site.var_dir).exists()
    again(own_site)
    assert own_site.sign_ins == sign_ins


def test_a_start_that_is_killed_takes_its_children_with_it(own_site: RunningSite) -> None:
    everything = family(own_site)
    own_site.process.kill()
    own_site.process.wait()
    wait_for(lambda: gone(everything), seconds=25)
    again(own_site)


def test_a_killed_supervisor_takes_its_children_with_it(own_site: RunningSite) -> None:
    everything = family(own_site)
    supervisord = psutil.Process(own_site.process.pid).children()[0]
    supervisord.kill()
    assert own_site.process.wait(25) == 1
    wait_for(lambda: gone(everything), seconds=25)
    again(own_site)


@pytest.mark.parametrize("name", ["web", "worker", "housekeeping", "webhooks"])
def test_no_process_has_loaded_a_runtime_that_it_must_not(own_site: RunningSite, name: str) -> None:
    """What is really mapped into memory, in the process and its children."""
    forbidden = ["tensorflow", "keras"] + (["ai_edge_litert"] if name == "web" else [])
    process = psutil.Process(own_site.pids()[name])
    children = []
    if name != "webhooks":  # it runs threads
        children = wait_for(lambda: process.children(recursive=True))
    for member in (process, *children):
        maps = Path(f"/proc/{member.pid}/maps").read_text()
        assert [word for word in forbidden if f"/{word}/" in maps] == []


def test_run_needs_nothing_of_the_shell_that_starts_it(tmp_path: Path) -> None:
    """`--help` with an empty environment: the settings that hold without any variable."""
    said = subprocess.run(
        [sys.executable, "manage.py", "run", "--help"],
        env={"PATH": os.defpath, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Example: PORT=8080" in said
