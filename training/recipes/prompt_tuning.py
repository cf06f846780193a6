"""Prompt tuning: a few virtual tokens in front of every prompt learn, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.spec import Parameter, Recipe, common


def wrap(model: Any, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - torch stays out of here
    """Return the model with virtual tokens, begun as random words of its vocabulary."""
    from peft import PromptTuningConfig, get_peft_model

    config = PromptTuningConfig(
        task_type="CAUSAL_LM",
        num_virtual_tokens=parameters["virtual_tokens"],
        prompt_tuning_init="SAMPLE_VOCAB",
    )
    return get_peft_model(model, config)


RECIPE = Recipe(
    name="prompt_tuning",
    summary="Virtual tokens before the prompt. A few kilobytes; learns slowly.",
    parameters=(
        Parameter("virtual_tokens", 20, "int", 1, 512, "Virtual tokens before every prompt."),
        *common(learning_rate=0.03, epochs=10, patience=3),
    ),
    wrap=wrap,
)
