"""Prefix tuning: keys and values that every layer sees before the prompt are learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.spec import Parameter, Recipe, common


def wrap(model: Any, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - torch stays out of here
    """Return the model with learned keys and values before every prompt."""
    from peft import PrefixTuningConfig, get_peft_model

    config = PrefixTuningConfig(
        task_type="CAUSAL_LM", num_virtual_tokens=parameters["virtual_tokens"]
    )
    return get_peft_model(model, config)


RECIPE = Recipe(
    name="prefix_tuning",
    summary="Learned keys and values before the prompt, in every layer.",
    parameters=(
        Parameter("virtual_tokens", 20, "int", 1, 512, "Positions learned before every prompt."),
        *common(learning_rate=0.01, epochs=10, patience=3),
    ),
    wrap=wrap,
)
