"""The short commands: each prints something and returns the exit status."""

import argparse
import json
import sys
from itertools import islice

from fracture_client.cli.connecting import client, secret
from fracture_client.questions import NotFinished
from fracture_client.records import Case
from fracture_client.webhooks import ID, SIGNATURE, TIMESTAMP, verify_webhook

COLUMNS = ("case", "received", "status", "level", "priority", "patient_reference")


def status(arguments: argparse.Namespace) -> int:
    with client(arguments) as api:
        try:
            case = api.wait(arguments.case, timeout=arguments.wait)
        except NotFinished as error:
            case = error.case
    show(case)
    return 1 if case.status == "failed" or (arguments.wait and not case.is_finished) else 0


def show(case: Case) -> None:
    """With the statements and the disclaimer, wherever an answer is shown."""
    print(f"{case.id}  {case.status}  {case.level or '-'}  {case.priority}")
    for one in case.radiographs:
        answer = one.answer
        shown = "" if answer.probability is None else f" {answer.probability:.0%}"
        print(
            f"  {one.position + 1}  {answer.kind}{shown}  {answer.statement} {answer.note}".rstrip()
        )
    print(case.disclaimer)


def list_cases(arguments: argparse.Namespace) -> int:
    """One case a line below the names of the columns, which are parted by tabs."""
    print("\t".join(COLUMNS))
    with client(arguments) as api:
        found = api.cases(
            level=arguments.level,
            status=arguments.status,
            patient_reference=arguments.patient_reference,
            page_size=max(1, min(100, arguments.limit)),
        )
        for case in islice(found, max(0, arguments.limit)):
            moment = case.received_at.isoformat(timespec="seconds")
            level = "withheld" if case.withheld else case.level or "-"
            told = (case.id, moment, case.status, level, case.priority, case.patient_reference)
            print("\t".join(told))
    return 0


def whoami(arguments: argparse.Namespace) -> int:
    with client(arguments) as api:
        me = api.me()
    print(f"server        {api.base_url}")
    print(f"organization  {me.organization.name if me.organization else '-'}")
    if me.key:
        until = me.key.expires_at.isoformat(timespec="minutes") if me.key.expires_at else "no end"
        print(f"key           {me.key.name} ({me.key.prefix}), valid until {until}")
        print(f"scopes        {', '.join(me.key.scopes)}")
    print(f"read by       {', '.join(one.name for one in me.reading_organizations) or '-'}")
    return 0


def verify(arguments: argparse.Namespace) -> int:
    body = arguments.body.read_bytes() if arguments.body else sys.stdin.buffer.read()
    headers = {
        ID: arguments.id,
        TIMESTAMP: arguments.timestamp,
        SIGNATURE: arguments.signature,
    }
    key = secret(arguments.secret_file, "FRACTURE_WEBHOOK_SECRET", "--secret-file")
    event = verify_webhook(body, headers, key, tolerance=arguments.tolerance)
    told = {"id": event.id, "type": event.type, "timestamp": event.timestamp.isoformat()}
    print(json.dumps({**told, "data": event.data}))
    return 0
