"""What `manage.py run` says: a line for each stage, calmly."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def stage(text: str) -> Iterator[None]:
    """`text ...` before, and how long it took after."""
    began = time.monotonic()
    sys.stdout.write(f"  {text} ... ")
    sys.stdout.flush()
    try:
        yield
    except BaseException:
        say("no")
        raise
    say(f"{time.monotonic() - began:.1f} s")
