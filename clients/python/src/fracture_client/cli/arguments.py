"""What can be said at the command line."""

import argparse
import os
from pathlib import Path
from typing import TypeAlias

from fracture_client.cli import commands, looking, words
from fracture_client.cli.folder import submit_folder
from fracture_client.version import __version__
from fracture_client.webhooks import TOLERANCE_SECONDS

MOST_AT_ONCE = 16
_EXAMPLE = """
example:
  export FRACTURE_API_KEY=fxp_...  FRACTURE_SERVER=https://radiographs.example
  {name} whoami
  {name} submit-folder monday --out monday.csv
  {name} status 5d1c0f0e-7a55-4b0e-9d2c-1d7c1a3c8a10 --wait 60

The key comes from FRACTURE_API_KEY or --key-file, never from an argument: others can see those.
"""
_FOLDER_EXAMPLE = """
example:
  {name} submit-folder monday --out monday.csv --case-per-folder --priority urgent

Radiographs are found by their ending (JPEG, PNG, WebP, TIFF, BMP, DICOM) or as DICOM by their
content, in sub-folders too. Beside the CSV lies a journal: run the same command again, and what was
submitted is not submitted again, whatever stopped the first run. Exit status: 0 if all were
answered (or are withheld, because clinicians look first), 1 if any was not, 2 if it could not
begin, 130 after Ctrl-C. Options that make another submission are to be the same again.
"""
_WEBHOOK_EXAMPLE = """
example:
  export FRACTURE_WEBHOOK_SECRET=whsec_...
  {name} verify-webhook --id 0b1f... --timestamp 1796031000 \\
      --signature "v1,K5oZfz..." --body request.bin

The body is to be the bytes as they came. Exit status: 0 and the event as a line of JSON if it came
from the platform, 1 if not, 2 without a usable secret. A request that was kept for longer than five
minutes wants a larger --tolerance.
"""
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def parser(name: str) -> argparse.ArgumentParser:
    """Each command has a `run` that takes the arguments and returns the exit status, and a sentence
    `stopped` for whoever presses Ctrl-C."""
    whole = argparse.ArgumentParser(
        prog=name,
        parents=[_shared(os.environ.get("FRACTURE_SERVER"), None)],
        description="Submit radiographs to a fracture platform and fetch the answers.",
        epilog=_EXAMPLE.format(name=name),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"{name} {__version__}")
    whole.set_defaults(stopped="Stopped.")
    some = whole.add_subparsers(required=True, metavar="COMMAND")
    # Said after the command it holds; left out there, what was said before the command does.
    shared = _shared(argparse.SUPPRESS, argparse.SUPPRESS)
    _folder(some, shared, name)
    _looking(some, shared)
    _webhook(some, name)
    return whole


