"""From nothing to a running platform, and back to nothing on Ctrl-C."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import CommandError
from django.db import connections

from fracture_platform import broker
from fracture_platform.processes import PROCESSES
from fracture_platform.running import broker_server, lock, prepare, readiness, supervisor
from fracture_platform.running.terminal import say, stage

READY_SECONDS = 90
END_SECONDS = 2 * supervisor.STOP_SECONDS + 2


class LaunchError(Exception):
    """The platform cannot start; the message is one sentence."""


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise LaunchError(f"PORT is {text!r}; it must be a number between 1 and 65535.")
    return int(text)


class StopRequest(BaseException):
    """Somebody asked for the end: Ctrl-C, SIGTERM, or the terminal was closed."""


class Launch:
    def __init__(self, *, var_dir: Path, directory: Path) -> None:
        self.var_dir = var_dir
        self.directory = directory
        self.host = os.environ.get("HOST") or "127.0.0.1"
        self.port = _port(os.environ.get("PORT") or "8000")
        name = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104
        self.address = f"http://{name}:{self.port}"

    def run(self) -> None:
        """Prepare, start, wait until ready, print the address, and stay until asked to end."""
        self._listen_for_the_end()
        os.umask(0o077)
        try:
            with lock.take(self.var_dir, address=self.address):
                self._check_port()
                self._prepare()
                self._supervise()
        except StopRequest:
            pass

    def _listen_for_the_end(self) -> None:
        def stop(number: int, frame: FrameType | None) -> None:
            for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(each, signal.SIG_IGN)  # the end has begun; once is enough
            raise StopRequest

        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, stop)

    def _check_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise LaunchError(
                    f"Cannot listen on {self.host}:{self.port} ({error.strerror}); "
                    "name another port: PORT=8001 make run"
                ) from None

    def _prepare(self) -> None:
        with stage("Database"):
            prepare.database()
        with stage("Static files"):
            prepare.static_files()
        try:
            with stage("Model"):
                change = prepare.model()
            if change:
                say(f"  {change}")
        except CommandError as error:
            say(f"  {error}")
        prepare.forget_workers()
        prepare.demo()
        connections.close_all()

    def _commands(self) -> dict[str, tuple[str, ...]]:
        commands = dict(PROCESSES)
        if broker.embedded_url(self.var_dir) == settings.REDIS_URL:
            commands[supervisor.BROKER] = broker_server.command(self.var_dir)
        return commands

    def _supervise(self) -> None:
        broker.private_folder(self.var_dir)
        commands = self._commands()
        configuration = supervisor.write_configuration(
            self.var_dir, commands, directory=self.directory
        )
        environment = {
            **os.environ,
            "HOST": self.host,
            "PORT": str(self.port),
            "VAR_DIR": str(self.var_dir),
        }
        child = supervisor.start(configuration, environment=environment)
        try:
            self._until_ready(child)
            self._say_ready()
            code = child.wait()
            raise LaunchError(f"The supervisor ended ({code}); see {self.var_dir}/log.")
        finally:
            self._end(child)

    def _until_ready(self, child: subprocess.Popen[bytes]) -> None:
        with stage("Web, workers, scheduler, broker"):
            ready = readiness.wait(
                self.address, seconds=READY_SECONDS, alive=lambda: child.poll() is None
            )
        if not ready and child.poll() is None:
            say(f"  Not ready after {READY_SECONDS} s. I go on waiting.")
            say(readiness.explain(self.address, self.var_dir))
            readiness.wait(self.address, seconds=1e9, alive=lambda: child.poll() is None)

    def _say_ready(self) -> None:
        say(f"\nThe platform is ready: {self.address}\n")
        sign_ins = self.var_dir / "demo-sign-ins.txt"
        if sign_ins.exists():
            say(f"{sign_ins.read_text()}\nThese sign-ins are kept in {sign_ins}.")
        say(f"Logs are in {self.var_dir}/log. Ctrl-C stops everything.")

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        """End supervisord and with it every child; a child that hangs is killed by supervisord."""
        if child.poll() is None:
            say("\nStopping ...")
            began = time.monotonic()
            child.terminate()
            try:
                child.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
            with contextlib.suppress(OSError):
                broker.sockets_folder(self.var_dir).rmdir()
            say(f"Stopped in {time.monotonic() - began:.1f} s.")
