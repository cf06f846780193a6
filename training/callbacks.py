"""What a run says while it trains, and how it is asked to stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from transformers import TrainerCallback, TrainerControl, TrainerState  # noqa: TID253 - in a child
from transformers import TrainingArguments as Arguments  # noqa: TID253 - in a child

from curation.exceptions import RunError
from training.collate import LengthGroupedSampler
from training.runs import METRICS, Report, append_line
from training.stop import StopRequest

SAVE_EVERY = 300.0
"""Seconds between checkpoints: the most work a crash can cost."""


class MetricsCallback(TrainerCallback):  # type: ignore[misc] # untyped
    """Appends a row to `metrics.jsonl` for every step and every validation."""

    def __init__(self, run_folder: Path) -> None:
        self.path = run_folder / METRICS

    def on_train_begin(
        self, _args: Arguments, state: TrainerState, _control: TrainerControl, **_: object
    ) -> None:
        """Start the clock."""
        self.began, self.first_step = monotonic(), state.global_step
        self.first_tokens = state.num_input_tokens_seen

    def on_log(
        self,
        _args: Arguments,
        state: TrainerState,
        _control: TrainerControl,
        logs: dict[str, float],
        **_: object,
    ) -> None:
        """Write what the Trainer logs under our names."""
        names = {"loss": "loss", "eval_loss": "eval_loss", "learning_rate": "lr"}
        row = {name: logs[key] for key, name in names.items() if key in logs}
        if not row:
            return
        for name, value in row.items():
            if not math.isfinite(value):
                raise RunError(f"{name} is {value} at step {state.global_step}.")
        append_line(self.path, {"step": state.global_step, **row, **self._pace(state)})

    def _pace(self, state: TrainerState) -> dict[str, float]:
        seconds = monotonic() - self.began
        steps = max(1, state.global_step - self.first_step)
        tokens = int(state.num_input_tokens_seen)
        return {
            "tokens": tokens,
            "tokens_per_second": round((tokens - int(self.first_tokens)) / seconds, 1),
            "seconds": round(seconds, 2),
            "seconds_left": round(seconds / steps * (state.max_steps - state.global_step), 1),
        }


class OrderCallback(TrainerCallback):  # type: ignore[misc] # untyped
    """Tells the sampler which epoch it is, also when a run is resumed in the middle of one."""

    def __init__(self, sampler: Callable[[], LengthGroupedSampler]) -> None:
        self.sampler = sampler

    def on_epoch_begin(
        self, _args: Arguments, state: TrainerState, _control: TrainerControl, **_: object
    ) -> None:
        """Set the epoch; `state.epoch` counts what has been seen."""
        self.sampler().epoch = int(state.epoch or 0)


class StopCallback(TrainerCallback):  # type: ignore[misc] # untyped
    """Ends the training after the current step when asked to, with a checkpoint to go on from."""

    def __init__(self, stop: StopRequest) -> None:
        self.stop = stop

    def on_train_begin(self, *_: object, **__: object) -> None:
        """Start the clock."""
        self.saved = monotonic()

    def on_step_end(
        self, _args: Arguments, _state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        """Look for a request, and for the time since the last checkpoint."""
        if self.stop:
            # A validation that is due still takes place: a resumed run would never make up for it.
            control.should_training_stop = control.should_save = True
        elif monotonic() - self.saved > SAVE_EVERY:
            control.should_save = True

    def on_save(self, *_: object, **__: object) -> None:
        """Count from here."""
        self.saved = monotonic()


class BestCallback(TrainerCallback):  # type: ignore[misc] # untyped
    """Reports each new best validation loss and stops when there has been none for a while."""

    def __init__(self, patience: int, report: Report) -> None:
        self.patience, self.report = patience, report
        self.best = math.inf

    def on_evaluate(
        self, _args: Arguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        """Count the validations since the best one, from the log: a resumed run remembers."""
        losses = [
            (row["eval_loss"], row["step"]) for row in state.log_history if "eval_loss" in row
        ]
        best_loss, best_step = min(losses)
        if best_step == state.global_step:
            self.report("best", best_step=best_step, best_loss=best_loss)
        waited = sum(step > best_step for _, step in losses)
        if waited >= self.patience:
            control.should_training_stop = control.should_save = True
            self.report("early_stop", waited=waited, best_step=best_step)
