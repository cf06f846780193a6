"""Full fine-tuning: every weight of the model learns, and a whole model is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.spec import Recipe, common


def wrap(model: Any, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG001 - the contract
    """Return the model with every weight unfrozen."""
    return model.requires_grad_(True)


RECIPE = Recipe(
    name="full",
    summary="Every weight. Needs the most memory, saves a whole model.",
    parameters=common(learning_rate=5e-5),
    wrap=wrap,
    saves="model",
)
