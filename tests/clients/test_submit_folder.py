"""`submit-folder` before the really running platform: killed, interrupted, gone on with."""

import json
import signal
import subprocess
from itertools import islice
from pathlib import Path

import pytest

from fracture_client import Client
from tests.clients.command import begin, rows, run
from tests.factories import phantom
from tests.running_site import RunningSite, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("site")]


def fill(folder: Path, *, seed: int, count: int = 8) -> None:
    """Drawn phantoms, some below, large enough that a run can be caught at work; one bad file."""
    (folder / "monday").mkdir(parents=True)
    for number in range(count):
        place = folder / "monday" if number % 2 else folder
        data = phantom(width=700, height=900, seed=seed + number)
        (place / f"p{number}.png").write_bytes(data)
    (folder / "monday" / "notes.jpg").write_text("not a radiograph, whatever its name says")
    (folder / "read me.txt").write_text("never sent")


def real(fracatlas: Path) -> list[Path]:
    """A handful of each kind."""
    kinds = ("Fractured", "Non_fractured")
    return [
        path
        for kind in kinds
        for path in islice(sorted((fracatlas / "images" / kind).glob("*.jpg")), 3)
    ]


def submitted(out: Path) -> int:
    journal = out.with_name(f"{out.name}.journal")
    lines = journal.read_bytes().splitlines(keepends=True) if journal.exists() else []
    return sum("case" in json.loads(line) for line in lines[1:] if line.endswith(b"\n"))


def agree(api: Client, out: Path) -> set[str]:
    """Every answered row says what the API says; the cases."""
    cases = set()
    for row in rows(out).values():
        if row["error_code"]:
            continue
        case = api.case(row["case"])
        (radiograph,) = [one for one in case.radiographs if one.id == row["radiograph"]]
        told = {one.id: one for one in api.analyses(case.id).results}
        analysis = told[radiograph.answer.analysis or ""]
        assert row["status"] == case.status == "finished"
        assert row["level"] == radiograph.answer.level == analysis.level
        assert float(row["probability"]) == analysis.probability
        assert row["model"] == f"{analysis.model.name} {analysis.model.version}"
        assert row["statement"].startswith(radiograph.answer.statement)
        cases.add(case.id)
    return cases


def go_through_death(
    site: RunningSite, key: str, folder: Path, out: Path, count: int
) -> "subprocess.CompletedProcess[str]":
    """Killed while it sends, interrupted while it waits, then left in peace."""
    command = ("submit-folder", folder, "--out", out, "--parallel", "2")
    at = {"key": key, "server": site.base_url}
    site.stop("worker")
    try:
        killed = begin(*command, **at)
        wait_for(lambda: submitted(out) >= 2, seconds=60, every=0.02)
        killed.kill()
        killed.communicate()
        assert submitted(out) < count, "it was too fast to be killed on its way"

        waiting = begin(*command, **at)
        wait_for(lambda: submitted(out) == count, seconds=60)
        waiting.send_signal(signal.SIGINT)
        _said, complaint = waiting.communicate(timeout=30)
        assert waiting.returncode == 130
        (line,) = complaint.splitlines()
        assert "run the same command again" in line
        shown = rows(out)
        assert sum(row["error_code"] == "interrupted" for row in shown.values()) == count
        assert shown["monday/notes.jpg"]["error_code"] == "not_an_image"
    finally:
        site.start("worker")
        site.wait_until_ready(60)
    return run(*command, **at)


def compared(site: RunningSite, api: Client, key: str, folder: Path, out: Path, count: int) -> None:
    before = {case.id for case in api.cases()}
    done = go_through_death(site, key, folder, out, count)
    assert done.returncode == 1  # for the file that is none
    assert f"{count + 1} files, {count} answered, 1 not" in done.stdout
    assert "not a cleared medical device" in done.stdout
    shown = rows(out)
    files = {path for path in folder.rglob("*") if path.suffix in {".png", ".jpg"}}
    assert list(shown) == sorted((str(path.relative_to(folder)) for path in files), key=Path)
    bad = shown["monday/notes.jpg"]
    assert (bad["status"], bad["error_code"], bad["case"]) == ("refused", "not_an_image", "")
    cases = agree(api, out)
    assert len(cases) == count
    assert {case.id for case in api.cases()} - before == cases  # and no second one of any
    assert all(key not in path.read_text() for path in out.parent.glob(f"{out.name}*"))


def test_a_killed_run_goes_on(
    site: RunningSite, api: Client, partner_key: str, tmp_path: Path
) -> None:
    fill(tmp_path / "week", seed=9200)
    compared(site, api, partner_key, tmp_path / "week", tmp_path / "week.csv", count=8)


def test_real_radiographs(
    site: RunningSite, api: Client, partner_key: str, fracatlas: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "real"
    fill(folder, seed=9300, count=4)
    for path in real(fracatlas):
        (folder / path.name).write_bytes(path.read_bytes())
    compared(site, api, partner_key, folder, tmp_path / "real.csv", count=10)


def test_a_case_for_each_folder(
    site: RunningSite, api: Client, partner_key: str, tmp_path: Path
) -> None:
    folder, out = tmp_path / "cases", tmp_path / "cases.csv"
    for name, seeds in {"good": (9400, 9401), "bad": (9402,)}.items():
        (folder / name).mkdir(parents=True)
        for seed in seeds:
            (folder / name / f"{seed}.png").write_bytes(phantom(seed=seed))
    (folder / "bad" / "a.png").write_text("no radiograph")
    command = ("submit-folder", folder, "--out", out, "--case-per-folder", "--reference", "name")
    at = {"key": partner_key, "server": site.base_url}
    assert run(*command, **at).returncode == 1
    shown = rows(out)
    (case_id,) = agree(api, out)
    case = api.case(case_id)
    assert (case.patient_reference, len(case.radiographs)) == ("good", 2)
    assert shown["bad/a.png"]["error_code"] == "not_an_image"
    assert shown["bad/9402.png"]["error_code"] == "other_file_refused"

    other = run("submit-folder", folder, "--out", out, **at)
    assert other.returncode == 2
    assert "journal of another run" in other.stderr
    other = run(*command, "--side", "left", **at)
    assert other.returncode == 2
    assert "side 'left', there ''" in other.stderr
