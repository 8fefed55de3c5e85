"""The logic of our scripts, by node's test runner where there is one; a browser walks it too."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="no node on this machine")
@pytest.mark.parametrize(
    "file", sorted(ROOT.glob("*/*.test.mjs")), ids=lambda p: f"{p.parent.name}-{p.stem}"
)
def test_logic(file: Path) -> None:
    done = subprocess.run(
        [NODE or "", "--test", str(file)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "# pass 0" not in done.stdout
