"""A run is a folder: create it, list them, read what happened, ask it to stop."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from pydantic import ValidationError

from curation.exceptions import RunError
from curation.types import JsonObject, Prediction, RunSpec, RunState, RunStatus, Split, now
from training.locks import is_held
from training.spec import validate

SPEC, STATUS, METRICS, LOG = "spec.json", "status.jsonl", "metrics.jsonl", "train.log"
LOCK, STOP, ENCODE = "run.lock", "STOP", "encode.json"
Report = Callable[..., None]
"""Adds an event, with its fields, to a run's `status.jsonl`."""
LAUNCH_GRACE = timedelta(seconds=10)
"""How long a run may exist without a process before it counts as interrupted."""


def create_run(runs_folder: Path, spec: RunSpec) -> Path:
    """Make a run's folder; it appears complete or not at all.

    Raises
    ------
    RunError
        The spec could not run, or the folder is taken.
    """
    validate(spec)
    runs_folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".new-", dir=runs_folder))
    (draft / SPEC).write_text(spec.model_dump_json(indent=2) + "\n", "utf-8")
    append_event(draft, "created")
    draft.chmod(0o755)
    try:
        draft.rename(runs_folder / spec.id)
    except OSError as error:
        shutil.rmtree(draft)
        raise RunError("The run exists already.", where=spec.id, remedy="Use a new id.") from error
    return runs_folder / spec.id


def append_event(run_folder: Path, event: str, **fields: Any) -> None:  # noqa: ANN401 - JSON values
    """Add a line to `status.jsonl`; lines are never changed."""
    line = {"at": now().isoformat(), "event": event, **fields}
    append_line(run_folder / STATUS, line)


def append_line(path: Path, fields: JsonObject) -> None:
    """Add a line of JSON to a file in one write, after ending a line that a crash tore."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, b"\n" * torn + json.dumps(fields).encode() + b"\n")
    finally:
        os.close(descriptor)


def read_lines(path: Path, offset: int = 0) -> tuple[list[JsonObject], int]:
    """Return the whole lines of a JSON lines file from a byte offset, and the offset after them.

    A last line without its end is left for the next read; a line a crash tore is skipped.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], offset
    end = data.rfind(b"\n") + 1
    return list(_parsed(data[:end].splitlines())), offset + end


def _parsed(lines: Iterable[bytes]) -> Iterable[JsonObject]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue


def read_metrics(run_folder: Path, offset: int = 0) -> tuple[list[JsonObject], int]:
    """Return the rows of `metrics.jsonl` written since a byte offset, and the new offset."""
    return read_lines(run_folder / METRICS, offset)


def last_per_step(rows: Iterable[JsonObject]) -> list[JsonObject]:
    """Merge the rows of each step, later values over earlier ones: a resumed run repeats steps.

    Examples
    --------
    >>> last_per_step([{"step": 1, "loss": 3}, {"step": 2, "loss": 2}, {"step": 1, "loss": 4}])
    [{'step': 1, 'loss': 4}, {'step': 2, 'loss': 2}]
    """
    merged: dict[int, JsonObject] = {}
    for row in rows:
        merged[row["step"]] = merged.get(row["step"], {}) | row
    return [merged[step] for step in sorted(merged)]


def read_spec(run_folder: Path) -> RunSpec:
    """Return what was asked of a run."""
    try:
        return RunSpec.model_validate_json((run_folder / SPEC).read_text("utf-8"))
    except (OSError, ValidationError) as error:
        raise RunError(
            "This is not a run.", where=str(run_folder), remedy="Choose a folder with a spec.json."
        ) from error


def list_runs(runs_folder: Path) -> tuple[RunState, ...]:
    """Return every run in a folder, newest first."""
    folders = (path.parent for path in runs_folder.glob(f"*/{SPEC}"))
    states = [read_state(folder) for folder in folders if not folder.name.startswith(".")]
    return tuple(sorted(states, key=_age, reverse=True))


def _age(state: RunState) -> tuple[datetime, str]:
    return state.spec.created_at, state.spec.id


