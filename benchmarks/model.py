"""`python -m benchmarks.model`: how fast each way of asking a bundle is, and what memory it takes.

Every way runs in a process of its own, and all take turns, so that what else the machine does
meets all of them: the ratios hold where the figures themselves do not.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from inference_worker.bundle import MANIFEST, Bundle, BundleError, load_bundle
from inference_worker.classifier import reference_radiograph

ROOT = Path(__file__).resolve().parents[1]
BUNDLES = ROOT / "inference_worker" / "bundles"
WAYS = {
    "predict": "keras.Model.predict, one by one",
    "keras": "Keras, batches of 16",
    "litert-1": "LiteRT, 1 thread",
    "litert-2": "LiteRT, 2 threads",
    "prepare": "decode and preprocess alone",
}
YARDSTICK = "predict"
SHAPES = [(454, 373), (373, 454), (454, 373), (1200, 1000)]
"""Most radiographs of FracAtlas are of the first size; some are far larger."""


@dataclass
class Measured:
    """Seconds for one radiograph in each round, and the peak of the process in MB."""

    seconds: list[float]
    peak_mb: float = 0.0


class Runner:
    """A child that holds one way of asking, and measures a round whenever it is told to."""

    def __init__(self, way: str, bundle: Path, images: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.model_runner", way, str(bundle), str(images)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def answer(self) -> dict[str, Any]:
        """What it prints next."""
        assert self._process.stdout  # noqa: S101  (we asked for a pipe)
        line = self._process.stdout.readline()
        if not line:
            raise BundleError("A process of the benchmark ended: is the bundle fit for use?")
        return dict(json.loads(line))

    def round(self) -> dict[str, Any]:
        assert self._process.stdin  # noqa: S101
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return self.answer()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def shipped() -> Path:
    """The bundle that the platform begins with: no mere demonstration, and the best measured."""
    found = [load_bundle(path.parent) for path in sorted(BUNDLES.glob(f"*/{MANIFEST}"))]
    best = max(found, key=lambda one: (not one.demonstration, one.metrics["auc"]["value"] or 0))
    return best.path


def draw(folder: Path, count: int) -> None:
    """Canonical radiographs, with the grain that makes a PNG as large as a real one."""
    rng = np.random.default_rng(11)
    for number in range(count):
        shape = SHAPES[number % len(SHAPES)]
        grain = rng.normal(0, 4, shape)
        picture = np.clip(reference_radiograph(*shape) + grain, 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{number:04}.png"), picture)


def measure(bundle: Path, images: Path, *, ways: list[str], rounds: int) -> dict[str, Measured]:
    """Each way `rounds` times, in turns, after a first round that is not counted."""
    runners = {way: Runner(way, bundle, images) for way in ways}
    results = {way: Measured([]) for way in ways}
    try:
        for runner in runners.values():
            runner.answer()
        for number in range(rounds + 1):
            for way, runner in runners.items():
                told = runner.round()
                results[way].peak_mb = told["peak_mb"]
                if number:
                    results[way].seconds.append(told["seconds"])
    finally:
        for runner in runners.values():
            runner.end()
    return results


def table(results: dict[str, Measured]) -> str:
    """Median images per second, the ratio to the yardstick round by round, peak memory."""
    lines = [
        f"| way | images per second | times {WAYS[YARDSTICK]} | peak memory |",
        "| --- | ---: | ---: | ---: |",
    ]
    for way, measured in results.items():
        speed, ratio = 1 / statistics.median(measured.seconds), "-"
        if YARDSTICK in results:
            pairs = zip(results[YARDSTICK].seconds, measured.seconds, strict=True)
            ratio = f"{statistics.median(one / other for one, other in pairs):.1f}"
        lines.append(f"| {WAYS[way]} | {speed:.1f} | {ratio} | {measured.peak_mb:.0f} MB |")
    return "\n".join(lines)


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.model",
        description="Images per second and peak memory of each way of asking a bundle: decoding, "
        "preprocessing and the network, without queue, database or overlay.",
        epilog="Example: make bench-model BUNDLE=var/models/wrist-1 ARGS='--images 64'",
    )
    parser.add_argument("--bundle", type=Path, help="its folder (default: the one that ships)")
    parser.add_argument("--images", type=int, default=32, help="in a round (default: 32)")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    return parser.parse_args(given)


def chosen(bundle: Bundle) -> list[str]:
    """The ways that are possible here; says which are not."""
    possible = list(WAYS)
    if importlib.util.find_spec("tensorflow") is None:
        sys.stderr.write("Without TensorFlow (`make training`) Keras is not measured.\n")
        possible = [way for way in possible if way not in {"predict", "keras"}]
    sys.stderr.write(f"Measuring {bundle.name} {bundle.version}, a minute or so\n")
    return possible


def main(given: list[str]) -> int:
    options = arguments(given)
    try:
        bundle = load_bundle((options.bundle or shipped()).resolve())
        with TemporaryDirectory(prefix="bench-model-") as folder:
            draw(Path(folder), max(1, options.images))
            results = measure(
                bundle.path, Path(folder), ways=chosen(bundle), rounds=max(1, options.rounds)
            )
    except BundleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    size = bundle.input_size
    sys.stdout.write(
        f"{bundle.name} {bundle.version}, {size} x {size} x {bundle.input_channels}, "
        f"{options.images} drawn radiographs in each of {options.rounds} rounds\n\n"
        f"{table(results)}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
