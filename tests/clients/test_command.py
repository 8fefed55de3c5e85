"""The command without a platform: it says in one line what is wrong, and installs."""

import base64
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import yaml

from fracture_client.cli import words
from fracture_client.cli.journal import Journal
from fracture_client.cli.table import Row, write
from fracture_client.transport import AGENT
from tests.clients.command import SOURCE, rows, run
from tests.clients.test_verify_webhook import BODY, SECRET, signature
from tests.running_site import free_port

KEY = "fxp_abcdefgh_verysecretverysecretverysecretverysecre"


@pytest.mark.parametrize(
    ("arguments", "key", "status", "says"),
    [
        (["whoami"], "", 2, "FRACTURE_API_KEY"),
        (["whoami", "--key-file", "/nowhere"], "", 2, "/nowhere"),
        (["--key-file", "/nowhere", "whoami"], KEY, 2, "/nowhere"),
        (["--key-file", "/before", "whoami", "--key-file", "/after"], "", 2, "/after"),
        (["status", "abc"], KEY, 2, "'abc' is no id of a case"),
        (["download", "abc", "--into", "x"], KEY, 2, "'abc' is no id of a case"),
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
    assert '--signature "v1,' in run("verify-webhook", "--help").stdout


def words_of(schema: str) -> list[str]:
    told = yaml.safe_load((SOURCE.parents[1] / "docs" / "openapi.yaml").read_text())
    return sorted(told["components"]["schemas"][schema]["enum"])


def test_help_lists_the_words_that_the_api_takes() -> None:
    for some, schema in (
        (words.PRIORITIES, "Priority"),
        (words.SIDES, "Side"),
        (words.REGIONS, "BodyRegion"),
        (words.STATUSES, "CaseStatus"),
        (words.LEVELS, "CaseLevel"),
    ):
        assert sorted(some) == words_of(schema)
    folder = " ".join(run("submit-folder", "--help").stdout.split())
    shown = " ".join(run("list", "--help").stdout.split())
    for some in (words.PRIORITIES, words.SIDES, words.REGIONS):
        assert f"one of {', '.join(some)}" in folder
    for some in (words.STATUSES, words.LEVELS):
        assert f"one of {', '.join(some)}" in shown
    misspelt = run("submit-folder", "x", "--out", "y", "--side", "lefft", key=KEY)
    assert misspelt.returncode == 2
    assert "'left', 'right', 'both'" in misspelt.stderr


def test_it_says_its_version() -> None:
    told = tomllib.loads((SOURCE / "pyproject.toml").read_text())["project"]["version"]
    assert run("--version").stdout == f"fracture-client {told}\n"
    assert f"fracture-client/{told}" == AGENT


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
    with pytest.raises(ValueError, match=r"another run .*server 't', there 's'"):
        Journal(path, server="t")


def test_other_options_than_those_a_run_was_begun_with(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    Journal(path, server="s", side="").__exit__(None, None, None)
    with pytest.raises(ValueError, match=r"side 'left', there ''.*take another --out"):
        Journal(path, server="s", side="left")
    with Journal(path, server="s", side=""):
        """The same again goes on."""
    older = tmp_path / "older"
    Journal(older, server="s").__exit__(None, None, None)
    with Journal(older, server="s", side="left"):
        """Begun when a journal did not tell its options: nothing can be said, so it goes on."""
    (tmp_path / "damaged").write_text("{{{\n")
    with pytest.raises(ValueError, match="damaged"):
        Journal(tmp_path / "damaged", server="s")


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
