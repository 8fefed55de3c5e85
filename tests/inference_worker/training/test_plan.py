"""A plan as it is said on the command line and kept beside a run."""

import argparse
from dataclasses import replace

import pytest

from inference_worker.training.learning.command import stage
from inference_worker.training.learning.plan import Stage
from inference_worker.training.learning.plans import plan_of


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("320:4:1e-4", Stage(320, 4, 1e-4)),
        ("320:4:0.0001", Stage(320, 4, 1e-4)),
        ("448:1:0.0003:whole", Stage(448, 1, 3e-4, whole=True)),
    ],
)
def test_a_stage_is_read_and_written_alike(said: str, meant: Stage) -> None:
    assert stage(said) == meant
    assert stage(meant.written) == meant


@pytest.mark.parametrize(
    "said", ["", "320", "320:4", "320:4:x", "320:4:1e-4:", "320:4:1e-4:half", "whole", ":whole"]
)
def test_what_is_no_stage_is_told_so(said: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="SIZE:EPOCHS:RATE"):
        stage(said)


@pytest.mark.parametrize("said", ["100:4:1e-4", "32:4:1e-4", "320:0:1e-4", "320:4:0"])
def test_numbers_that_cannot_be_a_stage_are_refused(said: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="multiples of 32"):
        stage(said)


def test_only_a_stage_that_is_whole_says_so_in_the_record() -> None:
    """Folders that were begun before there were such stages are held to what they recorded then."""
    plan = replace(
        plan_of("efficientnet_lite0", "windows"),
        stages=(Stage(224, 1, 3e-4), Stage(320, 1, 1e-4, whole=True)),
    )
    held, whole = plan.as_json()["stages"]
    assert held == {"size": 224, "epochs": 1, "rate": 3e-4}
    assert whole["whole"] is True
    assert "views" not in plan_of("efficientnet_lite0").as_json()


def test_the_lower_blocks_are_held_but_in_a_whole_stage() -> None:
    windows, films = (plan_of("efficientnet_lite0", kind) for kind in ("windows", "films"))
    small = Stage(224, 1, 1e-4)
    assert windows.blocks_held(small) == 5
    assert windows.blocks_held(replace(small, whole=True)) == 0
    assert films.blocks_held(small) == 0
