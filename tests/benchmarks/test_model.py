"""The benchmark runs, each way alone in its process, and its table says what was measured."""

from pathlib import Path

import pytest

from benchmarks.model import WAYS, Measured, arguments, draw, main, measure, table
from inference_worker.preprocessing import read_canonical
from tests.inference_worker.samples import shipped


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(["--help"])
    assert "Example: make bench-model BUNDLE=" in capsys.readouterr().out


def test_ratios_are_taken_round_by_round() -> None:
    """A round in which the whole machine was slow changes no ratio."""
    slow = Measured([0.4, 0.8, 0.4], 900.4)
    fast = Measured([0.04, 0.08, 0.04], 120.0)
    lines = table({"predict": slow, "litert-1": fast}).splitlines()
    assert lines[2] == "| keras.Model.predict, one by one | 2.5 | 1.0 | 900 MB |"
    assert lines[3] == "| LiteRT, 1 thread | 25.0 | 10.0 | 120 MB |"
    assert "| - |" in table({"litert-1": fast})


def test_each_way_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    draw(tmp_path, 3)
    assert all(read_canonical(path.read_bytes()).ndim == 2 for path in tmp_path.iterdir())
    results = measure(shipped(), tmp_path, ways=["litert-1", "prepare"], rounds=2)
    assert all(len(each.seconds) == 2 and min(each.seconds) > 0 for each in results.values())
    # A network and its runtime cost time and memory; without them neither comes in.
    assert results["prepare"].peak_mb < results["litert-1"].peak_mb < 400
    assert set(results) < set(WAYS)


def test_what_is_no_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bundle", str(tmp_path)]) == 1
    assert "is no bundle" in capsys.readouterr().err
