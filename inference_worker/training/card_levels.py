"""What the levels of a model mean, for its card."""

# The long lines are sentences of the card.
# ruff: noqa: E501
from __future__ import annotations

from typing import Any

from inference_worker.bundle import Manifest
from inference_worker.training.card_words import measured, per_cent, percent, table
from inference_worker.training.operating import LOWER_BOUND, WANTED


def answers(manifest: Manifest) -> str:
    """What each level means for a reader, where fractures are rare, as common as here, or
    frequent."""
    points, limits = manifest["metrics"]["operating_points"], manifest["thresholds"]
    out, into, between = points["rule_out"], points["rule_in"], points["inconclusive"]
    prevalences = list(between["share"])
    stated = f"{manifest['calibration']['prevalence']:g}"
    shares = _shares(points, float(stated))
    rows = [
        ["*no fracture found*", f"below {limits['rule_out']:.4g}", shares[0]]
        + [percent(out["npv"][p], turned=True) for p in prevalences],
        [
            "*inconclusive*",
            f"{limits['rule_out']:.4g} to {limits['rule_in']:.4g}",
            percent(between["share"][stated]),
        ]
        + [percent(between["fractured"][p]) for p in prevalences],
        ["*fracture*", f"above {limits['rule_in']:.4g}", shares[1]]
        + [percent(into["ppv"][p]) for p in prevalences],
    ]
    head = ["level", "probability", f"share of radiographs at {per_cent(stated)}"]
    head += [f"fractured among them, if {per_cent(p)} of all are" for p in prevalences]
    return "## What an answer means\n\n" + table(head, rows)


def _shares(points: dict[str, Any], prevalence: float) -> tuple[str, str]:
    below, above = (
        prevalence * row["sensitivity"]["value"]
        + (1 - prevalence) * (1 - row["specificity"]["value"])
        for row in (points["rule_out"], points["rule_in"])
    )
    return f"{100 * (1 - below):.1f} %", f"{100 * above:.1f} %"


def points(manifest: Manifest) -> str:
    """The two operating points, the plain one half beside them, and whether they hold on
    radiographs that had no say."""
    metrics = manifest["metrics"]
    table_of = metrics["operating_points"]
    names = {"rule_out": "rule out", "rule_in": "rule in", "plain": "plain 0.5"}
    first = [
        [title, f"{row['threshold']:.4g}"]
        + [percent(row[name]) for name in ("sensitivity", "specificity", "accuracy")]
        + [measured(row["f1"])]
        for title, row in ((title, table_of[name]) for name, title in names.items())
    ]
    prevalences = list(table_of["plain"]["ppv"])
    second = [
        [
            title,
            *(percent(table_of[name][value][p]) for value in ("npv", "ppv") for p in prevalences),
        ]
        for name, title in names.items()
    ]
    head = [f"{value} at {per_cent(p)}" for value in ("NPV", "PPV") for p in prevalences]
    promise = (
        f"`rule_out` is the highest threshold that keeps at least {100 * WANTED:.0f} % of the fractured at or above it, with the lower end of "
        f"the interval at {100 * LOWER_BOUND:.0f} % or more; `rule_in` the lowest that keeps as many of the others at or below it."
    )
    paragraphs = (
        "## Operating points",
        promise,
        _crossed(table_of),
        table(["point", "threshold", "sensitivity", "specificity", "accuracy", "F1"], first),
        "How often *not suspicious* (NPV) and *suspicious* (PPV) are right at each point, by how many of all are fractured:",
        table(["point", *head], second),
        _unseen(metrics["levels_unseen"]),
        "![Operating points](operating_points.png)",
    )
    return "\n\n".join(filter(None, paragraphs))


def _crossed(table_of: dict[str, Any]) -> str:
    if not table_of["crossed"]:
        return ""
    return (
        "Here the first lay above the second. They were swapped: both keep more than they promise, "
        "and what lies between is left inconclusive rather than decided at one point."
    )


def _unseen(unseen: dict[str, Any] | None) -> str:
    if unseen is None:
        return ""
    return (
        "The thresholds were found on the scores that this table is made of. Found on the other folds and applied to the one left out, in turn, they give: "
        f"sensitivity at `rule_out` {percent(unseen['sensitivity_at_rule_out'])}, "
        f"specificity at `rule_in` {percent(unseen['specificity_at_rule_in'])}, "
        f"inconclusive {percent(unseen['inconclusive'])}."
    )
