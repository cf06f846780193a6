"""LoRA: two small matrices beside every linear layer learn what the layer should add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.spec import Parameter, Recipe, common


def wrap(model: Any, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - torch stays out of here
    """Return the model with LoRA matrices on all its linear layers, the only weights to train."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        task_type="CAUSAL_LM",
        target_modules="all-linear",
        r=parameters["rank"],
        lora_alpha=parameters["alpha"],
        lora_dropout=parameters["dropout"],
        use_rslora=parameters["rank_stabilised"],
    )
    return get_peft_model(model, config)


RECIPE = Recipe(
    name="lora",
    summary="Small matrices beside every linear layer. The right first choice.",
    parameters=(
        Parameter("rank", 16, "int", 1, 256, "Width of the matrices: how much can be learned."),
        Parameter("alpha", 32, "int", 1, 512, "Weight of what is learned, over the rank."),
        Parameter("dropout", 0.0, "float", 0, 0.5, "Share of inputs hidden from the matrices."),
        Parameter(
            *("rank_stabilised", False, "bool", None, None, "Divide alpha by the rank's root.")
        ),
        *common(learning_rate=5e-4),
    ),
    wrap=wrap,
)
