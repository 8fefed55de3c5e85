"""What a model's card must not leave unsaid."""

# The long lines are sentences of the card.
# ruff: noqa: E501
from __future__ import annotations

from collections.abc import Iterator

from inference_worker.bundle import Manifest

FRACATLAS = (
    (
        "FracAtlas names no patients and no ages. So there are no figures per patient or examination, none for children apart, and "
        "images of one patient may lie in two groups."
    ),
    "One published label per image, from its source. Some labels are wrong, in both directions, and the model learnt and was measured with them.",
    (
        "About a third of the fractured radiographs already wear a cast, a splint or metalwork, and hardly any of the others do. "
        "The model may read *treated* instead of *fractured*: compare the figures without treated fractures."
    ),
    (
        "Some file numbers, hospitals and formats hold far more fractures than others. The folds keep neighbours together, "
        "but they cannot hide what a whole hospital has in common."
    ),
)


def text(manifest: Manifest) -> str:
    """The limits: of the data, of the measurement, of this model."""
    lines = [*_of_the_data(manifest), *_of_the_measurement(manifest), *manifest.get("notes", [])]
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in lines)


def _of_the_data(manifest: Manifest) -> Iterator[str]:
    if "fracatlas" in manifest["metrics"]["scored"]["sources"]:
        yield from FRACATLAS
    if len(manifest["class_names"]) < 2:
        yield (
            "It says whether, not which: kinds of fracture have no honest labels in this data, so it does not tell them apart."
        )


def _of_the_measurement(manifest: Manifest) -> Iterator[str]:
    if not manifest["metrics"].get("left_out"):
        yield "Not measured without one source or one region, so nothing here says how it does on what it never saw."
    yield (
        "Not measured on other hospitals, other equipment, portable films or photographs of films. "
        "Expect worse there, and measure before use."
    )
    yield (
        "The figures are those of the models of the folds. The model in this bundle was made in the same way from all the data; "
        "line and thresholds were taken over from the folds, and its own scores may lie a little higher or lower."
    )
    yield ("Nobody has measured whether clinicians decide better with it than without it.")
    if manifest.get("map", {}).get("kind") != "fracture_probability":
        yield "The map is scaled to its own peak: it shows where the network looked, also when it found nothing."
