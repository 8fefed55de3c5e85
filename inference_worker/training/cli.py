"""The command line of training. TensorFlow is imported only once there is something to do with
it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from inference_worker.bundle import BundleError, load_bundle
from inference_worker.training.combine import add_combine, combine
from inference_worker.training.conversion.refusal import RefusedError
from inference_worker.training.data_report import add_report, report
from inference_worker.training.dataset import DatasetError
from inference_worker.training.learning.command import add_crossval, add_train, crossval, train

EXAMPLES = """examples:
  python -m inference_worker.training crossval --data fracatlas --jobs 2
  python -m inference_worker.training crossval --data fracatlas --by kind --run training-runs/kind
  python -m inference_worker.training train --data fracatlas --out inference_worker/bundles
  python -m inference_worker.training combine --bundle a-1 --bundle b-1 --out . --name both
  python -m inference_worker.training evaluate --scores oof.csv --out figures --beside other-1
  python -m inference_worker.training evaluate --bundle wrist-1 --data unseen --out figures
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
        else:
            _evaluate(options)
    except (DatasetError, BundleError, RefusedError, ValueError, OSError, RuntimeError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except ImportError as error:
        sys.stderr.write(f"Training needs requirements/train.txt: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. The same command goes on after the last epoch.\n")
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
    add_crossval(commands.add_parser("crossval", help="score every image by a model without it"))
    _add_evaluate(commands.add_parser("evaluate", help="measure scores, or a bundle on new data"))
    add_report(commands.add_parser("report", help="count, compare and show what is in the data"))
    for command in commands.choices.values():
        command.epilog = EXAMPLES
        command.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def _add_evaluate(command: argparse.ArgumentParser) -> None:
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--bundle", type=Path, help="score --data with this bundle")
    what.add_argument("--scores", type=Path, help="scores of a cross-validation (oof.csv)")
    command.add_argument(
        "--data", type=Path, help="with --bundle: labelled radiographs that it has never seen"
    )
    command.add_argument("--out", type=Path, help="folder that gets scores, or figures and plots")
    command.add_argument(
        "--into", type=Path, help="with --scores: bundle that gets line, thresholds, figures, card"
    )
    command.add_argument(
        "--prevalence",
        type=_share,
        default=0.176,
        help="with --scores: that figures are stated for (0.176)",
    )
    command.add_argument(
        "--beside", type=Path, action="append", default=[], help="bundle to compare; repeatable"
    )
    command.add_argument(
        "--left-out", type=Path, action="append", default=[], help="left-out-*.csv; repeatable"
    )


def _share(text: str) -> float:
    number = float(text)
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return number


def _evaluate(options: argparse.Namespace) -> None:
    from inference_worker.training.score_report import report, summary

    if options.scores is not None:
        sys.stdout.write(report(options))
        return
    if options.data is None:
        raise ValueError("--bundle is measured on radiographs: give --data DIR.")
    from inference_worker.training.evaluate import evaluate

    made = evaluate(load_bundle(options.bundle), options.data, out=options.out)
    sys.stdout.write(summary(made))
