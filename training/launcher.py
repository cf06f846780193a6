"""Start a worker that outlives whoever started it, and start it again where it stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

import psutil

from curation.exceptions import RunError
from curation.types import RunStatus
from training.runs import LOG, STATUS, STOP, append_event, read_lines, read_state

NICENESS = 10
"""The app and the browser come first."""
PACKAGES = str(Path(__file__).resolve().parents[1])
KEPT_SECRETS = ("HF_",)
SECRET_WORDS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "COOKIE", "AUTH")


def launch(run_folder: Path, dataset_folder: Path) -> int:
    """Start the worker of a run and return its process id at once.

    The worker has its own process session, so nothing that happens to the app reaches it. Workers
    of one folder queue by themselves for the device.

    Raises
    ------
    RunError
        The run has a worker already, or has ended, or the dataset is not there.
    """
    events, _ = read_lines(run_folder / STATUS)
    state = read_state(run_folder)
    if any("pid" in event for event in events) and state.status is not RunStatus.INTERRUPTED:
        raise RunError(
            f"The run is {state.status}.", where=run_folder.name, remedy="Resume it, or start anew."
        )
    return _start(run_folder, dataset_folder)


def resume(run_folder: Path, dataset_folder: Path) -> int:
    """Go on with an interrupted or cancelled run from its newest valid checkpoint.

    Raises
    ------
    RunError
        The run is live, finished or failed, or the dataset is not there.
    """
    state = read_state(run_folder)
    if state.status not in (RunStatus.INTERRUPTED, RunStatus.CANCELLED):
        raise RunError(
            f"The run is {state.status}.",
            where=run_folder.name,
            remedy="Only interrupted and cancelled runs can be resumed; start a new run.",
        )
    (run_folder / STOP).unlink(missing_ok=True)
    return _start(run_folder, dataset_folder)


def command(run_folder: Path, dataset_folder: Path) -> list[str]:
    """Return the command line of a run's worker, the same on every machine."""
    paths = [str(run_folder.resolve()), "--dataset", str(dataset_folder.resolve())]
    return [sys.executable, "-m", "training.worker", *paths]


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without secrets, save those of the Hugging Face hub.

    Examples
    --------
    >>> clean_environment({"PATH": "/bin", "OPENAI_API_KEY": "x", "HF_TOKEN": "y"})
    {'PATH': '/bin', 'HF_TOKEN': 'y'}
    """
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(KEPT_SECRETS) or not any(word in name.upper() for word in SECRET_WORDS)
    }


def _start(run_folder: Path, dataset_folder: Path) -> int:
    if not (dataset_folder / "train.jsonl").exists():
        raise RunError("The dataset has no train.jsonl.", where=str(dataset_folder))
    environment = clean_environment(os.environ) | {
        "PYTHONPATH": os.pathsep.join(filter(None, (PACKAGES, os.environ.get("PYTHONPATH")))),
        "PYTHONUNBUFFERED": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    with (run_folder / LOG).open("ab") as log:
        process = subprocess.Popen(
            command(run_folder, dataset_folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    _settle(run_folder, process)
    return process.pid


def _settle(run_folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Lower the worker's priority and note whose process it is; it may have died by now."""
    started = None
    try:
        worker = psutil.Process(process.pid)
        worker.nice(NICENESS)
        started = worker.create_time()
    except psutil.Error:
        pass
    append_event(run_folder, "launch", pid=process.pid, process_started=started)
    # A worker that ends before the app would stay a zombie until somebody asked how it went.
    Thread(target=process.wait, daemon=True).start()
