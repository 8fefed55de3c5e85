"""The file of out-of-fold scores."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference_worker.training import scores
from tests.inference_worker.training.scored import made_up

HEADER = "id,fold,label,group,source,tags,logit\n"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = made_up(images=30)
    scores.write(written, tmp_path / "new" / "oof.csv")
    found = scores.read(tmp_path / "new" / "oof.csv")
    for name in ("ids", "folds", "labels", "groups", "sources"):
        np.testing.assert_array_equal(getattr(found, name), getattr(written, name))
    np.testing.assert_allclose(found.logits, written.logits, atol=5e-7)
    assert found.tags == written.tags
    assert found.class_scores is None
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["oof.csv"]


def test_scores_of_several_classes_go_along(tmp_path: Path) -> None:
    said = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.2, 0.5, 0.3]])
    three = replace(
        made_up(images=3),
        labels=np.array([0, 2, 1]),
        class_names=("normal", "crack", "break, open"),
        class_scores=said,
    )
    scores.write(three, tmp_path / "oof.csv")
    found = scores.read(tmp_path / "oof.csv")
    assert found.class_names == three.class_names
    np.testing.assert_allclose(np.asarray(found.class_scores), said)
    np.testing.assert_array_equal(found.fractured, [False, True, True])
    part = found.take(np.array([False, True, False]))
    assert part.ids.tolist() == [found.ids[1]]
    assert np.asarray(part.class_scores).tolist() == [[0.1, 0.3, 0.6]]


def test_a_part_keeps_its_rows_together() -> None:
    whole = made_up(images=20)
    part = whole.take(whole.tagged("hand"))
    assert 0 < len(part) < 20
    assert all("hand" in tags for tags in part.tags)
    assert set(part.ids) <= set(whole.ids)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "no column id, fold"),
        ("id,logit\na,1\n", "no column fold, label"),
        (HEADER, "has a header and no line"),
        (HEADER + "a,0,1,g,x,,much\n", "line 2: fold, label or score"),
        (HEADER + "a,0,1,g,x,,nan\n", "line 2: fold, label or score"),
        (HEADER + "a,0,-1,g,x,,1\n", "line 2: fold, label or score"),
        (HEADER + "a,0,1\n", "line 2: fold, label or score"),
        (HEADER + "a,0,1,g,x,,1\na,0,1,g,x,,2\n", "line 3: a was scored before"),
    ],
)
def test_refused_in_one_sentence(content: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "oof.csv").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=sentence) as refused:
        scores.read(tmp_path / "oof.csv")
    assert "\n" not in str(refused.value)
