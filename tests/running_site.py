"""A platform of its own for tests: `manage.py run` for real, on a free port and a new folder."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from fracture_platform.running import readiness, supervisor

START_SECONDS = 150


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(var_dir: Path, port: int, **more: str) -> dict[str, str]:
    """The environment of a person at a terminal: nothing of the test run's own settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TERM"}
    }
    return {**kept, "VAR_DIR": str(var_dir), "PORT": str(port), **more}


def output_of(var_dir: Path, port: int) -> Path:
    """The file that takes what a start says."""
    return var_dir.with_name(f"{var_dir.name}-run-{port}.txt")


def launch(var_dir: Path, port: int, **more: str) -> "subprocess.Popen[str]":
    """`manage.py run` in a session of its own, so that a test can press Ctrl-C there."""
    with output_of(var_dir, port).open("w") as output:
        return subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=settings.BASE_DIR,
            env=environment(var_dir, port, **more),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )


@dataclass
class RunningSite:
    """A platform that `manage.py run` keeps up."""

    var_dir: Path
    port: int
    process: "subprocess.Popen[str]" = field(repr=False)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return output_of(self.var_dir, self.port).read_text()

    @property
    def sign_ins(self) -> dict[str, tuple[str, str]]:
        """E-mail address and password by role, as printed at the first start."""
        lines = (self.var_dir / "demo-sign-ins.txt").read_text().splitlines()
        rows = [line.rsplit(maxsplit=2) for line in lines]
        return {role.strip(): (email, password) for role, email, password in rows}

    def status(self) -> dict[str, Any] | None:
        return readiness.fetch_status(self.base_url)

    def pids(self) -> dict[str, int]:
        """Process ids by name: web, worker, housekeeping, webhooks, scheduler, broker."""
        return {name: row["pid"] for name, row in supervisor.states(self.var_dir).items()}

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to a process by name; the id it had."""
        pid = self.pids()[name]
        os.kill(pid, number)
        return pid

    def stop(self, name: str) -> None:
        """Stop a process and keep it down."""
        supervisor.client(self.var_dir).stopProcess(self._qualified(name))

    def start(self, name: str) -> None:
        supervisor.client(self.var_dir).startProcess(self._qualified(name))

    def log(self, name: str) -> str:
        return (self.var_dir / "log" / f"{name}.log").read_text(errors="replace")

    def manage(self, *arguments: str, timeout: float = 120) -> "subprocess.CompletedProcess[str]":
        """A command of `manage.py` on this site's data."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=environment(self.var_dir, self.port),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        alive = lambda: self.process.poll() is None  # noqa: E731
        if not readiness.wait(self.base_url, seconds=seconds, alive=alive):
            raise AssertionError(
                f"not ready:\n{self.output}\n{readiness.explain(self.base_url, self.var_dir)}"
            )

    def end(self, number: int = signal.SIGINT, seconds: float = 25) -> int:
        """Press Ctrl-C (or send `number` to the whole group) and wait; the exit status."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        return self.process.wait(seconds)

    @staticmethod
    def _qualified(name: str) -> str:
        return name if name == supervisor.BROKER else f"platform:{name}"


@contextlib.contextmanager
def running_site(folder: Path, **more: str) -> Iterator[RunningSite]:
    """A site that is up; it need not be ready. It is ended, hard if need be, when the test is."""
    port = free_port()
    var_dir = folder / "var"
    site = RunningSite(var_dir=var_dir, port=port, process=launch(var_dir, port, **more))
    try:
        yield site
    finally:
        try:
            site.end()
        except subprocess.TimeoutExpired:
            site.process.kill()
            raise


def wait_for(what: Any, seconds: float = 20, every: float = 0.1) -> Any:
    """The first true value of `what()` within `seconds`; AssertionError after."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := what():
            return value
        time.sleep(every)
    raise AssertionError(f"did not happen within {seconds} s")
