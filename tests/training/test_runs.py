from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.exceptions import RunError
from curation.types import Prediction, RunSpec, RunStatus, Split
from training import runs
from training.locks import hold, is_held
from training.runs import (
    append_event,
    append_line,
    cancel_run,
    create_run,
    last_per_step,
    list_runs,
    read_lines,
    read_log,
    read_metrics,
    read_predictions,
    read_state,
)

MakeSpec = Callable[..., RunSpec]


@pytest.fixture
def run(tmp_path: Path, make_spec: MakeSpec) -> Path:
    return create_run(tmp_path / "runs", make_spec("lora"))


def test_a_run_that_could_not_run_leaves_nothing(tmp_path: Path, make_spec: MakeSpec) -> None:
    with pytest.raises(RunError):
        create_run(tmp_path / "runs", make_spec("lora", rank=-1))
    assert not (tmp_path / "runs").exists()


def test_a_taken_id_is_refused_and_the_first_run_untouched(run: Path, make_spec: MakeSpec) -> None:
    before = (run / "spec.json").read_text()
    with pytest.raises(RunError, match="exists already"):
        create_run(run.parent, make_spec("full"))
    assert (run / "spec.json").read_text() == before
    assert [path.name for path in run.parent.iterdir()] == [run.name]


def test_a_new_run_is_queued_and_without_a_launch_interrupted(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_state(run).status is RunStatus.QUEUED
    monkeypatch.setattr(runs, "LAUNCH_GRACE", -runs.LAUNCH_GRACE)
    assert read_state(run).status is RunStatus.INTERRUPTED


def test_a_living_process_without_the_lock_is_still_queued(run: Path) -> None:
    append_event(run, "launch", pid=os.getpid())
    assert read_state(run).status is RunStatus.QUEUED


def test_a_zombie_is_dead(run: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    append_event(run, "launch", pid=child.pid)
    assert read_state(run).status is RunStatus.INTERRUPTED
    child.wait()


def test_a_process_that_took_over_the_pid_is_not_the_worker(run: Path) -> None:
    append_event(run, "launch", pid=os.getpid(), process_started=1.0)
    assert read_state(run).status is RunStatus.INTERRUPTED


def test_the_lock_decides_who_is_running(run: Path) -> None:
    append_event(run, "start", pid=1)
    append_event(run, "stage", pid=1, stage="waiting")
    with hold(run / "run.lock"):
        assert read_state(run).status is RunStatus.QUEUED
        append_event(run, "stage", pid=1, stage="training", total_steps=10)
        state = read_state(run)
        assert (state.status, state.stage, state.total_steps) == (
            RunStatus.RUNNING,
            "training",
            10,
        )
        cancel_run(run)
        assert read_state(run).status is RunStatus.CANCELLING
    state = read_state(run)
    assert (state.status, state.stage) == (RunStatus.INTERRUPTED, "")
    assert "resume" in state.reason


def test_the_end_is_what_the_worker_said(run: Path) -> None:
    append_event(run, "start", pid=1)
    append_event(run, "best", pid=1, best_step=4, best_loss=0.5)
    append_event(run, "end", pid=1, status="failed", reason="The loss became nan.")
    # The launcher may write its line after a worker that failed at once.
    append_event(run, "launch", pid=1)
    state = read_state(run)
    assert (state.status, state.reason) == (RunStatus.FAILED, "The loss became nan.")
    assert (state.best_step, state.best_loss) == (4, 0.5)
    assert state.started_at <= state.ended_at
    with pytest.raises(RunError, match="nothing to cancel"):
        cancel_run(run)


def test_a_second_attempt_counts_alone(run: Path) -> None:
    append_event(run, "start", pid=1)
    append_event(run, "end", pid=1, status="cancelled", reason="")
    append_event(run, "launch", pid=os.getpid())
    state = read_state(run)
    assert (state.status, state.ended_at) == (RunStatus.QUEUED, None)


def test_readers_never_take_each_other_for_a_worker(run: Path) -> None:
    (run / "run.lock").touch()
    program = (
        "import sys\nfrom pathlib import Path\nfrom training.locks import is_held\n"
        "print(any(is_held(Path(sys.argv[1])) for _ in range(3000)))"
    )
    command = [sys.executable, "-c", program, str(run / "run.lock")]
    root = Path(__file__).parents[2]
    other = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    assert not any(is_held(run / "run.lock") for _ in range(3000))
    assert other.communicate()[0].strip() == "False"


def test_waiting_for_a_lock_can_be_given_up(tmp_path: Path) -> None:
    with hold(tmp_path / "lock") as first, hold(tmp_path / "lock", lambda: True) as second:
        assert (first, second) == (True, False)
    assert not is_held(tmp_path / "lock")
    assert not is_held(tmp_path / "none")


def test_runs_are_listed_newest_first(tmp_path: Path, make_spec: MakeSpec) -> None:
    for day, name in ((1, "first"), (3, "third"), (2, "second")):
        made = {"id": name, "created_at": datetime(2026, 1, day, tzinfo=UTC)}
        create_run(tmp_path, make_spec("lora").model_copy(update=made))
    (tmp_path / "cpu.lock").touch()
    assert [state.spec.id for state in list_runs(tmp_path)] == ["third", "second", "first"]
    assert list_runs(tmp_path / "none") == ()


def test_something_else_is_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run"):
        read_state(tmp_path)


def test_a_torn_last_line_waits_for_its_end(run: Path) -> None:
    metrics = run / "metrics.jsonl"
    assert read_metrics(run) == ([], 0)
    metrics.write_text('{"step": 1}\n{"st')
    rows, offset = read_metrics(run)
    assert rows == [{"step": 1}]
    with metrics.open("a") as file:
        file.write('ep": 2}\n')
    assert read_metrics(run, offset) == ([{"step": 2}], metrics.stat().st_size)


def test_a_line_torn_by_a_crash_does_not_swallow_the_next(run: Path) -> None:
    (run / "metrics.jsonl").write_text('{"step": 1}\n{"st')
    append_line(run / "metrics.jsonl", {"step": 2})
    assert [row["step"] for row in read_metrics(run)[0]] == [1, 2]


@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text())), st.data())
@settings(max_examples=25, deadline=None)
def test_reading_in_pieces_gives_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, int | str]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("lines") / "lines.jsonl"
    whole = "".join(json.dumps(line) + "\n" for line in lines).encode()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    first, offset = read_lines(path)
    path.write_bytes(whole)
    rest, _ = read_lines(path, offset)
    assert first + rest == lines


def test_the_last_row_of_a_step_wins_and_validation_joins_it() -> None:
    rows = [{"step": 2, "loss": 1.0}, {"step": 2, "eval_loss": 3.0}, {"step": 2, "loss": 2.0}]
    assert last_per_step(rows) == [{"step": 2, "loss": 2.0, "eval_loss": 3.0}]


def test_the_log_shows_its_tail(run: Path) -> None:
    assert read_log(run) == ""
    (run / "train.log").write_bytes(b"one\ntwo\n\xff three\n")
    assert read_log(run, 2) == "two\n\ufffd three"


def test_predictions_come_back_as_they_were(run: Path) -> None:
    assert read_predictions(run, Split.VALIDATION) == ()
    made = Prediction(example_id="a", answer="red\u2028", text="red", confidence=0.5)
    (run / "predictions").mkdir()
    (run / "predictions" / "validation.jsonl").write_text(made.model_dump_json() + "\n")
    assert read_predictions(run, Split.VALIDATION) == (made,)
