"""The model card: what the model is for, what it was made from, what was measured, where it
fails."""

# The long lines are sentences of the card.
# ruff: noqa: E501
from __future__ import annotations

from typing import Any

from inference_worker.bundle import Manifest
from inference_worker.training import card_validated
from inference_worker.training.card_words import measured, table
from inference_worker.training.evaluation import KIND

NAMES = {
    "auc": "AUC",
    "average_precision": "average precision",
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "recall (sensitivity)",
    "specificity": "specificity",
    "f1": "F1",
    "brier_balanced": "Brier score, both classes weighing the same",
    "sensitivity_at_rule_out": "fractured radiographs not called *no fracture found*",
    "specificity_at_rule_out": "other radiographs called *no fracture found*",
    "sensitivity_at_rule_in": "fractured radiographs called *fracture*",
    "specificity_at_rule_in": "other radiographs not called *fracture*",
    "inconclusive": "all radiographs left *inconclusive*",
}


def text(manifest: Manifest) -> str:
    """MODEL_CARD.md for a complete manifest: of a model measured on one held-out part, or of a
    cross-validated one."""
    if manifest["metrics"].get("kind") == KIND:
        return card_validated.text(manifest)
    sections = (_head, _use, _data, _training, _figures, _limits)
    return "\n\n".join(section(manifest) for section in sections) + "\n"


def _head(manifest: Manifest) -> str:
    kind = "**Demonstration model.** " if manifest["demonstration"] else ""
    return (
        f"# {manifest['name']} {manifest['version']}\n\n"
        f"{kind}Architecture `{manifest['architecture']}`, {manifest['training']['parameters']:,} parameters, "
        f"input {manifest['input']['size']} x {manifest['input']['size']} x {manifest['input']['channels']}. "
        f"AUC on held-out radiographs: {measured(manifest['metrics']['auc'])}.\n\n"
        f"Weights: {manifest['licence']['weights']}. Not a medical device: not cleared or certified anywhere."
    )


def _use(manifest: Manifest) -> str:
    thresholds, calibration = manifest["thresholds"], manifest["calibration"]
    return (
        "## Intended use\n\n"
        "To show that the platform works from upload to answer, and as the floor that a better model must pass. "
        "Input is one radiograph of a limb. Output is a probability of a fracture, a level and a Grad-CAM map. "
        "It must not decide, order or delay anything in the care of a patient.\n\n"
        f"Levels: below {thresholds['rule_out']} *no fracture found*, above {thresholds['rule_in']} *fracture*, "
        "between them *inconclusive*. "
        f"The probability is stated for a prevalence of {calibration['prevalence'] * 100:.0f} %: "
        f"sigmoid({calibration['slope']:.4f} x logit {calibration['intercept']:+.4f}). "
        "Where fractures are rarer, the same radiograph is less likely to show one than the figure says."
    )


def _data(manifest: Manifest) -> str:
    data = manifest["training_data"]
    rows = "\n".join(
        f"| {title} | {data[part]['images']} | {data[part]['fractured']} | {data[part]['groups']} |"
        for title, part in (
            ("training", "train"),
            ("tune (epoch, calibration, thresholds)", "tune"),
            ("held out (figures below)", "held_out"),
        )
    )
    return (
        "## Data\n\n"
        f"{data['name']} Licence of the data: {data['licence']}. The folder is the label.\n\n"
        "| part | radiographs | fractured | groups |\n| --- | --- | --- | --- |\n"
        f"{rows}\n\n"
        "Near-duplicates and neighbouring examinations form groups, and no group lies in two parts. "
        f"{data['left_out']} radiographs were left out because they neighbour a group of another part; "
        "images published under both labels were left out before. EXIF orientation is applied; where a JPEG ends too "
        "early, its last whole row is continued, and some training images of both classes are made to look so. "
        f"Fingerprint of the data: `{data['fingerprint']}`."
    )


def _training(manifest: Manifest) -> str:
    training = manifest["training"]
    versions = ", ".join(f"{name} {number}" for name, number in training["versions"].items())
    return (
        "## Training\n\n"
        f"`{training['command']}`\n\n"
        f"Adam (learning rate {training['learning_rate']} falling on a cosine), {training['loss']}, "
        f"batch {training['batch']}, {training['epochs']} epochs in {training['seconds']} s on "
        f"{training['hardware']}; epoch {training['kept_epoch']} had the best tune AUC and was kept. "
        f"Seed {training['seed']}; {versions}; {training['date']}. "
        "Left-right flips, small turns, scales and shifts, contrast, brightness and mild noise; weights rounded to 16 bits "
        "before anything was measured.\n\n"
        "![Learning curves](learning_curves.png)"
    )


def _figures(manifest: Manifest) -> str:
    metrics = manifest["metrics"]
    plain = [name for name in NAMES if name in metrics]
    levels = [name for name in NAMES if name in metrics["levels"]]
    return (
        "## Measured\n\n"
        "On the held-out part, which chose nothing; through the same code that serves (LiteRT); 95 % intervals from "
        "1,000 bootstrap draws of whole groups. "
        "`python -m inference_worker.training evaluate --bundle BUNDLE --data DIR` repeats it.\n\n"
        "At the decision point 0.5:\n\n"
        + table(["figure", "value"], [[NAMES[n], measured(metrics[n])] for n in plain])
        + "\n\nOf the levels (shares):\n\n"
        + table(["share of", "value"], [[NAMES[n], measured(metrics["levels"][n])] for n in levels])
        + _subgroups(metrics["subgroups"])
        + "\n\n![Held-out set](held_out.png)"
    )


def _subgroups(subgroups: dict[str, Any]) -> str:
    if not subgroups:
        return ""
    rows = [
        [name, str(row["images"]), str(row["fractured"]), measured(row["auc"])]
        for name, row in subgroups.items()
    ]
    return "\n\nPart of it (regions overlap):\n\n" + table(
        ["part", "radiographs", "fractured", "AUC"], rows
    )


def _limits(manifest: Manifest) -> str:
    size = manifest["input"]["size"]
    notes = "".join(f"\n- {note}" for note in manifest["notes"])
    return (
        "## Limits\n\n"
        f"- At {size} px most fracture lines are finer than the network can see; it learns coarse appearance, and "
        "both misses fractures and alarms without one (figures above).\n"
        "- One source of radiographs, labelled once. Not measured on another hospital, on children apart, on portable "
        "films or on photographs of films.\n"
        "- Not made for spine, ribs, skull or face, nor for following a treated fracture. Other findings are not "
        "looked for.\n"
        "- Metalwork and casts are commoner among the fractured, and the network may use them as a cue; compare the "
        "figure without metalwork where it is given.\n"
        "- The map is scaled to its own peak: it shows where the network looked, also when it found nothing.\n"
        "- Epoch, calibration and thresholds come from one small tune part and carry its luck."
        + notes
    )
