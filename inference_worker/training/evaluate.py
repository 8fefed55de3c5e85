"""Measure a bundle as it serves (preprocessing, engine, line and thresholds) on radiographs that it
has never seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from inference_worker.answer import Answer, answer
from inference_worker.bundle import Bundle
from inference_worker.classifier import Classifier, load_classifier
from inference_worker.training import calibrate, levels, scores
from inference_worker.training.bootstrap import DRAWS, Bootstrap, measured, rounded
from inference_worker.training.dataset import DatasetError, Sample, fingerprint, read
from inference_worker.training.decode import decode
from inference_worker.training.evaluation import Evaluation, counted, write
from inference_worker.training.parts import part_figures
from inference_worker.training.ranking import ranking_draws
from inference_worker.training.reliability import brier, class_weights, expected_error
from inference_worker.training.scores import Scores


def evaluate(bundle: Bundle, root: Path, *, out: Path | None = None) -> Evaluation:
    """Ask the bundle about every radiograph in `root`, contradictory ones included, and keep
    scores.csv and metrics.json in `out`.

    Raises:
        DatasetError: the folder cannot be read, or is what the bundle was taught.
        ValueError: it has radiographs of one class only.
    """
    samples = read(root).samples
    if fingerprint(samples) == bundle.manifest.get("training_data", {}).get("fingerprint"):
        raise DatasetError(
            f"{bundle.path.name} was taught {root}, so its answers there prove nothing: its card "
            "has the figures for that data; measure it on data that it has never seen."
        )
    said = as_scores(ask(load_classifier(bundle), samples), samples)
    made = figures(said, bundle)
    if out is not None:
        scores.write(said, out / "scores.csv")
        write(made, out)
    return made


def ask(classifier: Classifier, samples: Sequence[Sample]) -> list[Answer]:
    """What the bundle answers for every sample, however little of its file is there."""

    def one(sample: Sample) -> Answer:
        grey = decode(sample.path, least=0)
        return answer(classifier.classify([grey])[0], classifier.bundle)

    return [one(sample) for sample in tqdm(samples, desc="asking", unit="image", mininterval=1)]


def as_scores(answers: Sequence[Answer], samples: Sequence[Sample]) -> Scores:
    """The answers as a file of scores has them, all in fold 0."""
    names = tuple(answers[0].class_scores)
    several = len(names) > 1
    return Scores(
        ids=np.array([sample.id for sample in samples]),
        folds=np.zeros(len(samples), np.int64),
        labels=np.array([sample.label for sample in samples]),
        groups=np.array([sample.group for sample in samples]),
        logits=np.array([said.logit for said in answers]),
        tags=tuple(sample.tags for sample in samples),
        sources=np.array([sample.source for sample in samples]),
        class_names=names if several else (),
        class_scores=np.array([list(said.class_scores.values()) for said in answers])
        if several
        else None,
    )


def figures(said: Scores, bundle: Bundle, *, draws: int = DRAWS) -> Evaluation:
    """The figures of the bundle's own line and thresholds, at the prevalence that it states."""
    line, fractured = bundle.calibration, said.fractured
    if fractured.all() or not fractured.any():
        raise ValueError("Radiographs of one class alone measure no model: both are needed.")
    prevalence, bootstrap = line.prevalence, Bootstrap(said.groups, draws=draws)
    shown = calibrate.apply(line, said.logits)
    table = levels.at_points(shown, fractured, bundle.thresholds, bootstrap, prevalence=prevalence)
    ranked = ranking_draws(said.logits, fractured, bootstrap, prevalence=prevalence)
    weights = class_weights(fractured, prevalence)
    metrics = {
        "prevalence": prevalence,
        "draws": draws,
        **{name: measured(drawn) for name, drawn in ranked.items()},
        **levels.plain(table, prevalence=prevalence),
        "brier": measured(brier(shown, fractured, bootstrap, prevalence)),
        "ece": rounded(expected_error(shown, fractured, weights)),
        "operating_points": table,
        "subgroups": part_figures(
            said, shown, bundle.thresholds, prevalence=prevalence, draws=draws
        ),
        "scored": counted(said),
    }
    return Evaluation(line, bundle.thresholds, metrics)
