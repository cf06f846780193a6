"""Roughly how much memory and time a run will take here, and what that is based on."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from statistics import median

import psutil

from curation.types import RunStatus
from training.runs import list_runs, read_metrics
from training.spec import BUNDLED, Value

BUNDLED_WEIGHTS = 134_515_008
FLOPS_PER_CORE = 100e9
"""Measured: LoRA on SmolLM2-135M in bfloat16 on two cores of an AMD EPYC with AVX-512."""
FLOPS_PER_GPU = 30e12
"""An assumption, nowhere measured: a modest share of a data centre card's peak."""
BYTES_PER_TOKEN_AND_WEIGHT = 0.014
"""Activations kept for the backward pass; calibrated on SmolLM2-135M at 8 rows of 50 tokens."""
PROCESS_BYTES = 0.9e9
"""Python, torch, transformers and peft before any model."""


@dataclass(frozen=True)
class Estimate:
    """What a run is likely to take.

    Attributes
    ----------
    memory_gb, minutes : float or None
        None where the model is not on this machine yet.
    fits : bool or None
        Whether so much memory is free now.
    basis : str
        Where the numbers come from, in words.
    """

    memory_gb: float | None
    minutes: float | None
    fits: bool | None
    basis: str


def estimate(
    recipe: str,
    base_model: str,
    parameters: Mapping[str, Value],
    rows: int,
    tokens_per_row: float,
    runs_folder: Path | None = None,
) -> Estimate:
    """Return the memory and minutes of a run.

    Parameters
    ----------
    recipe, base_model : str
    parameters : mapping
        All of the recipe's parameters, as `parameters_of` gives them.
    rows : int
        Training rows.
    tokens_per_row : float
        Prompt and answer together.
    runs_folder : Path, optional
        Where finished runs of the same model and recipe may show the true speed.
    """
    weights = count_weights(base_model)
    if weights is None:
        return Estimate(None, None, None, "The model is not on this machine: its size is unknown.")
    passes = float(parameters["epochs"])
    steps = rows * passes / (float(parameters["batch_size"]) * float(parameters["accumulation"]))
    limit = int(parameters["max_steps"])
    share = min(1.0, limit / steps) if limit and steps else 1.0
    speed, basis = _speed(recipe, base_model, weights, runs_folder)
    minutes = rows * tokens_per_row * passes * share / speed / 60
    memory = _memory(recipe, weights, float(parameters["batch_size"]) * tokens_per_row)
    free = psutil.virtual_memory().available
    return Estimate(round(memory / 1e9, 1), round(minutes, 1), memory < free, basis)


def _memory(recipe: str, weights: int, tokens_at_once: float) -> float:
    """Return bytes: weights, gradients and Adam's moments of what is trained, activations."""
    trained = weights if recipe == "full" else weights * 0.04
    activations = BYTES_PER_TOKEN_AND_WEIGHT * weights * tokens_at_once
    return PROCESS_BYTES + 4 * weights + 12 * trained + activations


def _speed(
    recipe: str, base_model: str, weights: int, runs_folder: Path | None
) -> tuple[float, str]:
    """Return tokens a second, and how we know."""
    seen = _past_speeds(recipe, base_model, runs_folder) if runs_folder else []
    if seen:
        return median(seen), f"{len(seen)} finished run(s) of this model and recipe here."
    # Two operations a weight and token forwards, as many for the activations' gradients, and as
    # many again for the weights' own.
    operations = (6 if recipe == "full" else 4) * weights
    if Path("/dev/nvidia0").exists():
        return FLOPS_PER_GPU / operations, "A guess for a GPU; no run has been measured here."
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    basis = f"{cores} CPU core(s) at 100 GFLOP/s each; no run has been measured here."
    return cores * FLOPS_PER_CORE / operations, basis


def _past_speeds(recipe: str, base_model: str, runs_folder: Path) -> list[float]:
    alike = (
        state.spec.id
        for state in list_runs(runs_folder)
        if state.status is RunStatus.FINISHED
        and (state.spec.recipe, state.spec.base_model) == (recipe, base_model)
    )
    last = [read_metrics(runs_folder / name)[0][-1:] for name in alike]
    return [rows[0]["tokens_per_second"] for rows in last if rows]


def count_weights(base_model: str) -> int | None:
    """Return how many numbers a model has, read from its files' headers; None if not here."""
    if base_model == BUNDLED:
        return BUNDLED_WEIGHTS
    files = list(Path(base_model).glob("*.safetensors"))
    return sum(map(_weights_in, files)) or None


def _weights_in(path: Path) -> int:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    return sum(prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")
