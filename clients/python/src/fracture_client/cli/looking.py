"""Images of a case into a folder, and what the key may still ask."""

import argparse

from fracture_client.cli.commands import show
from fracture_client.cli.connecting import client


def download(arguments: argparse.Namespace) -> int:
    """The names begin with the case, so that many cases fit into one folder."""
    into = arguments.into
    with client(arguments) as api:
        case = api.case(arguments.case)
        analyses = {one.id: one for one in api.analyses(case.id).results}
        into.mkdir(parents=True, exist_ok=True)
        shown = [one for one in case.radiographs if one.withdrawn_at is None]
        for one in shown:
            begin = f"{case.id}-{one.position + 1}"
            print(api.download(one.id, into / f"{begin}.png"))
            analysis = analyses.get(one.answer.analysis or "")
            if analysis and analysis.heatmap_url:
                print(api.download_heatmap(analysis.id, into / f"{begin}-heatmap.png"))
    show(case)
    return 0


def usage(arguments: argparse.Namespace) -> int:
    with client(arguments) as api:
        told = api.usage()
    for one in told.requests_per_minute:
        used = "?" if one.used is None else one.used
        again = "" if one.resets_in is None else f", begins anew in {one.resets_in} s"
        print(f"requests in a minute ({one.name})  {used} of {one.limit}{again}")
    if told.unfinished_analyses:
        unfinished = told.unfinished_analyses
        print(f"unfinished analyses  {unfinished.used} of {unfinished.limit}")
    most = told.submission
    print(f"one submission  {most.max_files} files, {most.max_request_bytes:,} bytes")
    print(f"one file  {most.max_file_bytes:,} bytes, {most.max_pixels:,} pixels")
    return 0
