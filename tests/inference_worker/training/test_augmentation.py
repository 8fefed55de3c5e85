"""What training images are changed into: targets stay true, marks never hide the fracture."""

from dataclasses import replace

import numpy as np
import pytest

from inference_worker.classifier import reference_radiograph
from inference_worker.preprocessing import lay_out
from inference_worker.training.augmentation import cues, geometry
from inference_worker.training.augmentation.picture import Picture, augmented, plain
from inference_worker.training.augmentation.recipe import Recipe

SIZE, GRID = 160, 10


def picture(*, fractured: bool) -> Picture:
    square, placement = lay_out(reference_radiograph(), size=SIZE, version="2")
    outline = np.zeros((SIZE, SIZE), np.uint8)
    outline[60:72, 70:90] = 255
    return Picture(square, placement.inside, int(fractured), outline if fractured else None)


def changed(
    recipe: Recipe, *, seed: int, fractured: bool = True
) -> tuple[int, np.ndarray, np.ndarray]:
    example = augmented(
        picture(fractured=fractured),
        np.random.default_rng(seed),
        recipe=recipe,
        version="2",
        grid=GRID,
    )
    return example.label, example.grey, example.cells


@pytest.mark.parametrize("fractured", [True, False])
def test_examples_are_images_with_matching_targets(fractured: bool) -> None:
    for seed in range(60):
        label, grey, cells = changed(Recipe(), seed=seed, fractured=fractured)
        assert grey.shape == (SIZE, SIZE)
        assert grey.dtype == np.float32
        assert 0 <= grey.min() <= grey.max() <= 1
        assert cells.shape == (GRID, GRID)
        assert 0 <= cells.min() <= cells.max() <= 1
        if not fractured:
            assert label == 0
            assert not cells.any()
        if label == 0:
            assert cells.max() < 1


def test_the_same_draw_gives_the_same_image() -> None:
    for one, other in zip(changed(Recipe(), seed=5), changed(Recipe(), seed=5), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(changed(Recipe(), seed=5)[1], changed(Recipe(), seed=6)[1])


def test_close_ups_hold_the_fracture() -> None:
    """Nearly always: at the edge of a close-up it may be cut off, and is then no fracture."""
    labels = [changed(Recipe(close_ups=1.0), seed=seed)[0] for seed in range(100)]
    assert np.mean(labels) > 0.9


def test_a_fracture_out_of_sight_is_no_fracture() -> None:
    near = geometry.View(x=80.0, y=66.0, enlargement=4.0)
    away = geometry.View(x=140.0, y=140.0, enlargement=4.0)
    labels = []
    for view in (near, away):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(geometry, "close_up", lambda *_, view=view: view)
            label, _, cells = changed(Recipe(strength=0, close_ups=1.0), seed=0)
        labels.append(label)
        assert bool(cells.any()) is bool(label)
    assert labels == [1, 0]


def test_without_an_outline_the_map_is_told_nothing() -> None:
    subject = replace(picture(fractured=True), fracture=None)
    for seed in range(20):
        example = augmented(
            subject, np.random.default_rng(seed), recipe=Recipe(), version="2", grid=GRID
        )
        assert example.label == 1
        assert (example.cells < 0).all()


def test_cells_that_are_not_known_count_nothing() -> None:
    from inference_worker.training.learning.losses import cells

    said = np.linspace(-3, 3, 16, dtype=np.float32).reshape(1, 4, 4, 1)
    unknown = np.full_like(said, -1)
    assert float(cells(unknown, said)) == 0
    assert float(cells(np.zeros_like(said), said)) > 0.1


def test_the_map_follows_the_fracture() -> None:
    """Without turns the covered cells are where the outline lies, mirrored or not."""
    recipe = Recipe(strength=0, close_ups=0, marks=False)
    for seed in range(6):
        _, _, cells = changed(recipe, seed=seed)
        rows, columns = np.nonzero(cells)
        assert set(rows) <= {3, 4}
        assert set(columns) <= {4, 5}


def test_marks_leave_the_fracture_visible() -> None:
    outline = np.zeros((SIZE, SIZE), np.uint8)
    outline[60:72, 70:90] = 255
    for seed in range(200):
        grey = np.full((SIZE, SIZE), 100, np.float32)
        cues._patch(grey, outline, np.random.default_rng(seed))
        assert (grey[outline > 0] == 100).all()


def test_plain_is_what_serving_sees() -> None:
    from inference_worker.preprocessing import prepare

    served, _ = prepare(reference_radiograph(), size=SIZE, channels=1, version="2")
    np.testing.assert_array_equal(plain(picture(fractured=False), version="2"), served[..., 0])
