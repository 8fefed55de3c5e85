"""Folds keep groups together, classes spread, and neighbours out of training."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from inference_worker.training import folds
from inference_worker.training.dataset import DatasetError, Sample, read


def drawn(count: int = 200, *, run: int = 5, classes: int = 2) -> list[Sample]:
    """Samples with file numbers, in runs of `run`; the classes alternate."""
    return [
        Sample(
            f"{number:04d}",
            Path(f"{number:04d}.png"),
            number % classes,
            f"run {number // run}",
            f"hash {number}",
            place=("", number),
        )
        for number in range(count)
    ]


def assert_honest(samples: Sequence[Sample], assigned: dict[str, int]) -> None:
    assert set(assigned) == {sample.id for sample in samples}
    of_group: dict[str, set[int]] = {}
    for sample in samples:
        of_group.setdefault(sample.group, set()).add(assigned[sample.id])
    assert all(len(found) == 1 for found in of_group.values())
    for fold in range(folds.FOLDS):
        tested = [sample for sample in samples if assigned[sample.id] == fold]
        learnt = folds.training_part(samples, assigned, fold)
        assert {sample.label == 0 for sample in tested} == {True, False}
        assert not {s.group for s in tested} & {s.group for s in learnt}
        numbers = {s.place[1] for s in tested if s.place}
        assert all(
            abs(number - s.place[1]) > folds.MARGIN for s in learnt if s.place for number in numbers
        )


def test_groups_stay_together_and_classes_are_spread() -> None:
    samples = drawn()
    assigned = folds.assign(samples)
    assert_honest(samples, assigned)
    assert folds.sizes(samples, assigned).sum() == 200
    assert folds.sizes(samples, assigned).min() >= 15


def test_same_seed_same_folds_in_any_order() -> None:
    samples = drawn()
    assert folds.assign(samples) == folds.assign(samples[::-1])
    assert folds.assign(samples) != folds.assign(samples, seed=8)


def test_two_images_on_each_side_of_a_border_are_not_learnt_from() -> None:
    samples = drawn(50, run=10)
    assigned = {sample.id: sample.place[1] // 10 for sample in samples if sample.place}
    learnt = {s.place[1] for s in folds.training_part(samples, assigned, 2) if s.place}
    assert learnt == set(range(18)) | set(range(32, 50))


def test_numbers_of_another_series_are_no_neighbours() -> None:
    samples = drawn(20, run=10)
    other = [
        replace(sample, id=f"b{sample.id}", sha256=f"b{sample.sha256}", group="b", place=("b", n))
        for n, sample in enumerate(samples[:10], start=8)
    ]
    assigned = {s.id: int(s.group == "run 0") for s in samples + other}
    learnt = folds.training_part(samples + other, assigned, 1)
    assert {sample.id for sample in other} <= {sample.id for sample in learnt}


def test_unfit_for_training_but_not_for_a_test() -> None:
    samples = drawn()
    samples[3] = replace(samples[3], contradictory=True)
    samples[97] = replace(samples[97], too_short=True)
    assigned = folds.assign(samples)
    learnt = [s.id for fold in range(5) for s in folds.training_part(samples, assigned, fold)]
    assert "0003" in assigned
    assert not {"0003", "0097"} & set(learnt)


def test_file_gives_the_folds_back_and_its_hash(tmp_path: Path) -> None:
    samples = drawn()
    assigned = folds.assign(samples)
    digest = folds.write(tmp_path / "new" / "folds.csv", samples, assigned)
    assert folds.read(tmp_path / "new" / "folds.csv", samples) == assigned
    assert folds.write(tmp_path / "again.csv", samples[::-1], assigned) == digest
    other = folds.assign(samples, seed=8)
    assert folds.write(tmp_path / "other.csv", samples, other) != digest


def test_file_that_is_no_table_of_folds(tmp_path: Path) -> None:
    (tmp_path / "folds.csv").write_text("id,part\n1,2\n")
    with pytest.raises(DatasetError, match="no table of folds"):
        folds.read(tmp_path / "folds.csv", drawn())


def test_file_of_other_images_or_labels_is_refused(tmp_path: Path) -> None:
    samples = drawn()
    folds.write(tmp_path / "folds.csv", samples, folds.assign(samples))
    relabelled = [replace(samples[0], label=1 - samples[0].label), *samples[1:]]
    for others in (samples[1:], relabelled):
        with pytest.raises(DatasetError, match="other images or labels"):
            folds.read(tmp_path / "folds.csv", others)
    grown = [replace(samples[0], group="another"), *samples[1:]]
    assert folds.read(tmp_path / "folds.csv", grown)


def test_too_few_groups_say_so() -> None:
    with pytest.raises(DatasetError, match="come from 2 groups"):
        folds.assign(drawn(10))


def test_class_that_lies_in_one_group_says_so() -> None:
    samples = drawn(100)
    samples[1] = replace(samples[1], label=2)
    with pytest.raises(DatasetError, match="All images of class 2"):
        folds.assign(samples)


def test_three_classes() -> None:
    samples = drawn(300, classes=3)
    assigned = folds.assign(samples)
    assert_honest(samples, assigned)
    assert folds.sizes(samples, assigned).shape == (5, 3)


def test_folds_of_fracatlas(fracatlas: Path) -> None:
    samples = read(fracatlas).samples
    assigned = folds.assign(samples)
    assert_honest(samples, assigned)
    table = folds.sizes(samples, assigned)
    assert table.sum(axis=0).tolist() == [2885, 576]
    assert table[:, 1].min() >= 110
    assert table.sum(axis=1).max() - table.sum(axis=1).min() <= 60
