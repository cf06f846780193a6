"""Evaluations in processes of their own: live at once, once, whatever becomes of the starter."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from curation.project import Project
from curation.types import Split
from studio import jobs, loop
from training import locks

ROOT = Path(__file__).parents[2]
VALIDATION = Split.VALIDATION


@pytest.fixture
def run(finished: Project, write_run: Callable[..., str]) -> str:
    """Return a finished run nobody evaluated; its dataset does not read, so no model is loaded."""
    folder = finished.datasets / "v0001"
    (folder / "validation.jsonl").chmod(0o644)
    (folder / "validation.jsonl").write_text("{}\n", "utf-8")
    (folder / "test.jsonl").chmod(0o644)
    (folder / "test.jsonl").write_text("{}\n", "utf-8")
    return write_run(finished, "2026-11-03-new-run", evaluated=())


def workers(run: str) -> list[psutil.Process]:
    """Return the processes that evaluate a run."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = process.info["cmdline"] or []
        if "studio.cli" in line and run in line and process.info["status"] != "zombie":
            found.append(process)
    return found


def wait_for_worker(run: str) -> psutil.Process:
    """Return the process that evaluates a run; a busy machine takes a while to name it."""
    deadline = time.monotonic() + 10
    while len(found := workers(run)) != 1:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found[0]


def wait_until_over(project: Project, run: str, split: Split = VALIDATION) -> jobs.JobState:
    deadline = time.monotonic() + 60
    while (state := jobs.evaluation_state(project, run, split)).live:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return state


def test_before_the_first_there_is_nothing(finished: Project, run: str) -> None:
    assert jobs.evaluation_state(finished, run, VALIDATION) == jobs.JobState(live=False)


def test_a_job_is_live_from_the_moment_it_is_started_and_only_once(
    finished: Project, run: str
) -> None:
    with locks.hold(finished.runs / "evaluate.lock"):
        jobs.start_evaluation(finished, run, VALIDATION)
        state = jobs.evaluation_state(finished, run, VALIDATION)
        assert (state.live, state.done, state.total) == (True, 0, 176)
        jobs.start_evaluation(finished, run, VALIDATION)
        jobs.start_evaluation(finished, run, VALIDATION)
        assert len(workers(run)) == 1
        assert not jobs.evaluation_state(finished, run, Split.TEST).live
    wait_until_over(finished, run)


def test_asking_all_the_time_never_keeps_a_job_from_starting(finished: Project, run: str) -> None:
    watcher = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import sys, pathlib; from training import locks\n"
            "while True: locks.is_held(pathlib.Path(sys.argv[1]))",
            str(finished.runs / run / "evaluate-validation.lock"),
        ],
        cwd=ROOT,
    )
    try:
        time.sleep(0.5)
        with locks.hold(finished.runs / "evaluate.lock"):
            jobs.start_evaluation(finished, run, VALIDATION)
            assert jobs.evaluation_state(finished, run, VALIDATION).live
            assert len(workers(run)) == 1
    finally:
        watcher.kill()
        watcher.wait()
    wait_until_over(finished, run)


def test_progress_is_what_the_run_has_answered(finished: Project, run: str) -> None:
    folder = finished.runs / run
    with locks.hold(folder / "evaluate-validation.lock"):
        assert jobs.evaluation_state(finished, run, VALIDATION).done == 0
        (folder / "predictions" / "validation.jsonl.part").write_text("{}\n" * 5, "utf-8")
        assert jobs.evaluation_state(finished, run, VALIDATION).done == 5


def test_a_failing_job_shows_its_log_in_words(finished: Project, run: str) -> None:
    jobs.start_evaluation(finished, run, VALIDATION)
    state = wait_until_over(finished, run)
    assert "is not what was frozen" in state.failed
    assert "Traceback" not in state.failed
    assert loop.read_evaluation(finished, run, VALIDATION) is None


def test_a_job_can_be_started_again_after_it_failed(finished: Project, run: str) -> None:
    for _ in range(2):
        jobs.start_evaluation(finished, run, VALIDATION)
        state = wait_until_over(finished, run)
        assert state.failed.count("is not what was frozen") == 1


def test_a_job_outlives_whoever_started_it(finished: Project, run: str) -> None:
    code = (
        "import sys, time; from pathlib import Path; from curation.project import open_project\n"
        "from curation.types import Split; from studio import jobs\n"
        "jobs.start_evaluation(open_project(Path(sys.argv[1])), sys.argv[2], Split.VALIDATION)\n"
        "print('started', flush=True); time.sleep(60)"
    )
    with locks.hold(finished.runs / "evaluate.lock"):
        command = [sys.executable, "-c", code, str(finished.folder), run]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as starter:
            assert starter.stdout is not None
            assert starter.stdout.readline() == "started\n"
            starter.send_signal(signal.SIGKILL)
        time.sleep(0.3)
        assert jobs.evaluation_state(finished, run, VALIDATION).live
        worker = wait_for_worker(run)
        assert worker.is_running()
    assert "is not what was frozen" in wait_until_over(finished, run).failed


def test_a_killed_job_is_no_longer_live_and_said_so(finished: Project, run: str) -> None:
    with locks.hold(finished.runs / "evaluate.lock"):
        jobs.start_evaluation(finished, run, VALIDATION)
        worker = wait_for_worker(run)
        worker.kill()
        assert wait_until_over(finished, run).failed == "It ended without a word; start it again."


def test_who_opens_the_exam_and_why_reach_the_record(finished: Project, run: str) -> None:
    why = "--the run is a candidate; it's the best $so far"
    jobs.start_evaluation(finished, run, Split.TEST, who="mia", why=why)
    wait_until_over(finished, run, Split.TEST)
    opening = finished.store.openings()[-1]
    assert (opening.run, opening.who, opening.why) == (run, "mia", why)


def test_an_evaluation_that_is_there_is_no_failure(finished: Project) -> None:
    run = "2026-11-02-brisk-otter"
    (finished.runs / run / "evaluate-validation.log").write_text("noise", "utf-8")
    assert jobs.evaluation_state(finished, run, VALIDATION) == jobs.JobState(live=False)
