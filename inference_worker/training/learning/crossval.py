"""Every part of a cross-validation learnt and tested, in one folder where a later start goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from inference_worker.training import scores
from inference_worker.training.augmentation.picture import Picture
from inference_worker.training.dataset import Dataset, fingerprint
from inference_worker.training.forward import class_scores
from inference_worker.training.learning import pictures
from inference_worker.training.learning.learn import finished_model, learn, predict
from inference_worker.training.learning.lessons import Lessons, teacher
from inference_worker.training.learning.parts import By, Part, parts
from inference_worker.training.learning.plan import Plan, hold
from inference_worker.training.networks.fracture_head import CLASSES, LOGIT
from inference_worker.training.scores import Scores

SCORES = "scores.csv"


def cross_validate(
    plan: Plan,
    dataset: Dataset,
    *,
    by: By,
    folder: Path,
    only: Sequence[int] = (),
    workers: int = 1,
) -> Path | None:
    """Learn and test every part (or `only` those numbers), with so many threads to prepare batches;
    the file of all scores once each part has its own."""
    hold(folder, record(plan, dataset, by=by))
    planned = parts(dataset, by, folder=folder)
    wanted = [part for part in planned if not only or part.number in only]
    missing = unfinished(wanted, folder)
    look_at_tests(plan, missing, folder)
    if missing:
        # Of two processes that begin together, one makes what they share from its end.
        backwards = missing[0].number % 2 == 1
        lessons = teacher(plan, dataset, folder, backwards=backwards, workers=workers)
        for part in missing:
            _run(plan, part, dataset, folder, lessons)
    return gather(planned, by=by, folder=folder)


def unfinished(planned: Sequence[Part], folder: Path) -> list[Part]:
    """The parts without scores."""
    return [part for part in planned if not (folder / part.name / SCORES).is_file()]


def look_at_tests(plan: Plan, planned: Sequence[Part], folder: Path) -> None:
    """Decode what will be tested: a file that cannot be read ends it now, by ValueError, and not
    after the hours of learning before its test."""
    for part in planned:
        _pictures(plan, part, folder)


def record(plan: Plan, dataset: Dataset, *, by: By) -> dict[str, Any]:
    """What a folder of runs is held to."""
    return {"plan": plan.as_json(), "data": fingerprint(dataset.samples), "by": by}


def gather(planned: Sequence[Part], *, by: By, folder: Path) -> Path | None:
    """Pool the parts' scores, sorted by id; None while one is missing."""
    files = [folder / part.name / SCORES for part in planned]
    if not all(file.is_file() for file in files):
        return None
    pooled = scores.joined([scores.read(file) for file in files])
    target = folder / ("oof.csv" if by == "fold" else f"left-out-{by}.csv")
    scores.write(pooled, target)
    return target


def in_processes(command: Sequence[str], numbers: Sequence[int], *, jobs: int) -> None:
    """Run `command --only N` for each part, `jobs` at a time: two single-thread processes use two
    cores better than one process on two threads. RuntimeError when one fails."""
    # Several on one GPU: none may take all of its memory at once.
    shared = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}

    def run(number: int) -> int:
        return subprocess.call([*command, "--only", str(number)], env={**shared, **os.environ})

    with ThreadPoolExecutor(jobs) as pool:
        for code in pool.map(run, numbers):
            if code:
                raise RuntimeError("A part of the cross-validation failed; the others are kept.")


def _run(
    plan: Plan,
    part: Part,
    dataset: Dataset,
    folder: Path,
    lessons: Callable[[Plan, Part], Lessons],
) -> None:
    place, classes = folder / part.name, len(dataset.class_names)
    own = replace(plan, seed=plan.seed + 1 + part.number)
    weights = learn(own, lessons(own, part), classes=classes, folder=place, title=part.name)
    model = finished_model(own, weights, classes=classes)
    tested = _pictures(plan, part, folder)
    said = predict(model, tested, version=plan.preprocessing, title=f"{part.name}, testing")
    scores.write(_scored(part, dataset, said), place / SCORES)
    sys.stderr.write(f"{part.name}: {len(part.tested)} scored\n")


def _pictures(plan: Plan, part: Part, folder: Path) -> list[Picture]:
    cache = folder.parent / "pictures"
    return pictures.load(part.tested, size=plan.size, version=plan.preprocessing, cache=cache)


def _scored(part: Part, dataset: Dataset, said: dict[str, np.ndarray]) -> Scores:
    return Scores(
        ids=np.array([sample.id for sample in part.tested]),
        folds=np.full(len(part.tested), part.number, dtype=np.int64),
        labels=np.array([sample.label for sample in part.tested]),
        groups=np.array([sample.group for sample in part.tested]),
        logits=said[LOGIT][:, 0].astype(np.float64),
        tags=tuple(sample.tags for sample in part.tested),
        sources=np.array([sample.source for sample in part.tested]),
        class_names=dataset.class_names if CLASSES in said else (),
        class_scores=_class_scores(said) if CLASSES in said else None,
    )


def _class_scores(said: dict[str, np.ndarray]) -> np.ndarray:
    shared = class_scores(*(said[name].astype(np.float64) for name in (LOGIT, CLASSES)))
    return np.asarray(keras.ops.convert_to_numpy(shared))
