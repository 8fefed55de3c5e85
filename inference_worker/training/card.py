"""The model card: what the model is for, what was measured and where it fails, made from its
manifest alone.

Read from the manifest beside what every bundle has: `metrics` as `evaluation.py` makes them (with
`beside` and `left_out` where they were measured), and, where given, `training_data` (name, licence,
fingerprint, folds_sha256) and `training` (command, hardware, seconds, date, versions, description).
"""

# The long lines are sentences of the card.
# ruff: noqa: E501
from __future__ import annotations

from inference_worker.bundle import Manifest
from inference_worker.training import card_levels, card_limits, card_tables
from inference_worker.training.card_words import measured, plain, table

COMMAND = "python -m inference_worker.training evaluate --scores oof.csv --out DIR"
SUPPORT = (
    "To point a clinician who reads the radiograph anyway to what may be a fracture of an arm, a hand, a leg, a foot, a hip "
    "or a shoulder."
)
DEMONSTRATION = (
    "To show that the platform works from upload to answer, and as the floor that a better model must pass. "
    "Nobody should rely on its answers."
)


def text(manifest: Manifest) -> str:
    """MODEL_CARD.md for a complete manifest."""
    sections = (
        _head,
        _short,
        _use,
        card_levels.answers,
        card_levels.points,
        _calibration,
        card_tables.parts,
        card_tables.left_out,
        card_tables.classes,
        _data,
        _training,
        card_limits.text,
        _again,
    )
    return "\n\n".join(filter(None, (section(manifest) for section in sections))) + "\n"


def _head(manifest: Manifest) -> str:
    size, channels = manifest["input"]["size"], manifest["input"]["channels"]
    scored = manifest["metrics"]["scored"]
    kind = "**Demonstration model.** " if manifest.get("demonstration") else ""
    return (
        f"# {manifest['name']} {manifest['version']}\n\n"
        f"{kind}Says how likely a radiograph of a limb shows a fracture. Architecture `{manifest['architecture']}`, "
        f"input {size} x {size} x {channels}. "
        f"Measured on {scored['images']:,} radiographs, {scored['fractured']:,} of them fractured, that the model which "
        f"scored them had not seen: AUC {measured(manifest['metrics']['auc'])}.\n\n"
        f"Weights: {manifest.get('licence', {}).get('weights', 'no licence stated')}. "
        "Not a medical device: not cleared or certified anywhere."
    )


def _short(manifest: Manifest) -> str:
    metrics = manifest["metrics"]
    folds, prevalence = metrics["folds"], _prevalence(manifest)
    names = {
        "auc": "AUC (0.5 is guessing, 1 never wrong)",
        "average_precision": f"average precision, {prevalence} fractured",
        "specificity_at_92": "specificity where sensitivity is 0.92",
    }
    rows = [[title, measured(metrics[name]), _spread(folds[name])] for name, title in names.items()]
    return (
        "## In short\n\n"
        + table(["figure", "value (95 % interval)", "folds: mean, standard deviation"], rows)
        + f"\n\nIn brackets: 95 % intervals from {metrics['draws']:,} bootstrap draws of whole groups of neighbouring images. "
        f"Fractures were {prevalence} of all in the published data; where a figure depends on that, it is stated for it.\n\n"
        + card_tables.beside(manifest)
        + card_tables.without(manifest)
        + "\n\n![ROC curve](roc.png)\n\n![Precision and recall](precision_recall.png)"
    )


def _spread(spread: dict[str, float | None]) -> str:
    return f"{plain(spread['mean'])}, {plain(spread['sd'])}"


def _prevalence(manifest: Manifest) -> str:
    return f"{100 * manifest['calibration']['prevalence']:g} %"


def _use(manifest: Manifest) -> str:
    purpose = DEMONSTRATION if manifest.get("demonstration") else SUPPORT
    return (
        f"## Intended use\n\n{purpose} One radiograph goes in; a probability, a level and a map come out. "
        "It never decides: it must not order, delay or end anything in the care of a patient. "
        "It is not made for spine, ribs, skull or face, nor for following a treated fracture, and it looks for nothing but fractures."
    )


def _calibration(manifest: Manifest) -> str:
    line, fit = manifest["calibration"], manifest["metrics"]["reliability"]
    seen = "on folds that had no say in the line" if fit["cross_fitted"] else "on the same scores"
    return (
        "## How far the probability can be trusted\n\n"
        f"probability = sigmoid({line['slope']:.4f} x logit {line['intercept']:+.4f}), stated for {_prevalence(manifest)} fractured. "
        "Where fractures are rarer, the same radiograph is less likely to show one than the figure says; where they are commoner, more.\n\n"
        f"Measured {seen}: Brier score {measured(fit['brier'])} (always saying {_prevalence(manifest)} gives "
        f"{plain(fit['brier_of_prevalence'])}); expected calibration error {plain(fit['ece'])} "
        f"(ten bins of equally many); slope left {plain(fit['slope_left'])} (1 is right), intercept left "
        f"{plain(fit['intercept_left'])} (0 is right).\n\n"
        "![Calibration](calibration.png)\n\n" + card_tables.likeness(manifest)
    )


def _data(manifest: Manifest) -> str:
    data, scored = manifest.get("training_data", {}), manifest["metrics"]["scored"]
    hashes = [
        f"{title} `{data[key]}`"
        for key, title in (
            ("fingerprint", "fingerprint of the data"),
            ("folds_sha256", "of the folds"),
        )
        if data.get(key)
    ]
    return (
        "## Data and how it was measured\n\n"
        f"{data.get('name') or 'Data not named.'} Licence of the data: {data.get('licence') or 'not stated'}. "
        "What was published with each image is its label.\n\n"
        f"{scored['images']:,} radiographs in {scored['groups']:,} groups of near-duplicates and neighbouring examinations were cut into "
        f"{scored['folds']} folds; no group lies in two. For every fold a model was trained on the others, less the images beside a border, with the same fixed "
        "schedule, and scored the fold as it was at the end: no epoch was chosen on it. All scores together give the figures of this page. "
        "Images published under both labels were left out of training, never out of a test."
        + (f"\n\nSHA-256: {'; '.join(hashes)}." if hashes else "")
    )


def _training(manifest: Manifest) -> str:
    training = manifest.get("training", {})
    versions = ", ".join(
        f"{name} {number}" for name, number in training.get("versions", {}).items()
    )
    spent = training.get("seconds")
    facts = (
        training.get("description"),
        f"{training['parameters']:,} weights." if training.get("parameters") else None,
        f"Hardware: {training['hardware']}." if training.get("hardware") else None,
        f"Time: {_duration(spent)}." if spent else None,
        f"Made on {training['date']}." if training.get("date") else None,
        f"Seed {training['seed']}." if "seed" in training else None,
        f"With {versions}." if versions else None,
    )
    said = " ".join(fact for fact in facts if fact)
    return f"## Training, time and hardware\n\n{said or 'Not recorded.'}"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def _again(manifest: Manifest) -> str:
    metrics, training = manifest["metrics"], manifest.get("training", {})
    made = metrics.get("command") or COMMAND
    trained = training.get("command")
    return (
        "## Make it again\n\n"
        f"Every figure and picture of this page, from the scores that lie beside it: `{made}`"
        + (f"\n\nThe model and the scores: `{trained}`" if trained else "")
    )
