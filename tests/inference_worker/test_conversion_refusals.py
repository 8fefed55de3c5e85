"""What of a stranger's file is never handed to Keras."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inference_worker.training.conversion.refusal import RefusedError

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    from tests.inference_worker.strangers import flattening, saved

    return saved(flattening(), tmp_path / "m.keras")


def copied(path: Path) -> Path:
    from inference_worker.training.conversion.archive import harmless_copy

    folder = path.parent / "copy"
    folder.mkdir()
    return harmless_copy(path, folder)


def refused(path: Path, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence) as caught:
        copied(path)
    assert path.name in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.98])
def test_a_truncated_file(tmp_path: Path, suffix: str, share: float) -> None:
    from tests.inference_worker.strangers import flattening, saved

    path = saved(flattening(), tmp_path / f"m{suffix}")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    refused(path, "is damaged or no")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_something_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"m{suffix}"
    path.write_bytes(b"\x89PNG" * 100)
    refused(path, "is damaged or no")


def test_damaged_weights_in_a_whole_archive(plain: Path) -> None:
    from tests.inference_worker.strangers import rewritten

    rewritten(plain, others={"model.weights.h5": b"\x89HDF\r\n\x1a\n" + bytes(500)})
    refused(plain, "is damaged or no")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_lambda_however_deep(tmp_path: Path, suffix: str) -> None:
    from tests.inference_worker.strangers import with_lambda

    refused(with_lambda(tmp_path / f"m{suffix}"), "holds the Lambda layer 'lambda")


def layer(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """A change to the last layer of a config."""

    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][-1].update(changes)

    return change


def activation(**function: str) -> Callable[[dict[str, Any]], None]:
    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][-1]["config"]["activation"] = function

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (layer(class_name="TFSMLayer"), "loads code or files from outside"),
        (layer(class_name="StringLookup"), "loads code or files from outside"),
        (layer(module="os", class_name="system"), "needs os.system"),
        (layer(module="keras.utils", class_name="get_file"), r"needs keras\.utils\.get_file"),
        (layer(module="keras_evil.layers"), r"needs keras_evil\.layers\.Dense"),
        (layer(registered_name="theirs>Dense"), "needs theirs>Dense"),
        (layer(class_name="__lambda__"), "holds the Lambda layer"),
        (
            activation(module="keras.models", class_name="function", config="load_model"),
            r"needs keras\.models\.load_model",
        ),
        (
            activation(module="keras.config", class_name="function", config="relu"),
            r"needs keras\.config\.relu",
        ),
        (
            activation(module="builtins", class_name="function", config="eval"),
            r"needs builtins\.eval",
        ),
    ],
)
def test_what_could_run_code(
    plain: Path, change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    from tests.inference_worker.strangers import rewritten

    refused(rewritten(plain, change), sentence)


def test_what_only_training_needs_is_left_behind(tmp_path: Path) -> None:
    """A loss of one's own is no reason to refuse, and never loaded."""
    import keras

    from inference_worker.training.conversion.__main__ import _loaded
    from tests.inference_worker.strangers import flattening, saved

    def strange(truth: Any, given: Any) -> Any:
        return keras.ops.mean(truth - given)

    model = flattening()
    model.compile("adam", loss=strange)
    for name in ("keras", "h5"):
        (tmp_path / name).mkdir()
        path = saved(model, tmp_path / name / f"m.{name}")
        assert _loaded(copied(path), path.name).count_params() == model.count_params()


def test_members_that_no_network_needs(plain: Path) -> None:
    from tests.inference_worker.strangers import rewritten

    refused(rewritten(plain, others={"assets/a.txt": b""}), "brings 'assets/a.txt'")


def test_weights_alone(tmp_path: Path) -> None:
    from tests.inference_worker.strangers import flattening

    path = tmp_path / "m.weights.h5"
    flattening().save_weights(path)
    refused(path, "weights without an architecture")


@pytest.mark.parametrize("kind", ["external link", "soft link", "external data", "virtual"])
def test_weights_that_lie_elsewhere(tmp_path: Path, kind: str) -> None:
    import h5py
    import numpy as np

    from tests.inference_worker.strangers import flattening, saved

    path = saved(flattening(), tmp_path / "m.h5")
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(64))
    with h5py.File(path, "a") as file:
        group = file["model_weights"]
        if kind == "external link":
            group["more"] = h5py.ExternalLink("other.h5", "/")
        elif kind == "soft link":
            group["more"] = h5py.SoftLink("/model_weights")
        elif kind == "external data":
            group.create_dataset("more", (16,), np.float32, external=[(str(secret), 0, 64)])
        else:
            layout = h5py.VirtualLayout((4,), np.float32)
            layout[:] = h5py.VirtualSource("other.h5", "data", (4,))
            group.create_virtual_dataset("more", layout)
    refused(path, "links to another place|from other files")


def test_more_weights_than_any_network_of_this_size(tmp_path: Path) -> None:
    import h5py
    import numpy as np

    from tests.inference_worker.strangers import flattening, saved

    path = saved(flattening(), tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        file.create_dataset("more", (10**6, 10**6), np.float32, chunks=(100, 100))
    refused(path, "declares more than 2 GiB")


@pytest.mark.parametrize(
    ("version", "fine"), [("3.8.0", False), ("3.14.1", False), ("3.15.0", True), ("4.0.0", True)]
)
def test_a_keras_with_known_holes(version: str, fine: bool) -> None:
    from inference_worker.training.conversion.__main__ import check_keras

    if fine:
        check_keras(version)
    else:
        with pytest.raises(RefusedError, match=f"Keras {version} can be made to run code"):
            check_keras(version)
