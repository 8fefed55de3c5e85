"""`fracture-client`: the platform at the command line. Errors are one line."""

import os
import signal
import sys
import warnings
from collections.abc import Sequence

from fracture_client.cli.arguments import parser
from fracture_client.errors import FractureError

NAME = "fracture-client"
FAILED, UNUSABLE, INTERRUPTED = 1, 2, 128 + signal.SIGINT


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0 if nothing failed, 1 if anything did, 2 if it could not begin, 130 after
    Ctrl-C."""
    warnings.showwarning = lambda message, *_more: _complain(str(message))
    # Whoever ends the process politely is heard like Ctrl-C: what was done is written down.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = parser(NAME).parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        _complain(arguments.stopped)
        return INTERRUPTED
    except BrokenPipeError:
        # `| head` has seen enough; nothing more is flushed at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except FractureError as error:
        _complain(str(error))
        return FAILED
    except (OSError, ValueError) as error:
        _complain(str(error))
        return UNUSABLE
    return status


def _complain(sentence: str) -> None:
    print(f"{NAME}: {' '.join(sentence.split())}", file=sys.stderr)
