"""The command without a platform: it says in one line what is wrong, and installs."""

import base64
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fracture_client.cli.journal import Journal
from fracture_client.cli.table import Row, write
from tests.clients.command import SOURCE, rows, run
from tests.clients.test_verify_webhook import BODY, SECRET, signature
from tests.running_site import free_port

KEY = "fxp_abcdefgh_verysecretverysecretverysecretverysecre"


@pytest.mark.parametrize(
    ("arguments", "key", "status", "says"),
    [
        (["whoami"], "", 2, "FRACTURE_API_KEY"),
        (["whoami", "--key-file", "/nowhere"], "", 2, "/nowhere"),
        (["status", "not-an-id"], KEY, 2, "UUID"),
        (["submit-folder", "/nowhere", "--out", "out.csv"], KEY, 2, "no folder /nowhere"),
        (["whoami"], KEY, 1, "did not answer"),
    ],
)
def test_errors_are_one_line(arguments: list[str], key: str, status: int, says: str) -> None:
    server = "http://127.0.0.1:1" if says != "did not answer" else f"http://127.0.0.1:{free_port()}"
    done = run(*arguments, key=key, server=server)
    assert done.returncode == status
    (line,) = done.stderr.splitlines()
    assert line.startswith("fracture-client: ")
    assert says in line
    assert "verysecret" not in done.stderr + done.stdout


def test_help_has_examples() -> None:
    for command in ((), ("submit-folder",)):
        said = run(*command, "--help").stdout
        assert "submit-folder monday --out monday.csv" in said
    assert "--key " not in said


def test_a_webhook_at_the_command_line(tmp_path: Path) -> None:
    now = int(time.time())
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    head = ("verify-webhook", "--id", "msg_1", "--timestamp", str(now), "--secret-file", secret)
    good = run(*head, "--signature", signature(SECRET, now), given=BODY.decode())
    assert (good.returncode, '"type": "case.finished"' in good.stdout) == (0, True)
    bad = run(
        *head, "--signature", "v1," + base64.b64encode(b"x" * 32).decode(), given=BODY.decode()
    )
    assert (bad.returncode, bad.stdout) == (1, "")


def test_a_line_that_a_crash_cut_off_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path, server="s") as journal:
        journal.note("a", case="1")
        journal.note("b", case="2")
    path.write_bytes(path.read_bytes()[:-5])
    with Journal(path, server="s") as journal:
        assert (journal.of("a"), journal.of("b")) == ({"case": "1"}, {})
        journal.note("b", case="3")
    with Journal(path, server="s") as journal:
        assert journal.of("b") == {"case": "3"}
    with pytest.raises(ValueError, match="another run"):
        Journal(path, server="t")


def test_a_name_is_no_formula(tmp_path: Path) -> None:
    write(tmp_path / "out.csv", [Row("=1+1.png"), Row("x\udce9.png")])
    with (tmp_path / "out.csv").open(errors="surrogateescape") as file:
        assert "x\udce9.png" in file.read()
    write(tmp_path / "out.csv", [Row("=1+1.png")])
    assert list(rows(tmp_path / "out.csv")) == ["'=1+1.png"]


def test_it_installs(tmp_path: Path) -> None:
    """From a copy: building leaves things behind. Nothing is asked of a package index."""
    source, target = tmp_path / "source", tmp_path / "target"
    shutil.copytree(SOURCE, source)
    uv = Path(sys.executable).with_name("uv")
    installer = [str(uv), "pip", "install", "--quiet", "--offline"]
    options = ["--no-deps", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*installer, *options, "--target", target, source], check=True, timeout=60)
    assert (target / "fracture_client" / "py.typed").exists()
    assert (target / "bin" / "fracture-client").exists()
    assert (next(target.glob("*.dist-info")) / "licenses" / "LICENSE").exists()
    told = subprocess.run(
        [target / "bin" / "fracture-client", "--help"],
        env={"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert "whoami" in told.stdout
