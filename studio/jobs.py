"""Evaluations in a process of their own: start one, see how far it is, whatever becomes of us."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import sleep

from curation import datasets
from curation.project import Project
from curation.types import Split
from studio import loop
from training import locks, runs
from training.launcher import PACKAGES, clean_environment


@dataclass(frozen=True)
class JobState:
    """An evaluation as it stands.

    Attributes
    ----------
    live : bool
    done, total : int
        Rows answered by the run, and rows there are.
    failed : str
        The end of its log when it ended without a result.
    """

    live: bool
    done: int = 0
    total: int = 0
    failed: str = ""


def start_evaluation(
    project: Project, run: str, split: Split, *, who: str = "", why: str = ""
) -> None:
    """Start evaluating a run in a process that outlives this one, unless one is at it."""
    folder = loop.run_folder(project, run)
    command = [sys.executable, "-m", "studio.cli", "evaluate", folder.name]
    command += ["--project", str(project.folder), "--split", split.value, "--json"]
    command += [
        option for name, text in (("--who", who), ("--why", why)) if text for option in (name, text)
    ]
    with _locked(folder, split) as lock:
        if lock is None:
            return
        with _log(folder, split).open("wb") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=_environment(),
                pass_fds=(lock,),
            )
    # An evaluation that ends before the app would stay a zombie until somebody asked for it.
    Thread(target=process.wait, daemon=True).start()


def evaluation_state(project: Project, run: str, split: Split) -> JobState:
    """Return whether an evaluation is under way, how far it is, and how it failed if it did."""
    folder = project.runs / run
    if locks.is_held(_lock(folder, split)):
        done = _answered(folder, split)
        manifest = datasets.read_manifest(project.datasets / runs.read_spec(folder).dataset)
        return JobState(live=True, done=done, total=manifest.counts.get(split, 0))
    log = _log(folder, split)
    if not log.is_file() or loop.read_evaluation(project, run, split):
        return JobState(live=False)
    said = log.read_text("utf-8", "replace")[-2000:].strip()
    return JobState(live=False, failed=said or "It ended without a word; start it again.")


def _environment() -> dict[str, str]:
    paths = filter(None, (PACKAGES, os.environ.get("PYTHONPATH")))
    return clean_environment(os.environ) | {"PYTHONPATH": os.pathsep.join(paths)}


@contextmanager
def _locked(folder: Path, split: Split) -> Iterator[int | None]:
    """Yield a descriptor that holds the lock, or None where an evaluation holds it already.

    The child inherits the descriptor, so the lock is held from the start.
    """
    descriptor = os.open(_lock(folder, split), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield descriptor if _take(descriptor) else None
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    for _ in range(5):  # whoever asks for the state holds the lock for a moment
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(0.02)
        else:
            return True
    return False


def _lock(folder: Path, split: Split) -> Path:
    return folder / f"evaluate-{split.value}.lock"


def _log(folder: Path, split: Split) -> Path:
    return folder / f"evaluate-{split.value}.log"


def _answered(folder: Path, split: Split) -> int:
    path = folder / "predictions" / f"{split.value}.jsonl"
    for candidate in (path, path.with_name(path.name + ".part")):
        if candidate.is_file():
            return candidate.read_bytes().count(b"\n")
    return 0
