"""The embedded broker, started as `manage.py run` starts it, on a socket of its own."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fracture_platform import broker
from fracture_platform.running import broker_server


@dataclass
class EmbeddedBroker:
    """A real server that a test may stop, kill, freeze and start again."""

    var_dir: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return broker.embedded_url(self.var_dir)

    def start(self) -> None:
        with (self.var_dir / "broker.log").open("a") as log:
            self.process = subprocess.Popen(
                broker_server.command(self.var_dir), stdout=log, stderr=log
            )
        deadline = time.monotonic() + 20
        while not broker.is_up(self.url):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.var_dir / "broker.log").read_text())
            time.sleep(0.05)

    def end(self, number: int = signal.SIGTERM) -> None:
        """Stop it in order (SIGTERM) or kill it (SIGKILL); what it wrote to its file stays."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(20)
            self.process = None

    def forget(self) -> None:
        """Lose everything that it had written; only while it is stopped."""
        for path in (self.var_dir / "broker").rglob("*"):
            if path.is_file():
                path.unlink()


@contextlib.contextmanager
def embedded_broker(var_dir: Path) -> Iterator[EmbeddedBroker]:
    var_dir.mkdir(parents=True, exist_ok=True)
    server = EmbeddedBroker(var_dir)
    server.start()
    try:
        yield server
    finally:
        server.end(signal.SIGKILL)
        broker.embedded_socket(var_dir).unlink(missing_ok=True)
        broker.sockets_folder(var_dir).rmdir()