def read_state(run_folder: Path) -> RunState:
    """Return how a run stands, derived from its events, its lock and its process."""
    spec = read_spec(run_folder)
    events, _ = read_lines(run_folder / STATUS)
    facts: JsonObject = {}
    for event in events:
        facts |= {key: value for key, value in event.items() if key not in ("event", "at")}
    attempt = _last_attempt(events)
    status, reason = _status(run_folder, events, attempt)
    metrics = _last_metrics(run_folder)
    return RunState(
        spec=spec,
        status=status,
        reason=reason,
        stage=facts.get("stage", "") if status.live else "",
        step=metrics.get("step", 0),
        total_steps=facts.get("total_steps", 0),
        seconds_left=metrics.get("seconds_left") if status is RunStatus.RUNNING else None,
        started_at=_moment(attempt, "start"),
        ended_at=_moment(attempt, "end"),
        best_step=facts.get("best_step"),
        best_loss=facts.get("best_loss"),
    )


def _last_attempt(events: list[JsonObject]) -> list[JsonObject]:
    """Return the events of the newest process; the launcher's line may come after the worker's."""
    pids = [event["pid"] for event in events if "pid" in event]
    newest = list(dict.fromkeys(pids))[-1:]
    return [event for event in events if [event.get("pid")] == newest]


def _moment(attempt: list[JsonObject], name: str) -> datetime | None:
    moments = [event["at"] for event in attempt if event["event"] == name]
    return datetime.fromisoformat(moments[-1]) if moments else None


def _status(
    run_folder: Path, events: list[JsonObject], attempt: list[JsonObject]
) -> tuple[RunStatus, str]:
    ends = [event for event in attempt if event["event"] == "end"]
    if ends:
        return RunStatus(ends[-1]["status"]), ends[-1].get("reason", "")
    started = any(event["event"] == "start" for event in attempt)
    if not (is_held(run_folder / LOCK) or _is_starting(events, attempt, started=started)):
        return RunStatus.INTERRUPTED, "The worker ended without a word; resume the run."
    if (run_folder / STOP).exists():
        return RunStatus.CANCELLING, ""
    at_work = any(event.get("stage", "waiting") != "waiting" for event in attempt)
    return (RunStatus.RUNNING if at_work else RunStatus.QUEUED), ""


def _is_starting(events: list[JsonObject], attempt: list[JsonObject], *, started: bool) -> bool:
    """Return whether a worker is on its way: its process lives, or was asked for a moment ago."""
    if started or not events:
        return False
    if attempt:
        return _is_alive(attempt[-1]["pid"], attempt[-1].get("process_started"))
    return now() - datetime.fromisoformat(events[-1]["at"]) < LAUNCH_GRACE


def _is_alive(pid: int, process_started: float | None) -> bool:
    try:
        process = psutil.Process(pid)
        same = process_started is None or abs(process.create_time() - process_started) < 1
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _last_metrics(run_folder: Path) -> JsonObject:
    path = run_folder / METRICS
    size = path.stat().st_size if path.exists() else 0
    rows, _ = read_lines(path, max(0, size - 4096))
    return rows[-1] if rows else {}


def cancel_run(run_folder: Path) -> None:
    """Ask a live run to finish its step, save a checkpoint and end.

    Raises
    ------
    RunError
        The run is over.
    """
    state = read_state(run_folder)
    if not state.status.live:
        raise RunError(f"The run is {state.status}: nothing to cancel.", where=run_folder.name)
    (run_folder / STOP).touch()


def read_log(run_folder: Path, lines: int = 200) -> str:
    """Return the last lines of a run's log."""
    try:
        text = (run_folder / LOG).read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def read_predictions(run_folder: Path, split: Split) -> tuple[Prediction, ...]:
    """Return what a run answered to a split; nothing if it was never asked."""
    path = run_folder / "predictions" / f"{split}.jsonl"
    if not path.exists():
        return ()
    return tuple(Prediction.model_validate_json(line) for line in path.read_bytes().splitlines())
