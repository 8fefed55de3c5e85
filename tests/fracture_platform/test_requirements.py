"""The locks: what base holds and does not, and that no file names an index."""

import re
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "requirements"
FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in {".in", ".txt"})
LOCKS = [name for name in FILES if name.endswith(".txt")]


def pins(name: str) -> dict[str, set[str]]:
    """Versions by package; a package may have one for each range of Python versions."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([\w.\[\]-]+)==([\w.+]+)", (FOLDER / name).read_text(), re.MULTILINE
    ):
        found.setdefault(re.sub(r"\[.*\]", "", package).lower(), set()).add(version)
    return found


@pytest.mark.parametrize("name", FILES)
def test_no_file_names_an_index_or_a_path_of_a_machine(name: str) -> None:
    text = (FOLDER / name).read_text()
    assert not re.search(r"https?://|file:|--(extra-)?index|--find-links|-f ", text)
    assert not re.search(r"^# .*\s/", text, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_of_a_lock_has_hashes(name: str) -> None:
    blocks = re.split(r"^(?=[\w.\[\]-]+==)", (FOLDER / name).read_text(), flags=re.MULTILINE)[1:]
    assert len(blocks) > 10
    assert all("--hash=sha256:" in block for block in blocks)


def test_base_holds_no_deep_learning_framework() -> None:
    assert {"tensorflow", "keras", "torch", "jax"} & set(pins("base.txt")) == set()
    assert "tensorflow" in pins("train.txt")


@pytest.mark.parametrize("name", [name for name in LOCKS if name != "base.txt"])
def test_the_extras_agree_with_base(name: str) -> None:
    base, extra = pins("base.txt"), pins(name)
    shared = set(base) & set(extra)
    assert shared
    assert {package for package in shared if base[package] != extra[package]} == set()
