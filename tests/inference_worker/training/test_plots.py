"""The pictures of a card, also of scores that leave parts of them empty."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference_worker.training.evaluation import evaluate_scores
from inference_worker.training.score_plots import FILES, draw
from tests.inference_worker.training.scored import made_up


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"logits": np.zeros(60)},
        {"logits": np.repeat([-1e6, 1e6], 30)},
        {"folds": (np.arange(60) > 30).astype(int), "labels": (np.arange(60) > 30).astype(int)},
        {"labels": (np.arange(60) == 7).astype(int)},
        {"labels": (np.arange(60) != 7).astype(int), "tags": (frozenset(),) * 60},
    ],
)
@pytest.mark.filterwarnings("error")
def test_every_picture_is_drawn(changes: dict[str, Any], tmp_path: Path) -> None:
    scores = replace(made_up(images=60), **changes)
    draw(scores, evaluate_scores(scores, draws=20), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    for name in FILES:
        with Image.open(tmp_path / name) as picture:
            assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 20


def test_the_same_scores_give_the_same_files(tmp_path: Path) -> None:
    scores = made_up(images=60)
    made = evaluate_scores(scores, draws=20)
    for folder in ("one", "other"):
        draw(scores, made, tmp_path / folder)
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
