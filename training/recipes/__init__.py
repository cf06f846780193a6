"""One file a training method, found by name."""

from __future__ import annotations

from curation.registry import Registry

RECIPES = Registry(
    "recipe",
    {
        "lora": "training.recipes.lora:RECIPE",
        "prompt_tuning": "training.recipes.prompt_tuning:RECIPE",
        "prefix_tuning": "training.recipes.prefix_tuning:RECIPE",
        "full": "training.recipes.full:RECIPE",
    },
)
"""Name to `training.spec.Recipe`; reading one imports neither torch nor peft."""
