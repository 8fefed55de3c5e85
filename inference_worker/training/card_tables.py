"""The tables of a model's card."""

# The long lines are sentences of the card.
# ruff: noqa: E501
from __future__ import annotations

from itertools import groupby
from typing import Any

from inference_worker.bundle import Manifest
from inference_worker.training.card_words import FEW, measured, per_cent, percent, table

RANKING = ("auc", "average_precision", "specificity_at_92")
AT_92 = "specificity at sensitivity 0.92"


def beside(manifest: Manifest) -> str:
    """This model, others, and always saying "no fracture", at the plain threshold 0.5."""
    metrics = manifest["metrics"]
    own = {"name": "**this model**", "images": metrics["scored"]["images"], **metrics}
    rows = [
        [row["name"], str(row["images"] or "any")]
        + [measured(row[name]) if row.get(name) else "-" for name in RANKING]
        + [
            percent(row[name]) if row.get(name) else "-"
            for name in ("accuracy", "recall", "specificity")
        ]
        for row in (own, *metrics.get("beside", []))
    ]
    head = ["", "radiographs", "AUC", "average precision", AT_92]
    return (
        "Beside others, at the threshold 0.5 of each:\n\n"
        + table([*head, "accuracy", "sensitivity", "specificity"], rows)
        + "\n\nAlways saying *no fracture* is right most of the time and finds nothing: accuracy alone tells little. "
        "Figures of other models come from their own test radiographs and prevalences."
    )


def without(manifest: Manifest) -> str:
    """The headline once more on fewer: does it hold without what may be a shortcut?"""
    metrics = manifest["metrics"]
    sets = {"all": metrics | metrics["scored"]}
    sets |= {name: row for name, row in metrics["subgroups"].items() if name.startswith("without")}
    if len(sets) == 1:
        return ""
    rows = [
        [name, str(row["images"]), str(row["fractured"])]
        + [measured(row[figure]) if row[figure] else FEW for figure in RANKING]
        for name, row in sets.items()
    ]
    return "\n\nThe same without what may be a shortcut:\n\n" + table(
        ["radiographs", "number", "fractured", "AUC", "average precision", AT_92], rows
    )


def likeness(manifest: Manifest) -> str:
    """Of 100 test radiographs scored like this, how many had a fracture."""
    rows = [
        [
            f"{row['low']:.3f} to {row['high']:.3f}",
            str(row["images"]),
            str(row["fractured"]),
            f"{100 * row['share']:.0f} ({100 * row['share_low']:.0f} to {100 * row['share_high']:.0f})",
        ]
        for row in manifest["metrics"]["scored_like"]
    ]
    stated = f"{manifest['calibration']['prevalence']:g}"
    return (
        f"Test radiographs scored alike, and how many of 100 such had a fracture where {per_cent(stated)} of all have one:\n\n"
        + table(["probability", "radiographs", "fractured", "of 100 (95 % interval)"], rows)
    )


def parts(manifest: Manifest) -> str:
    """Every part of the test radiographs that the tags tell apart, by kind."""
    head = ["part", "radiographs", "fractured", "AUC", AT_92]
    head += ["fractured not called *no fracture found*", "others not called *fracture*"]
    tables = [
        f"By {kind}:\n\n" + table(head, [_part(name, row) for name, row in rows])
        for kind, rows in groupby(
            manifest["metrics"]["subgroups"].items(), key=lambda item: item[1]["kind"]
        )
    ]
    if not tables:
        return ""
    return (
        "## Parts of it\n\nRegions and views overlap. Parts with fewer than ten radiographs of a class get no figure.\n\n"
        + "\n\n".join(tables)
        + "\n\n![Scores by part](scores_by_part.png)"
    )


def _part(name: str, row: dict[str, Any]) -> list[str]:
    return [
        name,
        str(row["images"]),
        str(row["fractured"]),
        measured(row["auc"]) if row["auc"] else FEW,
        measured(row["specificity_at_92"]) if row["specificity_at_92"] else FEW,
        *(
            percent(row[figure]) if row[figure] else FEW
            for figure in ("sensitivity_at_rule_out", "specificity_at_rule_in")
        ),
    ]


def left_out(manifest: Manifest) -> str:
    """What was measured on sources and regions that the model had never learnt from."""
    found = manifest["metrics"].get("left_out") or []
    if not found:
        return ""
    rows = [
        [
            _left(row),
            str(row["images"]),
            str(row["fractured"]),
            measured(row["auc"]) if row["auc"] else FEW,
            measured(row["specificity_at_92"]) if row.get("specificity_at_92") else FEW,
        ]
        for row in found
    ]
    return (
        "## What it has never learnt from\n\n"
        "Trained in the same way without one source or region, and measured on it. This, not the headline, is what to expect elsewhere.\n\n"
        + table(["left out", "radiographs", "fractured", "AUC", AT_92], rows)
    )


def _left(row: dict[str, Any]) -> str:
    return str(row["name"] if row["kind"] == "kind" else f"{row['kind']} {row['name']}")


def classes(manifest: Manifest) -> str:
    """Of a model that tells several classes apart: how often the highest score is right."""
    found = manifest["metrics"].get("classes")
    if not found:
        return ""
    rows = [
        [
            name,
            str(row["images"]),
            str(row["chosen"]),
            "-" if row["recall"] is None else f"{100 * row['recall']:.1f} %",
        ]
        for name, row in found.items()
    ]
    return (
        f"## Classes\n\nThe class with the highest score is right in {100 * manifest['metrics']['class_accuracy']:.1f} % of all. "
        "Class scores are the model's own and are not calibrated.\n\n"
        + table(["class", "radiographs", "highest score", "found"], rows)
    )
