"""What is cut out of a film lies where its targets lie, and is called what it shows."""

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")

GRID, SCALE = 12, 2


def view(cells: np.ndarray, label: int = 1) -> Any:
    """Features that say where they were taken from: (row, column)."""
    from inference_worker.training.learning.views import View

    places = np.indices((GRID * SCALE, GRID * SCALE)).transpose(1, 2, 0)
    return View(places.astype(np.float16), label, cells.astype(np.float16))


def fractured_at(row: int, column: int) -> np.ndarray:
    cells = np.zeros((GRID, GRID))
    cells[row : row + 2, column : column + 2] = 1
    return cells


@pytest.mark.parametrize(("row", "column"), [(0, 0), (5, 3), (10, 10), (0, 10)])
def test_a_window_on_a_fracture_holds_it_and_is_cut_where_its_targets_are(
    row: int, column: int
) -> None:
    from inference_worker.training.learning.windows import window

    cells = fractured_at(row, column)
    for seed in range(50):
        features, label, taken = window(view(cells), 4, np.random.default_rng(seed), on=True)
        assert label == 1
        assert taken.max() == 1
        top, left = (int(side) // SCALE for side in features[0, 0])
        assert top % 2 == 0
        assert left % 2 == 0
        np.testing.assert_array_equal(taken, cells[top : top + 4, left : left + 4])
        assert features.shape == (4 * SCALE, 4 * SCALE, 2)


def test_a_window_beside_a_fracture_is_normal() -> None:
    from inference_worker.training.learning.windows import window

    for seed in range(50):
        _, label, taken = window(view(fractured_at(0, 0)), 4, np.random.default_rng(seed), on=False)
        assert (label, taken.max()) == (0, 0)


def test_a_film_full_of_fracture_keeps_its_label() -> None:
    from inference_worker.training.learning.windows import window

    everywhere = np.ones((GRID, GRID))
    assert window(view(everywhere), 4, np.random.default_rng(1), on=False)[1] == 1


def test_a_sliver_of_a_fracture_is_none_but_a_whole_small_one_is() -> None:
    from inference_worker.training.learning.windows import holds

    cells = np.zeros((GRID, GRID), np.float32)
    cells[:, 6:] = 0.9
    assert not holds(cells, np.s_[0:4, 3:7])
    assert holds(cells, np.s_[0:12, 4:12])
    cells[2:4, 2:4] = 0.5
    assert holds(cells, np.s_[0:5, 0:5])
    assert not holds(cells, np.s_[6:10, 0:4])
    cells[11, 0] = 1
    assert holds(cells, np.s_[8:12, 0:4])


def test_windows_begin_anywhere_alike() -> None:
    from inference_worker.training.learning.windows import window

    nothing = view(np.zeros((GRID, GRID)), label=0)
    corners = [
        window(nothing, 4, np.random.default_rng(seed), on=bool(seed % 2))[0][0, 0]
        for seed in range(400)
    ]
    tops = {int(corner[0]) // SCALE for corner in corners}
    assert tops == {0, 2, 4, 6, 8}
    last = sum(int(corner[0]) // SCALE == 8 for corner in corners)
    assert 50 < last < 110
