"""The plans by name; what each gave stands in docs/model-lab.md."""

from __future__ import annotations

from dataclasses import replace

from inference_worker.training.architectures import ARCHITECTURES
from inference_worker.training.augmentation.recipe import Recipe
from inference_worker.training.learning.plan import FILMS, WINDOWS, Plan, Stage, Views

MILD = Recipe(strength=0.3, close_ups=0.0, marks=False)
HALF = Recipe(strength=0.5, close_ups=0.3)
WHOLE = Recipe(strength=0.5, close_ups=0.0)
BROAD = replace(WHOLE, quarter_turns=0.4, farther=0.5, nearer=0.6, noise=14.0)
"""As WHOLE, with more of what a network taught by that stood worst: right angles, other distances,
noise."""
RECIPES = {"mild": MILD, "half": HALF, "whole": WHOLE, "broad": BROAD}


def plan_of(architecture: str, name: str = FILMS) -> Plan:
    """The plan by name; ValueError for an unknown architecture, or one that has no such plan."""
    if architecture not in ARCHITECTURES:
        raise ValueError(
            f"There is no architecture {architecture!r}: choose {', '.join(ARCHITECTURES)}."
        )
    if name == WINDOWS:
        return _windows(architecture)
    if architecture == "baseline_cnn":
        return Plan(architecture, (Stage(224, 10, 3e-4),), recipe=MILD)
    return Plan(architecture, (Stage(224, 4, 3e-4), Stage(320, 2, 1.5e-4)), recipe=HALF)


def _windows(architecture: str) -> Plan:
    if not architecture.startswith("efficientnet_lite"):
        raise ValueError(
            f"{architecture} has no plan of windows: choose efficientnet_lite0, 1 or 2."
        )
    return Plan(
        architecture,
        (Stage(224, 15, 3e-4), Stage(320, 3, 1.5e-4, whole=True)),
        steps=178,
        batch=16,
        positives=5,
        ema=0.995,
        recipe=WHOLE,
        views=Views(size=448, blocks=5, normal=3, fractured=10, beside=2),
    )


def changed(
    plan: Plan,
    *,
    stages: tuple[Stage, ...] = (),
    recipe: str | None = None,
    seed: int | None = None,
) -> Plan:
    """The plan with other stages, another recipe (by name) or another seed; ValueError for a window
    larger than the film."""
    if stages:
        plan = replace(plan, stages=stages)
    if plan.views and any(stage.size > plan.views.size for stage in plan.stages):
        raise ValueError(
            f"A window cannot be larger than the film: give stages of {plan.views.size} px or less."
        )
    if not plan.views and any(stage.whole for stage in plan.stages):
        raise ValueError("Whole films teach every block in every stage: leave out `:whole`.")
    order = [stage.whole for stage in plan.stages]
    if order != sorted(order):
        raise ValueError("What `:whole` has taught is not held again: put those stages last.")
    if recipe:
        plan = replace(plan, recipe=RECIPES[recipe])
    return plan if seed is None else replace(plan, seed=seed)


def recipe_name(plan: Plan) -> str | None:
    """What the command line calls the plan's recipe; None for one without a name."""
    return next((name for name, recipe in RECIPES.items() if recipe == plan.recipe), None)
