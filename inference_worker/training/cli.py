"""The command line of training. TensorFlow is imported only once there is something to do with
it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from inference_worker.bundle import BundleError, load_bundle
from inference_worker.training.combine import add_combine, combine
from inference_worker.training.conversion.refusal import RefusedError
from inference_worker.training.data_report import add_report, report
from inference_worker.training.dataset import DatasetError
from inference_worker.training.learning.command import (
    FRACATLAS,
    add_crossval,
    add_train,
    crossval,
    train,
)

EXAMPLES = """examples:
  python -m inference_worker.training crossval --data fracatlas --jobs 2
  python -m inference_worker.training crossval --data fracatlas --by kind --run training-runs/kind
  python -m inference_worker.training train --data fracatlas --out inference_worker/bundles
  python -m inference_worker.training combine --bundle a-1 --bundle b-1 --out . --name both
  python -m inference_worker.training evaluate \\
      --bundle inference_worker/bundles/baseline-cnn-1 --data fracatlas
  python -m inference_worker.training evaluate --scores oof.csv --out figures \\
      --beside inference_worker/bundles/baseline-cnn-1
A command that was stopped goes on after the last epoch when it is given again.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0, or 1 with one line on standard error."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    try:
        if options.command == "crossval":
            crossval(options)
        elif options.command == "report":
            report(options)
        elif options.command == "train":
            sys.stdout.write(f"bundle: {train(options)}\n")
        elif options.command == "combine":
            sys.stdout.write(f"bundle: {combine(options)}\n")
        elif options.command == "train-baseline":
            _train(options)
        else:
            _evaluate(options)
    except (DatasetError, BundleError, RefusedError, ValueError, OSError, RuntimeError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except ImportError as error:
        sys.stderr.write(f"Training needs requirements/train.txt: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(
            "Stopped. The same command goes on after the last epoch (train-baseline: --resume).\n"
        )
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m inference_worker.training",
        description="Train a model on radiographs and write a bundle, or measure a bundle.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    add_train(commands.add_parser("train", help="teach a network everything, write its bundle"))
    add_combine(commands.add_parser("combine", help="make one bundle of the mean of several"))
    _add_train(commands.add_parser("train-baseline", help="the reference CNN, as baseline-cnn 1"))
    add_crossval(commands.add_parser("crossval", help="score every image by a model without it"))
    _add_evaluate(commands.add_parser("evaluate", help="measure a bundle on its held-out part"))
    add_report(commands.add_parser("report", help="count, compare and show what is in the data"))
    for command in commands.choices.values():
        command.epilog = EXAMPLES
        command.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def _add_train(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--architecture", default="baseline_cnn", help="a name of architectures.py"
    )
    command.add_argument("--data", type=Path, required=True, help="FracAtlas, or class folders")
    command.add_argument("--out", type=Path, required=True, help="folder that gets the bundle")
    command.add_argument("--run", type=Path, help="checkpoints (training-runs/ARCHITECTURE-SEED)")
    command.add_argument("--name", help="name of the bundle (the architecture's)")
    command.add_argument("--bundle-version", default="1", help="version of the bundle (1)")
    command.add_argument("--epochs", type=_positive, default=15)
    command.add_argument("--seed", type=int, default=7, help="of split, weights and augmentation")
    command.add_argument("--resume", action="store_true", help="go on after the last epoch")
    command.add_argument(
        "--prevalence", type=_share, default=0.5, help="that probabilities are stated for (0.5)"
    )
    command.add_argument("--data-name", default=FRACATLAS, help="citation for the model card")
    command.add_argument("--data-licence", default="CC BY 4.0", help="licence of the data")
    command.add_argument(
        "--note", action="append", default=[], help="a sentence for the card's limits; repeatable"
    )


def _add_evaluate(command: argparse.ArgumentParser) -> None:
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--bundle", type=Path, help="score --data with this bundle")
    what.add_argument("--scores", type=Path, help="scores of a cross-validation (oof.csv)")
    command.add_argument("--data", type=Path, help="with --bundle: FracAtlas, or class folders")
    command.add_argument(
        "--everything", action="store_true", help="use all images: data the model has never seen"
    )
    command.add_argument("--json", action="store_true", help="with --bundle: all figures as JSON")
    command.add_argument("--out", type=Path, help="folder that gets scores, or figures and plots")
    command.add_argument(
        "--into", type=Path, help="with --scores: bundle that gets line, thresholds, figures, card"
    )
    command.add_argument(
        "--prevalence", type=_share, default=0.176, help="that figures are stated for (0.176)"
    )
    command.add_argument(
        "--beside", type=Path, action="append", default=[], help="bundle to compare; repeatable"
    )
    command.add_argument(
        "--left-out", type=Path, action="append", default=[], help="left-out-*.csv; repeatable"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return number


def _train(options: argparse.Namespace) -> None:
    from inference_worker.training.architectures import ARCHITECTURES
    from inference_worker.training.run import Options, train

    if options.architecture not in ARCHITECTURES:
        raise ValueError(
            f"There is no architecture {options.architecture!r}: choose {', '.join(ARCHITECTURES)}."
        )
    folder = train(
        Options(
            architecture=options.architecture,
            data=options.data,
            out=options.out,
            run=options.run or Path("training-runs") / f"{options.architecture}-{options.seed}",
            name=options.name or options.architecture.replace("_", "-"),
            version=options.bundle_version,
            epochs=options.epochs,
            seed=options.seed,
            prevalence=options.prevalence,
            resume=options.resume,
            data_name=options.data_name,
            data_licence=options.data_licence,
            notes=tuple(options.note),
        )
    )
    _report(load_bundle(folder).metrics)
    sys.stdout.write(f"bundle: {folder}\n")


def _evaluate(options: argparse.Namespace) -> None:
    if options.scores is not None:
        from inference_worker.training.score_report import report

        sys.stdout.write(report(options))
        return
    if options.data is None:
        raise ValueError("--bundle is measured on radiographs: give --data DIR.")
    from inference_worker.training.evaluate import evaluate

    metrics = evaluate(
        load_bundle(options.bundle), options.data, everything=options.everything, out=options.out
    )
    if options.json:
        sys.stdout.write(json.dumps(metrics, indent=2) + "\n")
    else:
        _report(metrics)


def _report(metrics: dict[str, object]) -> None:
    from inference_worker.training.card import NAMES
    from inference_worker.training.card_words import measured

    levels = metrics["levels"]
    for name, title in NAMES.items():
        figure = metrics.get(name) or (levels.get(name) if isinstance(levels, dict) else None)
        sys.stdout.write(f"{title:<58} {measured(figure)}\n")  # type: ignore[arg-type]
