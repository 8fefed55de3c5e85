"""The client asks the really running platform for everything that it offers."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from fracture_client import Client, Conflict, NotAllowed, NotFinished, NotFound, Refused
from tests.clients.command import run
from tests.clients.conftest import PARTNER
from tests.factories import phantom
from tests.running_site import RunningSite

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("site")]
PNG = b"\x89PNG"


def test_a_case_from_its_files_to_its_answer(api: Client, tmp_path: Path) -> None:
    file = tmp_path / "Jane Doe.png"
    file.write_bytes(phantom(seed=9100))
    details = {"patient_reference": "C-walk", "body_region": "wrist", "priority": "urgent"}
    deadline = datetime(2199, 1, 1, tzinfo=UTC)
    sent = api.submit(
        [file, phantom(seed=9101)],
        views=["frontal", "lateral"],
        reading_deadline=deadline,
        accession="A-1",
        **details,  # type: ignore[arg-type]  # strings, all of them
    )
    assert (sent.replayed, sent.priority, sent.reading_deadline) == (False, "urgent", deadline)
    assert sent.external_ids.accession == "A-1"
    assert [one.view for one in sent.radiographs] == ["frontal", "lateral"]

    case = api.wait(sent.id, timeout=60)
    assert case.status == "finished"
    assert case.disclaimer
    assert case == api.case(case.id)
    assert api.radiographs(case.id) == case.radiographs
    analyses = {one.id: one for one in api.analyses(case.id).results}
    for radiograph in case.radiographs:
        told = analyses[radiograph.answer.analysis or ""]
        assert told.radiograph == radiograph.id
        assert told.level == radiograph.answer.level != ""
        assert told.probability == radiograph.answer.probability is not None
        assert told.model.id == api.model().id == api.model(told.model.id).id
    assert api.reads(case.id).results == ()
    with pytest.raises(Conflict) as raised:
        api.cancel(case.id)
    assert raised.value.code == "nothing_waits"

    first = case.radiographs[0]
    saved = api.download(first.id, tmp_path / "original.png", rendition="original")
    assert saved.read_bytes()[:4] == PNG
    assert api.download(first.id, tmp_path / "canonical.png").read_bytes()[:4] == PNG
    mapped = next(one for one in analyses.values() if one.heatmap_url)
    assert api.download_heatmap(mapped.id, tmp_path / "heat.png").read_bytes()[:4] == PNG
    assert not list(tmp_path.glob("*.part"))

    assert api.rerun(case.id, first.id).id == case.id
    assert api.wait(case.id, timeout=60).status == "finished"
    assert len(api.analyses(case.id).results) == len(analyses) + 1


def test_the_same_submission_again_makes_no_second_case(site: RunningSite, api: Client) -> None:
    reference = f"C-{uuid4().hex[:8]}"
    first = api.submit([phantom(seed=9110)], patient_reference=reference)
    again = api.submit([phantom(seed=9110)], patient_reference=reference)
    assert (again.id, again.replayed) == (first.id, True)
    own = api.submit([phantom(seed=9110)], patient_reference=reference, idempotency_key=reference)
    assert own.id != first.id
    pages = api.cases(patient_reference=reference, page_size=1)
    assert [case.id for case in pages] == [own.id, first.id]


def test_who_asks(api: Client) -> None:
    me = api.me()
    assert me.organization is not None
    assert me.organization.name == PARTNER
    assert me.key is not None
    assert set(me.key.scopes) == {"submit", "read"}


def test_what_is_refused(site: RunningSite, api: Client) -> None:
    with pytest.raises(Refused) as raised:
        api.submit([phantom(seed=9120), b"no radiograph"], patient_reference="C-refused")
    told = raised.value
    assert (told.status, told.code, told.attr) == (422, "not_an_image", "radiographs.1")
    assert told.request_id
    with pytest.raises(NotFound):
        api.case(uuid4())
    with (
        Client(site.base_url, "fxp_no_such_key") as stranger,
        pytest.raises(NotAllowed) as unknown,
    ):
        stranger.me()
    assert unknown.value.code == "key_unknown"


def test_an_answer_that_does_not_come_in_time(site: RunningSite, api: Client) -> None:
    site.stop("worker")
    try:
        sent = api.submit([phantom(seed=9130)], patient_reference="C-late")
        with pytest.raises(NotFinished) as raised:
            api.wait(sent.id, timeout=3)
        assert raised.value.case.status == "queued"
        assert api.cancel(sent.id).status == "cancelled"
    finally:
        site.start("worker")
        site.wait_until_ready(60)


def test_the_short_commands(site: RunningSite, api: Client, partner_key: str) -> None:
    case = api.submit([phantom(seed=9140)], patient_reference="C-short")
    at = {"key": partner_key, "server": site.base_url}
    status = run("status", case.id, "--wait", "60", **at)
    assert status.returncode == 0, status.stderr
    assert status.stdout.startswith(f"{case.id}  finished")
    assert "not a cleared medical device" in status.stdout
    found = run("list", "--patient-reference", "C-short", "--limit", "1", **at)
    head, line = found.stdout.splitlines()
    assert head.split("\t")[::5] == ["case", "patient_reference"]
    assert line.split("\t")[::5] == [case.id, "C-short"]
    assert PARTNER in run("whoami", **at).stdout
    assert partner_key not in status.stdout + found.stdout
