"""Figures and tables as a model card writes them."""

from __future__ import annotations

from collections.abc import Sequence

from inference_worker.training.bootstrap import Measure

UNKNOWN = "not defined"
FEW = "too few"


def measured(measure: Measure | None) -> str:
    """A figure with its interval, as `0.73 (0.66 to 0.79)`."""
    if measure is None or measure["value"] is None:
        return UNKNOWN
    value, low, high = measure["value"], measure["low"], measure["high"]
    return f"{value:.3f}" + ("" if low is None or high is None else f" ({low:.3f} to {high:.3f})")


def percent(measure: Measure | None, *, turned: bool = False) -> str:
    """A share with its interval in per cent, as `73.1 % (66.0 to 79.4)`; `turned`: of the rest."""
    if measure is None or measure["value"] is None:
        return UNKNOWN
    ends = [100 * end for end in (measure["low"], measure["high"]) if end is not None]
    value = 100 * measure["value"]
    if turned:
        value, ends = 100 - value, [100 - end for end in reversed(ends)]
    return f"{value:.1f} %" + (f" ({ends[0]:.1f} to {ends[1]:.1f})" if len(ends) == 2 else "")


def plain(value: float | None, digits: int = 3) -> str:
    """A number without an interval."""
    return UNKNOWN if value is None else f"{value:.{digits}f}"


def per_cent(prevalence: str) -> str:
    """A share as metrics name it ("0.176"), in per cent."""
    return f"{100 * float(prevalence):g} %"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; a bar in a cell would end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |" for cells in lines
    )
