"""What can be said at the command line."""

import argparse
import os
from pathlib import Path

from fracture_client.cli import commands
from fracture_client.cli.folder import submit_folder
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
answered, 1 if any was not, 2 if it could not begin, 130 after Ctrl-C.
"""


def parser(name: str) -> argparse.ArgumentParser:
    """Each command has a `run` that takes the arguments and returns the exit status."""
    whole = argparse.ArgumentParser(
        prog=name,
        description="Submit radiographs to a fracture platform and fetch the answers.",
        epilog=_EXAMPLE.format(name=name),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    some = whole.add_subparsers(required=True, metavar="COMMAND")
    shared = _shared()
    _folder(some, shared, name)

    status = some.add_parser("status", parents=[shared], help="how a case stands")
    status.add_argument("case", help="its id")
    status.add_argument(
        "--wait", type=_seconds, default=0.0, metavar="SECONDS", help="wait so long for the answer"
    )
    status.set_defaults(run=commands.status)

    rows = some.add_parser("list", parents=[shared], help="cases, the newest first")
    rows.add_argument("--level")
    rows.add_argument("--status")
    rows.add_argument("--patient-reference", metavar="REFERENCE")
    rows.add_argument("--limit", type=int, default=50, help="default: %(default)s")
    rows.set_defaults(run=commands.list_cases)

    me = some.add_parser("whoami", parents=[shared], help="whose key it is, and what it may do")
    me.set_defaults(run=commands.whoami)
    _webhook(some)
    return whole


def _shared() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--server",
        default=os.environ.get("FRACTURE_SERVER"),
        metavar="URL",
        help="address of the platform (or FRACTURE_SERVER)",
    )
    shared.add_argument(
        "--key-file", type=Path, metavar="FILE", help="holds the API key (or FRACTURE_API_KEY)"
    )
    return shared


def _folder(
    some: "argparse._SubParsersAction[argparse.ArgumentParser]",
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
    folder.add_argument("--priority", default="routine", help="default: %(default)s")
    folder.add_argument("--body-region", default="", metavar="REGION")
    folder.add_argument("--side", default="")
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
    folder.set_defaults(run=submit_folder)


def _webhook(some: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    webhook = some.add_parser(
        "verify-webhook",
        help="whether a request came from the platform; prints the event",
        description="The secret comes from FRACTURE_WEBHOOK_SECRET or --secret-file.",
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
