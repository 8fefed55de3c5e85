"""An organization that reads first: its programs are told nothing before a clinician has looked."""

from pathlib import Path

import pytest

from fracture_client import Client, Conflict
from tests.clients.command import rows, run
from tests.clients.conftest import made_key
from tests.factories import phantom
from tests.running_site import RunningSite

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("site")]
CLINIC, READER = "Careful Clinic", "reader@careful.example"
MAKE_CLINIC = f"""
from accounts.models import Organization, User
clinic = Organization.objects.create(name={CLINIC!r}, read_first=True)
User.objects.create_user({READER!r}, organization=clinic, role=User.Role.CLINICIAN)
"""
LOOK = f"""
from accounts.models import User
from cases.models import Case
from cases.services.impressions import record_impression
case = Case.objects.get(pk="{{case}}")
seen = set(case.radiographs.values_list("pk", flat=True))
reader = User.objects.get(email={READER!r})
record_impression(case=case, reader=reader, conclusion="unsure", seen=seen)
"""


def test_an_answer_that_is_withheld_until_a_clinician_has_looked(
    site: RunningSite, tmp_path: Path
) -> None:
    assert site.manage("shell", "--command", MAKE_CLINIC).returncode == 0
    key = made_key(site, CLINIC, "submit", "read")
    folder, out = tmp_path / "careful", tmp_path / "careful.csv"
    folder.mkdir()
    (folder / "a.png").write_bytes(phantom(seed=9700))
    (folder / "b.png").write_text("no radiograph")
    command = ("submit-folder", folder, "--out", out)
    at = {"key": key, "server": site.base_url}
    done = run(*command, **at)
    assert "2 files, 0 answered, 1 withheld, 1 not" in done.stdout
    assert "clinicians look first" in done.stderr
    row = rows(out)["a.png"]
    assert (row["status"], row["level"], row["probability"]) == ("finished", "withheld", "")
    assert (row["error_code"], row["model"]) == ("", "")
    assert row["statement"]

    with Client(site.base_url, key) as api:
        case = api.wait(row["case"], timeout=0)
        assert (case.withheld, case.level, case.status) == (True, None, "finished")
        answer = case.radiographs[0].answer
        assert (answer.kind, answer.level, answer.probability) == ("withheld", "", None)
        analyses, reads = api.analyses(case.id), api.reads(case.id)
        assert (analyses.withheld, analyses.results) == (True, ())
        assert (reads.withheld, reads.results) == (True, ())
        assert [(one.id, one.withheld) for one in api.cases()] == [(case.id, True)]
        with pytest.raises(Conflict) as raised:
            api.record_read(case.id, reader_email=READER, conclusion="unsure")
        assert raised.value.code == "cannot_be_read"
        images = run("download", case.id, "--into", tmp_path / "images", **at)
        assert images.returncode == 0, images.stderr
        names = [path.name for path in (tmp_path / "images").iterdir()]
        assert names == [f"{case.id}-1.png"]
        listed = run("list", **at).stdout.splitlines()
        assert listed[1].split("\t")[3] == "withheld"

        looked = site.manage("shell", "--command", LOOK.replace("{case}", case.id))
        assert looked.returncode == 0, looked.stderr
        again = run(*command, **at)
        assert "2 files, 1 answered, 1 not" in again.stdout
        told = api.case(case.id)
        assert not told.withheld
        assert rows(out)["a.png"]["level"] == told.radiographs[0].answer.level != ""
        assert len(list(api.cases())) == 1
