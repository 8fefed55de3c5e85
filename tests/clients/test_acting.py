"""Adding, withdrawing, reading and what may be asked, before the really running platform."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from fracture_client import Client, Conflict, NotAllowed, Place, Refused
from tests.clients.command import run
from tests.clients.conftest import HOSPITAL, READER, made_key
from tests.factories import phantom
from tests.running_site import RunningSite

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("site")]


@pytest.fixture
def hospital(site: RunningSite) -> Iterator[Client]:
    with Client(site.base_url, made_key(site, HOSPITAL, "submit", "read")) as client:
        yield client


def test_further_radiographs_and_their_withdrawal(api: Client) -> None:
    sent = api.submit([phantom(seed=9500)], patient_reference="C-further")
    more = [phantom(seed=9501), phantom(seed=9502)]
    added = api.add_radiographs(sent.id, more, views=["lateral", "oblique"])
    assert (added.id, added.replayed, len(added.radiographs)) == (sent.id, False, 3)
    assert [one.view for one in added.radiographs] == ["", "lateral", "oblique"]
    again = api.add_radiographs(sent.id, more, views=["lateral", "oblique"])
    assert (again.replayed, len(again.radiographs)) == (True, 3)
    other = api.submit([phantom(seed=9503)], patient_reference="C-other")
    assert not api.add_radiographs(other.id, more, views=["lateral", "oblique"]).replayed

    last = added.radiographs[2]
    less = api.withdraw(sent.id, "another patient's", last.id)
    gone = {one.id: one for one in less.radiographs}[last.id]
    assert gone.withdrawn_at is not None
    assert gone.withdrawal_reason == "another patient's"
    assert less.withdrawn_at is None
    with pytest.raises(Refused) as twice:
        api.withdraw(sent.id, "another patient's", last.id)
    assert twice.value.code == "not_of_this_case"
    case = api.withdraw(sent.id, "sent twice")
    assert (case.status, case.withdrawn_at is None) == ("withdrawn", False)
    with pytest.raises(Conflict) as raised:
        api.add_radiographs(sent.id, [phantom(seed=9504)])
    assert raised.value.code == "case_withdrawn"


def test_a_read_is_the_clinician_s(api: Client, hospital: Client) -> None:
    sent = api.submit([phantom(width=700, height=900, seed=9510)], patient_reference="C-read")
    (radiograph,) = api.wait(sent.id, timeout=60).radiographs
    place = Place(radiograph.id, 12.5, 20.0)
    read = hospital.record_read(
        sent.id,
        reader_email=READER,
        conclusion="fracture",
        body_region="wrist",
        side="left",
        other_findings=["effusion"],
        comment="at the styloid",
        analysis=radiograph.answer.analysis,
        agreement="disagree",
        mark=place,
    )
    assert (read.conclusion, read.body_region, read.side) == ("fracture", "wrist", "left")
    assert (read.other_findings, read.comment) == (("effusion",), "at the styloid")
    assert (read.agreement, read.mark) == ("disagree", place)
    assert read.analysis == radiograph.answer.analysis
    assert read.organization.name == HOSPITAL
    with pytest.raises(Conflict) as raised:
        hospital.record_read(sent.id, reader_email=READER, conclusion="unsure")
    assert raised.value.code == "cannot_be_read"
    later = hospital.record_read(
        sent.id, reader_email=READER, conclusion="no_fracture", amending=read.id
    )
    told = api.reads(sent.id).results
    assert [(one.id, one.stands, one.amends) for one in told] == [
        (later.id, True, read.id),
        (read.id, False, None),
    ]
    with pytest.raises(Refused) as unknown:
        hospital.record_read(sent.id, reader_email="a@b.example", conclusion="unsure")
    assert (unknown.value.code, unknown.value.attr) == ("reader_unknown", "reader_email")
    with pytest.raises(NotAllowed) as other:
        api.record_read(sent.id, reader_email=READER, conclusion="unsure")
    assert other.value.code == "not_reading"


def test_what_changed_since(api: Client) -> None:
    reference = f"C-{uuid4().hex[:8]}"
    old, new = (
        api.wait(api.submit([phantom(seed=seed)], patient_reference=reference).id, timeout=60)
        for seed in (9520, 9521)
    )
    since = new.changed_at
    found = {one.id for one in api.cases(patient_reference=reference, changed_from=since)}
    assert found == {new.id}
    api.withdraw(old.id, "sent twice")
    found = {one.id for one in api.cases(patient_reference=reference, changed_from=since)}
    assert found == {old.id, new.id}


def test_what_may_be_asked(site: RunningSite, api: Client, partner_key: str) -> None:
    first, then = api.usage(), api.usage()
    by_name = {one.name: one for one in then.requests_per_minute}
    assert by_name["key"].limit == 1_000_000
    assert by_name["key"].used is not None
    assert first.unfinished_analyses is not None
    assert first.unfinished_analyses.limit == 1_000_000
    assert then.submission.max_files > 1
    said = run("usage", key=partner_key, server=site.base_url)
    assert said.returncode == 0, said.stderr
    assert "requests in a minute (key)" in said.stdout
    assert f"one submission  {then.submission.max_files} files" in said.stdout


def test_images_and_heatmaps_of_a_case(
    site: RunningSite, api: Client, partner_key: str, tmp_path: Path
) -> None:
    sent = api.submit(
        [phantom(seed=9530), phantom(seed=9531), phantom(seed=9532)], patient_reference="C-images"
    )
    case = api.wait(sent.id, timeout=60)
    api.withdraw(case.id, "sent twice", case.radiographs[1].id)
    at = {"key": partner_key, "server": site.base_url}
    done = run("download", case.id, "--into", tmp_path / "new", **at)
    assert done.returncode == 0, done.stderr
    files = {path.name: path for path in (tmp_path / "new").iterdir()}
    heatmaps = {one.radiograph for one in api.analyses(case.id).results if one.heatmap_url}
    wanted = {
        f"{case.id}-{number}{kind}.png"
        for number in (1, 3)
        for kind in ("", "-heatmap")
        if not kind or case.radiographs[number - 1].id in heatmaps
    }
    assert set(files) == wanted
    assert any("heatmap" in name for name in files)
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in files.values())
    assert "not a cleared medical device" in done.stdout
    missing = run("download", str(uuid4()), "--into", tmp_path / "none", **at)
    assert missing.returncode == 1
    assert len(missing.stderr.splitlines()) == 1
    assert not (tmp_path / "none").exists()