def _shared(server: str | None, key_file: str | None) -> argparse.ArgumentParser:
    """With these for what is not said."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--server",
        default=server,
        metavar="URL",
        help="address of the platform (or FRACTURE_SERVER)",
    )
    shared.add_argument(
        "--key-file",
        type=Path,
        default=key_file,
        metavar="FILE",
        help="holds the API key (or FRACTURE_API_KEY)",
    )
    return shared


def _looking(some: Commands, shared: argparse.ArgumentParser) -> None:
    status = some.add_parser("status", parents=[shared], help="how a case stands")
    status.add_argument("case", metavar="CASE", help="its id")
    status.add_argument(
        "--wait", type=_seconds, default=0.0, metavar="SECONDS", help="wait so long for the answer"
    )
    status.set_defaults(
        run=commands.status, stopped="Stopped; the case goes on, and can be asked about again."
    )

    rows = some.add_parser(
        "list",
        parents=[shared],
        help="cases, the newest first",
        description="Columns are parted by tabs; the first line names them.",
    )
    _word(rows, "--level", words.LEVELS)
    _word(rows, "--status", words.STATUSES)
    rows.add_argument("--patient-reference", metavar="REFERENCE")
    rows.add_argument("--limit", type=int, default=50, help="default: %(default)s")
    rows.set_defaults(run=commands.list_cases)

    images = some.add_parser(
        "download",
        parents=[shared],
        help="images and heatmaps of a case, as PNG",
        description="CASE-1.png is the first radiograph as it is analysed, CASE-1-heatmap.png its "
        "heatmap where there is one. Withdrawn radiographs are left out. The record of the case "
        "says who was sent them.",
    )
    images.add_argument("case", metavar="CASE", help="its id")
    images.add_argument("--into", type=Path, required=True, metavar="DIR", help="made if need be")
    images.set_defaults(run=looking.download)

    limits = some.add_parser("usage", parents=[shared], help="the limits, and what of them is used")
    limits.set_defaults(run=looking.usage)

    me = some.add_parser("whoami", parents=[shared], help="whose key it is, and what it may do")
    me.set_defaults(run=commands.whoami)


def _word(
    command: argparse.ArgumentParser, option: str, some: tuple[str, ...], default: str | None = None
) -> None:
    """An option that takes one of the words."""
    told = f"one of {', '.join(some)}" + (f" (default: {default})" if default else "")
    name = option.rpartition("-")[2].upper()
    command.add_argument(option, choices=some, default=default, metavar=name, help=told)


def _folder(
    some: Commands,
    shared: argparse.ArgumentParser,
    name: str,
) -> None:
    folder = some.add_parser(
        "submit-folder",
        parents=[shared],
        help="submit every radiograph of a folder and write the answers to a CSV",
        epilog=_FOLDER_EXAMPLE.format(name=name),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    folder.add_argument("folder", type=Path)
    folder.add_argument("--out", type=Path, required=True, metavar="CSV")
    folder.add_argument(
        "--case-per-folder",
        action="store_true",
        help="the files of each (sub-)folder are one case (default: each file is)",
    )
    folder.add_argument(
        "--reference",
        choices=["content", "name"],
        default="content",
        help="patient reference: made from the bytes (default), or the name of the file or folder; "
        "take names only where they say nothing of a person",
    )
    _word(folder, "--priority", words.PRIORITIES, "routine")
    _word(folder, "--body-region", words.REGIONS, "")
    _word(folder, "--side", words.SIDES, "")
    folder.add_argument(
        "--parallel", type=_at_once, default=4, help="requests at a time (default: %(default)s)"
    )
    folder.add_argument(
        "--timeout",
        type=_seconds,
        default=600.0,
        metavar="SECONDS",
        help="give up when for so long nothing is taken or answered (default: %(default)g)",
    )
    folder.set_defaults(
        run=submit_folder,
        stopped="Stopped: run the same command again, and it goes on.",
    )


def _webhook(some: Commands, name: str) -> None:
    webhook = some.add_parser(
        "verify-webhook",
        help="whether a request came from the platform; prints the event",
        description="The secret comes from FRACTURE_WEBHOOK_SECRET or --secret-file.",
        epilog=_WEBHOOK_EXAMPLE.format(name=name),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    webhook.add_argument("--id", required=True, help="header webhook-id")
    webhook.add_argument("--timestamp", required=True, help="header webhook-timestamp")
    webhook.add_argument("--signature", required=True, help="header webhook-signature")
    webhook.add_argument("--body", type=Path, metavar="FILE", help="default: standard input")
    webhook.add_argument("--secret-file", type=Path, metavar="FILE")
    webhook.add_argument(
        "--tolerance",
        type=_seconds,
        default=float(TOLERANCE_SECONDS),
        metavar="SECONDS",
        help="how old or early it may be (default: %(default)g)",
    )
    webhook.set_defaults(run=commands.verify)


def _at_once(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST_AT_ONCE:
        raise argparse.ArgumentTypeError(f"from 1 to {MOST_AT_ONCE}")
    return number


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError("a number of seconds")
    return seconds
