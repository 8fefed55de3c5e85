"""supervisord, made safe to lose: run by path, with its configuration and its parent's id.

Three things differ from supervisord as it ships. When the process that started it dies, however
it dies, it stops its children and ends. When a child dies, what is left of the child's process
group dies too (a worker killed hard must not leave its own children behind). And the wait before
another try stays short, so that a long outage is not followed by a long wait.

This file imports nothing of the platform: it is to stay small in memory.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import supervisor.process
from supervisor.options import ServerOptions
from supervisor.supervisord import go

LONGEST_WAIT_SECONDS = 5
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Options(ServerOptions):
    def setpgrp(self) -> None:
        """Runs in the new child: its own group, and on Linux a SIGTERM when supervisord dies."""
        super().setpgrp()
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Subprocess(supervisor.process.Subprocess):
    backoff: int

    def finish(self, pid: int, sts: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        super().finish(pid, sts)

    def transition(self) -> None:
        self.backoff = min(self.backoff, LONGEST_WAIT_SECONDS)
        super().transition()


def watch(parent: int) -> None:
    """Ask supervisord to end once `parent` is no longer its parent."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def main(configuration: str, parent: str) -> None:
    # Held until the last child has ended: the next start waits for it.
    lock: Any = Path(configuration).with_name("children.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    # ProcessConfig looks the class up by this name each time it makes a process.
    supervisor.process.Subprocess = Subprocess
    options = Options()
    options.realize(["-n", "-c", configuration])
    options.first = True
    options.test = False
    threading.Thread(target=watch, args=(int(parent),), daemon=True).start()
    go(options)


if __name__ == "__main__":
    main(*sys.argv[1:])
