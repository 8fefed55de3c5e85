"""`crossval` and `train` on the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from inference_worker.training.dataset import Dataset, mixed, read
from inference_worker.training.learning.plan import FILMS, PLANS, Plan, Stage

RUNS = Path("training-runs")
FRACATLAS = (
    "FracAtlas: Abedeen et al. 2023, Scientific Data 10:521, doi 10.1038/s41597-023-02432-4 "
    "(figshare 22363012)."
)


def add_crossval(command: argparse.ArgumentParser) -> None:
    """Options of `crossval`."""
    _add_plan(command)
    command.add_argument(
        "--by",
        choices=("fold", "source", "region", "kind"),
        default="fold",
        help="what is left out in turn: five folds, or every source, region or kind of file",
    )
    command.add_argument("--jobs", type=int, default=1, help="parts learnt at the same time (1)")
    command.add_argument("--only", type=int, action="append", default=[], help=argparse.SUPPRESS)


def add_train(command: argparse.ArgumentParser) -> None:
    """Options of `train`."""
    _add_plan(command)
    command.add_argument("--out", type=Path, required=True, help="folder that gets the bundle")
    command.add_argument("--name", help="name of the bundle (the architecture's and plan's)")
    command.add_argument("--bundle-version", default="1", help="version of the bundle (1)")
    command.add_argument("--prevalence", type=float, default=0.176, help="that is stated (0.176)")
    command.add_argument(
        "--left-out", type=Path, action="append", default=[], help="left-out-*.csv; repeatable"
    )
    command.add_argument(
        "--beside", type=Path, action="append", default=[], help="bundle to compare; repeatable"
    )
    command.add_argument("--data-name", help="citation for the model card (FracAtlas's, for it)")
    command.add_argument("--data-licence", help="licence of the data (CC BY 4.0, for FracAtlas)")
    command.add_argument(
        "--note", action="append", default=[], help="a sentence for the card's limits; repeatable"
    )
    command.add_argument(
        "--demonstration",
        action="store_true",
        help="a model to show the platform with: its card says so, pages say beside its answers "
        "not to rely on them, and a new platform begins with another bundle if there is one",
    )


def _add_plan(command: argparse.ArgumentParser) -> None:
    command.add_argument("--architecture", default="efficientnet_lite0", help="by name")
    command.add_argument(
        "--plan", choices=PLANS, default=FILMS, help="whole films, or windows on finer ones (films)"
    )
    command.add_argument(
        "--data", type=Path, action="append", required=True, help="radiographs; repeatable"
    )
    command.add_argument(
        "--run", type=Path, help="checkpoints (training-runs/ARCHITECTURE or ...-windows)"
    )
    command.add_argument(
        "--stage",
        type=stage,
        action="append",
        default=[],
        metavar="SIZE:EPOCHS:RATE[:whole]",
        help="another schedule (SIZE of the film, or of the window; `whole`: after windows on what "
        "lies above the lower blocks, teach those too); repeatable",
    )
    command.add_argument(
        "--recipe",
        choices=("mild", "half", "whole", "broad"),
        help="how strongly films are changed (the plan's; docs/model-lab.md says what each gave)",
    )
    command.add_argument("--seed", type=int, help="of weights and changes, not of the folds (7)")
    command.add_argument(
        "--workers", type=int, default=1, help="threads that prepare films for a fast GPU (1)"
    )


def stage(text: str) -> Stage:
    """`320:4:1e-4` or `320:4:1e-4:whole` as a stage."""
    numbers, whole = text.removesuffix(":whole"), text.endswith(":whole")
    try:
        size, epochs, rate = numbers.split(":")
        wanted = Stage(int(size), int(epochs), float(rate), whole=whole)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            "must be SIZE:EPOCHS:RATE or SIZE:EPOCHS:RATE:whole, as 320:4:1e-4"
        ) from error
    if wanted.size % 32 or wanted.size < 64 or wanted.epochs < 1 or wanted.rate <= 0:
        raise argparse.ArgumentTypeError("needs a size in multiples of 32, from 64 on, and epochs")
    return wanted


def crossval(options: argparse.Namespace) -> None:
    """Run `crossval`."""
    plan, folder = _plan(options)
    if options.jobs > 1 and not options.only:
        _share_out(plan, options, folder)
    from inference_worker.training.learning.crossval import cross_validate

    one_thread_each(options.only)
    scores = cross_validate(
        plan,
        _dataset(options),
        by=options.by,
        folder=folder,
        only=options.only,
        workers=options.workers,
    )
    if scores:
        sys.stdout.write(f"scores: {scores}\n")


def train(options: argparse.Namespace) -> Path:
    """Run `train`; the folder of the bundle."""
    plan, folder = _plan(options)
    from inference_worker.training.learning.ship import Shipping, ship

    dataset = _dataset(options)
    known = {sample.source for sample in dataset.samples} == {"fracatlas"}
    if not known and not (options.data_name and options.data_licence):
        raise ValueError("The card names data and licence: give --data-name and --data-licence.")
    return ship(
        plan,
        dataset,
        Shipping(
            out=options.out,
            name=options.name or _called(options).replace("_", "-"),
            version=options.bundle_version,
            prevalence=options.prevalence,
            beside=options.beside,
            left_out=options.left_out,
            data_name=options.data_name or FRACATLAS,
            data_licence=options.data_licence or "CC BY 4.0",
            notes=options.note,
            demonstration=options.demonstration,
        ),
        folder=folder,
        workers=options.workers,
    )


def one_thread_each(only: list[int]) -> None:
    """A part that runs beside others keeps to one core."""
    import keras

    if only and keras.backend.backend() == "tensorflow":
        from inference_worker.training.threads import single

        single()


def _share_out(plan: Plan, options: argparse.Namespace, folder: Path) -> None:
    from inference_worker.training.learning.crossval import in_processes, look_at_tests, unfinished
    from inference_worker.training.learning.parts import parts

    planned = parts(_dataset(options), options.by, folder=folder)
    look_at_tests(plan, unfinished(planned, folder), folder)
    in_processes(
        [sys.executable, "-m", "inference_worker.training", *sys.argv[1:]],
        [part.number for part in planned],
        jobs=options.jobs,
    )


def _plan(options: argparse.Namespace) -> tuple[Plan, Path]:
    from inference_worker.training.learning.plans import changed, plan_of

    plan = plan_of(options.architecture, options.plan)
    plan = changed(plan, stages=tuple(options.stage), recipe=options.recipe, seed=options.seed)
    return plan, options.run or RUNS / _called(options)


def _called(options: argparse.Namespace) -> str:
    """What a run and its bundle are called where nothing else is said."""
    kind = "" if options.plan == FILMS else f"-{options.plan}"
    return f"{options.architecture}{kind}"


def _dataset(options: argparse.Namespace) -> Dataset:
    return mixed([read(root) for root in options.data])
