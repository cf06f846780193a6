"""Which checkpoint to go on from, which to keep, and what is left when a run is over."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import torch  # noqa: TID253 - runs in a child process
from safetensors import SafetensorError, safe_open

from curation.exceptions import RunError

CHECKPOINTS = "checkpoints"
STATE = "trainer_state.json"
KEPT = (".safetensors", ".json", ".jinja")
WEIGHTS = ("adapter_model.safetensors", "model.safetensors", "model.safetensors.index.json")


def newest_valid(run_folder: Path) -> Path | None:
    """Return the newest checkpoint that is whole, and delete the broken ones after it.

    The Trainer writes checkpoints in place, so one that a crash tore looks like any other.
    """
    found = (run_folder / CHECKPOINTS).glob("checkpoint-*")
    for folder in sorted(found, key=_step, reverse=True):
        if is_valid(folder):
            return folder
        shutil.rmtree(folder)
    return None


def is_valid(folder: Path) -> bool:
    """Return whether a checkpoint's weights, optimiser and state are all there and agree."""
    try:
        state = json.loads((folder / STATE).read_text("utf-8"))
        whole = all(_opens(path) for path in folder.glob("*.safetensors"))
        sizes = [
            (folder / name).stat().st_size
            for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth")
        ]
    except (OSError, ValueError):
        return False
    weights = any((folder / name).exists() for name in WEIGHTS)
    return weights and whole and min(sizes) > 0 and state["global_step"] == _step(folder)


def _step(folder: Path) -> int:
    return int(folder.name.rpartition("-")[2])


def _opens(path: Path) -> bool:
    try:
        with safe_open(path, "pt"):
            return True
    except SafetensorError:
        return False


def keep(checkpoint: Path, target: Path) -> None:
    """Copy a checkpoint's weights and configuration, complete or not at all.

    Raises
    ------
    RunError
        A weight is not a finite number.
    """
    draft = target.with_name(f".{target.name}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for path in checkpoint.iterdir():
        if path.suffix == ".safetensors":
            _refuse_nan(path)
        if path.suffix in KEPT and path.name != STATE:
            shutil.copy2(path, draft)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(draft, target)  # noqa: PTH105 - a folder over nothing, as for files elsewhere


def _refuse_nan(path: Path) -> None:
    with safe_open(path, "pt") as file:
        for name in file.keys():  # noqa: SIM118 - not a mapping
            if not torch.isfinite(file.get_tensor(name)).all():
                raise RunError(f"{name} holds numbers that are not finite.", where=path.name)


def discard(run_folder: Path) -> None:
    """Delete all checkpoints, and with them every pickled optimiser state."""
    shutil.rmtree(run_folder / CHECKPOINTS, ignore_errors=True)
