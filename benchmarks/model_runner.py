"""One way of asking a bundle, for `benchmarks.model`: a round for every line on standard input.

`python -m benchmarks.model_runner WAY BUNDLE FOLDER` prints a JSON object when it is ready, and one
after every round.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Bundle, load_bundle
from inference_worker.classifier import load_classifier
from inference_worker.preprocessing import prepare, read_canonical

Round = Callable[[list[Path]], None]


def main(way: str, folder: str, images: str) -> None:
    paths = sorted(Path(images).iterdir())
    run = round_of(way, load_bundle(Path(folder)))
    say({"ready": True})
    for _ in sys.stdin:
        started = time.perf_counter()
        run(paths)
        seconds = (time.perf_counter() - started) / len(paths)
        say({"seconds": seconds, "peak_mb": peak_mb()})


def round_of(way: str, bundle: Bundle) -> Round:
    """What a round of this way does with the files."""
    if way == "prepare":
        return lambda paths: [ready(path, bundle) for path in paths].clear()
    if way == "predict":
        return one_by_one(bundle)
    if way == "keras":
        classifier = load_classifier(bundle, engine="keras")
        return lambda paths: classifier.classify([read(path) for path in paths]).clear()
    classifier = load_classifier(bundle, threads=int(way.removeprefix("litert-")))

    def each(paths: list[Path]) -> None:
        for path in paths:
            classifier.classify([read(path)])

    return each


def one_by_one(bundle: Bundle) -> Round:
    """As many tutorials do it: `predict` for every image."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    model = keras.saving.load_model(bundle.weights("keras"), compile=False, safe_mode=True)

    def each(paths: list[Path]) -> None:
        for path in paths:
            model.predict(ready(path, bundle)[np.newaxis], verbose=0)

    return each


def read(path: Path) -> NDArray[np.uint8]:
    return read_canonical(path.read_bytes())


def ready(path: Path, bundle: Bundle) -> NDArray[np.float32]:
    """From the file to what the network takes."""
    size, channels, version = (
        bundle.input_size,
        bundle.input_channels,
        bundle.preprocessing_version,
    )
    return prepare(read(path), size=size, channels=channels, version=version)[0]


def peak_mb() -> float:
    """The most memory that this process ever held, in MB.

    Linux counts what a parent held before the fork into `ru_maxrss`, so it is asked elsewhere
    first.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))


def say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:4])
