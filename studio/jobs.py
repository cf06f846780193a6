"""Long work in a process of its own: start it, see how far it is, whatever becomes of us."""

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

SILENT = "It ended without a word; start it again."


@dataclass(frozen=True)
class JobState:
    """An evaluation, or a fit of the quick model, as it stands.

    Attributes
    ----------
    live : bool
    done, total : int
        Rows answered by the run or embedded, and rows there are.
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
    _start(command, _lock(folder, split), _log(folder, split))


def start_refit(project: Project) -> None:
    """Start fitting the quick model in a process that outlives this one, unless one is at it."""
    folder = loop.quick_folder(project)
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "studio.cli", "quick", "--json"]
    _start([*command, "--project", str(project.folder)], folder / "lock", folder / "log")


def refit_state(project: Project) -> JobState:
    """Return whether the quick model is being fitted, how far its embedding is, and how it failed.

    A fit that succeeded ends its log with a JSON object.
    """
    folder = loop.quick_folder(project)
    if locks.is_held(folder / "lock"):
        total = len(loop.columns(project).corpus)
        return JobState(live=True, done=total - loop.missing_embeddings(project), total=total)
    log = folder / "log"
    said = log.read_text("utf-8", "replace").strip() if log.is_file() else ""
    if not log.is_file() or said.rpartition("\n")[2].startswith("{"):
        return JobState(live=False)
    return JobState(live=False, failed=said[-2000:] or SILENT)


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
    return JobState(live=False, failed=said or SILENT)


def _start(command: list[str], lock: Path, log: Path) -> None:
    """Start a process that holds a lock from the start, unless another holds it."""
    with _locked(lock) as held:
        if held is None:
            return
        with log.open("wb") as file:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
                env=_environment(),
                pass_fds=(held,),
            )
    # One that ends before the app would stay a zombie until somebody asked for it.
    Thread(target=process.wait, daemon=True).start()


def _environment() -> dict[str, str]:
    paths = filter(None, (PACKAGES, os.environ.get("PYTHONPATH")))
    return clean_environment(os.environ) | {"PYTHONPATH": os.pathsep.join(paths)}


@contextmanager
def _locked(lock: Path) -> Iterator[int | None]:
    """Yield a descriptor that holds the lock, or None where another process holds it already.

    The child inherits the descriptor, so the lock is held from the start.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
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
