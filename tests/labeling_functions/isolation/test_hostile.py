"""Functions that do their worst, each beside good ones whose votes must be exact."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from curation.corpus import Corpus, corpus_of
from curation.types import ABSTAIN, Example, Fault, Votes
from labeling_functions.isolation.voter import Ballots, Voter

LABELS = ("ham", "spam")
Write = Callable[..., Path]

GOOD = """
@labeling_function
def even(x):
    return "ham" if int(x.text) % 2 == 0 else None

@labeling_function
def third(x):
    if int(x.text) == 7:
        raise ValueError("not seven")
    return "spam" if int(x.text) % 3 == 0 else "ham"
"""
HOSTILE = {
    "loops": ("while True: pass", "It took longer than 0.5 s on one row and was stopped.", 3),
    "backtracks": ("__import__('re').match('(a+)+$', 'a' * 40 + 'b')", "0.5 s on one row", 3),
    "sleeps_deaf": (
        "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(9)",
        "0.5 s on one row",
        3,
    ),
    "leaves": ("import os; os._exit(3)", "It ended its process with exit code 3.", 3),
    "kills_itself": ("import os; os.kill(os.getpid(), 9)", "It was killed by SIGKILL.", 3),
    "kills_its_group": ("import os; os.kill(0, 9)", "It was killed by SIGKILL.", 3),
    "crashes": ("import ctypes; ctypes.string_at(0)", "It was killed by SIGSEGV.", 3),
    "eats_memory": ("hoard = [bytes(1 << 26) for _ in range(99)]", "MemoryError", 3),
    "closes_files": ("import os; os.closerange(0, 99)", "closed or wrote into files", 3),
    "writes_into_files": (
        "import os; [os.write(n, b'x' * 9 + b'\\n') for n in range(3, 9)]",
        "closed or wrote into files",
        3,
    ),
    "leaves_the_child": (
        "import ctypes; ctypes.CDLL(None)._exit(4)", "It ended its process with exit code 4.", None,
    ),
}  # fmt: skip
"""What it does on row 50, the error, and its line in the function; each costs one row."""
RAISING = {
    "kills_its_parent": (
        "import os; os.kill(os.getppid(), 9); __import__('time').sleep(9)",
        "cannot end a process that is not",
    ),
    "kills_its_parents_group": (
        "import os; os.killpg(os.getpgid(os.getppid()), 15)",
        "PermissionError: Your code cannot end a process that is not its own.",
    ),
    "would_kill_everybody": ("import os; os.kill(-1, 0)", "cannot end a process that is not"),
    "forks": ("import os; os.fork()", "PermissionError: Your code cannot make copies"),
    "recurses": ("f = lambda: f(); f()", "RecursionError: maximum recursion depth exceeded"),
    "interrupts": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "exits": ("import sys; sys.exit(4)", "SystemExit: 4"),
    "raises_a_base": ("raise type('Odd', (BaseException,), {})('no')", "Odd: no"),
    "raises_the_unsayable": (
        "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})()",
        "Odd: its message cannot be read: ZeroDivisionError",
    ),
    "raises_megabytes": ("raise ValueError('x' * 9_000_000)", "(9,000,012 characters)"),
    "writes": ("open('made', 'w').write('x' * 9999)", "OSError: [Errno 27] File too large"),
    "changes_its_row": ("x.text = 'other'", "A row cannot be changed"),
    "returns_garbage": ("return object()", "is no vote. Return a label's name"),
    "returns_true": ("return True", "True is no vote."),
    "returns_what_claims_to_be_one": ("return 1.0", "1.0 is no vote."),
}
"""What it does on row 50, and the error."""
IN_C = "import ctypes, os, time; ctypes.CDLL(None)"
KILLING = {
    "kills_the_worker": f"{IN_C}.kill(os.getppid(), 9); time.sleep(9)",
    "kills_the_group": f"{IN_C}.killpg(os.getppid(), 9); time.sleep(9)",
    "tells_it_to_leave": f"{IN_C}.kill(os.getppid(), 15); time.sleep(9)",
    "sends_it_to_sleep": f"{IN_C}.kill(os.getppid(), 19); time.sleep(9)",
    "asks_a_shell": "import os, time; os.system(f'kill -9 {os.getppid()}'); time.sleep(9)",
}
"""What on row 50 ends the process all functions run in, past what stands in the way of that."""


def code(name: str, body: str) -> str:
    return f"""
@labeling_function
def {name}(x):
    if x.text == "50":
        {body}
    return "spam"
"""


@pytest.fixture(scope="module")
def quick() -> Iterator[Voter]:
    """A voter that waits half a second for a row, and gives a child little memory."""
    with Voter(children=2, seconds_per_row=0.5, memory=1 << 30) as voter:
        yield voter


def numbers(rows: int) -> Corpus:
    return corpus_of([Example(id=f"id {n}", input=str(n)) for n in range(rows)])


def take(voter: Voter, folder: Path, corpus: Corpus) -> Ballots:
    catalog = voter.describe(folder, LABELS)
    assert catalog.faults == ()
    return voter.ballots(folder, LABELS, corpus, catalog.functions)


def faults(ballots: Ballots, name: str) -> list[Fault]:
    return [fault for fault in ballots.faults if fault.function == name]


def assert_good_ones_are_exact(ballots: Ballots, rows: int) -> None:
    assert ballots.votes["even"].tolist() == [ABSTAIN if n % 2 else 0 for n in range(rows)]
    third = [ABSTAIN if n == 7 else int(n % 3 == 0) for n in range(rows)]
    assert ballots.votes["third"].tolist() == third
    assert faults(ballots, "even") == []
    assert [fault.example_id for fault in faults(ballots, "third")] == ["id 7"]


def assert_all_spam_but_50(votes: Votes, rows: int) -> None:
    assert votes.tolist() == [ABSTAIN if n == 50 else 1 for n in range(rows)]


def line_of(folder: Path, name: str, line: int) -> int:
    lines = (folder / "functions.py").read_text().splitlines()
    return lines.index(f"def {name}(x):") + line


@pytest.mark.parametrize("name", HOSTILE)
def test_a_death_costs_one_row_and_its_line_is_shown(quick: Voter, write: Write, name: str) -> None:
    body, error, line = HOSTILE[name]
    folder = write(code(name, body) + GOOD)
    ballots = take(quick, folder, numbers(200))
    assert_good_ones_are_exact(ballots, 200)
    (fault,) = faults(ballots, name)
    assert error in fault.error
    if name not in {"closes_files", "writes_into_files"}:  # told when they next have to speak
        assert fault.example_id == "id 50"
        assert_all_spam_but_50(ballots.votes[name], 200)
        assert fault.line == line_of(folder, name, line or 0)


@pytest.mark.parametrize("name", RAISING)
def test_what_is_raised_on_a_row_is_a_fault_of_that_row(
    quick: Voter, write: Write, name: str
) -> None:
    body, error = RAISING[name]
    folder = write(code(name, body) + GOOD)
    ballots = take(quick, folder, numbers(200))
    assert_good_ones_are_exact(ballots, 200)
    assert_all_spam_but_50(ballots.votes[name], 200)
    (fault,) = faults(ballots, name)
    assert error in fault.error
    assert (fault.example_id, len(fault.error) < 600) == ("id 50", True)
    place = 0 if name.startswith("returns") else 3
    assert fault.line == line_of(folder, name, place)


def test_a_function_is_stopped_after_three_deaths_at_the_same_row_with_any_crew(
    write: Write,
) -> None:
    folder = write(
        """
        @labeling_function
        def unlucky(x):
            if int(x.text) in {900, 7000, 7100, 20_000, 29_999}:
                import os; os._exit(1)
            return "spam"
        """
    )
    (folder / "more.py").write_text("from labeling_functions import *\n" + GOOD)
    for children in (1, 3):
        with Voter(children=children) as voter:
            ballots = take(voter, folder, numbers(30_000))
        assert_good_ones_are_exact(ballots, 30_000)
        votes = ballots.votes["unlucky"]
        assert len(votes) == 7101
        assert [n for n in range(7101) if votes[n] != 1] == [900, 7000, 7100]
        told = faults(ballots, "unlucky")
        assert [fault.example_id for fault in told] == ["id 900", "id 7000", "id 7100"]
        assert told[-1].error.endswith(
            "exit code 1. It was stopped there: it never voted on 22,899 rows."
        )
        assert [bool(fault.traceback) for fault in told] == [True, False, False]


def test_a_function_that_is_slow_on_every_row_is_stopped_and_holds_nobody_up(
    write: Write,
) -> None:
    slow = "import time\n@labeling_function\ndef slow(x):\n    time.sleep(0.01)\n    return 'ham'\n"
    folder = write(slow + GOOD)
    with Voter(children=2, seconds_per_function=1) as voter:
        ballots = take(voter, folder, numbers(20_000))
    assert_good_ones_are_exact(ballots, 20_000)
    votes = ballots.votes["slow"]
    assert 0 < len(votes) < 1000
    assert set(votes.tolist()) == {0}
    (fault,) = faults(ballots, "slow")
    assert fault.error.startswith("It took longer than 1 s in all and was stopped.")
    assert fault.error.endswith(f"it never voted on {20_000 - len(votes):,} rows.")
    assert fault.line == 5


def test_a_function_that_raises_on_every_row_has_every_fault(quick: Voter, write: Write) -> None:
    raises = "@labeling_function\ndef raises(x):\n    raise ValueError(int(x.text) % 5)\n"
    ballots = take(quick, write(raises + GOOD), numbers(20_000))
    assert_good_ones_are_exact(ballots, 20_000)
    told = faults(ballots, "raises")
    assert [fault.example_id for fault in told] == [f"id {n}" for n in range(20_000)]
    assert [fault.error for fault in told] == [f"ValueError: {n % 5}" for n in range(20_000)]
    assert sum(bool(fault.traceback) for fault in told) < 5


def test_what_one_function_hoards_is_not_missed_by_the_next(write: Write) -> None:
    hoards = (
        "hoard = []\n@labeling_function\ndef hoards(x):\n"
        "    hoard.append(bytes(1 << 16))\n    return 'ham'\n"
    )
    with Voter(children=1, memory=1 << 30) as voter:
        ballots = take(voter, write(hoards + GOOD), numbers(20_000))
    assert_good_ones_are_exact(ballots, 20_000)


def assert_stopped_at_50(ballots: Ballots, name: str, rows: int) -> None:
    assert ballots.votes[name].tolist() == [1] * 50
    (fault,) = faults(ballots, name)
    assert fault.example_id == "id 50"
    assert fault.error == (
        "It ended the process that all functions run in. "
        f"It was stopped there: it never voted on {rows - 50:,} rows."
    )


@pytest.mark.parametrize("name", KILLING)
def test_what_kills_the_process_of_all_stops_itself_alone(
    quick: Voter, write: Write, name: str
) -> None:
    folder = write(code(name, KILLING[name]) + GOOD)
    seen: list[tuple[int, int, str]] = []
    functions = quick.describe(folder, LABELS).functions
    ballots = quick.ballots(
        folder, LABELS, numbers(200), functions, on_progress=lambda *step: seen.append(step)
    )
    assert_good_ones_are_exact(ballots, 200)
    assert_stopped_at_50(ballots, name, 200)
    assert [step[:2] for step in seen] == [(1, 3), (2, 3), (3, 3)]


def test_a_file_that_kills_the_process_hides_no_other(voter: Voter, write: Write) -> None:
    kills = f"\n{KILLING['kills_the_worker']}\n"
    for name in ("a.py", "n.py"):
        write(kills, name)
    write("z = lengths('z', 'ham', at_most=1)", "z.py")
    catalog = voter.describe(write(GOOD), LABELS)
    assert [function.name for function in catalog.functions] == ["even", "third", "z"]
    assert [(fault.function, fault.error) for fault in catalog.faults] == [
        ("a.py", "a.py: It ended the process that all functions run in."),
        ("n.py", "n.py: It ended the process that all functions run in."),
    ]
    ballots = voter.ballots(write(GOOD), LABELS, numbers(9), catalog.functions[:2])
    assert_good_ones_are_exact(ballots, 9)


def test_a_file_that_kills_the_process_only_at_a_vote_stops_its_own_functions(
    quick: Voter, write: Write
) -> None:
    now = "__import__('pathlib').Path('now').exists()"
    late = "@labeling_function\ndef late(x):\n    return 'ham'\n"
    write(f"if {now}:\n    {KILLING['kills_the_worker']}\n{late}", "late.py")
    folder = write(GOOD)
    functions = quick.describe(folder, LABELS).functions
    (folder / "now").touch()
    ballots = quick.ballots(folder, LABELS, numbers(200), functions)
    assert_good_ones_are_exact(ballots, 200)
    assert ballots.votes["late"].tolist() == []
    assert "never voted on 200 rows" in faults(ballots, "late")[0].error


def living(name: str) -> list[int]:
    """Return the processes whose command line or environment names something."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            said = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
        except OSError:
            continue
        if name.encode() in said:
            found.append(int(place.name))
    return found


def keeper_of(voter: Voter) -> int:
    process = voter._processes._all[0]._process
    assert process is not None
    return process.pid


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are listed in /proc")
def test_no_process_stays_behind(write: Write) -> None:
    mark = f"orphan-{os.getpid()}-{time.time_ns()}"
    spawns = f"""
import ctypes, os, subprocess

@labeling_function
def spawns(x):
    subprocess.Popen(["sleep", "99"], start_new_session=True, env={{"MARK": "{mark}"}})
    if x.text == "3":
        os._exit(1)
    return "ham"

@labeling_function
def copies_in_c(x):
    if x.text == "5" and ctypes.CDLL(None).fork() == 0:
        ctypes.CDLL(None).setsid()
        while True:
            pass
    return "spam"
"""
    folder = write(spawns + GOOD)
    with Voter(children=2) as voter:
        ballots = take(voter, folder, numbers(20))
        assert_good_ones_are_exact(ballots, 20)
        assert ballots.votes["copies_in_c"].tolist() == [1] * 20
        keeper = keeper_of(voter)
        (worker,) = children_of(keeper)
        assert wait_until(lambda: children_of(worker) == [])
        assert living(mark) == []
    assert not any(Path(f"/proc/{pid}").exists() for pid in (keeper, worker))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are listed in /proc")
def test_no_process_stays_behind_one_that_is_killed(write: Write) -> None:
    mark = f"orphan-{os.getpid()}-{time.time_ns()}"
    spawn = f"subprocess.Popen(['sleep', '99'], start_new_session=True, env={{'MARK': '{mark}'}})"
    body = f"import subprocess; {spawn}; {KILLING['kills_the_worker']}"
    files = len(list(Path("/proc/self/fd").iterdir()))
    with Voter(children=2) as voter:
        ballots = take(voter, write(code("spawns", body) + GOOD), numbers(200))
        assert_good_ones_are_exact(ballots, 200)
        assert_stopped_at_50(ballots, "spawns", 200)
        assert living(mark) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == files


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are listed in /proc")
def test_a_process_killed_from_outside_costs_nothing_and_its_children_end(write: Write) -> None:
    folder = write("import time\n@labeling_function\ndef naps(x):\n    time.sleep(0.1)\n" + GOOD)
    with Voter(children=2) as voter, ThreadPoolExecutor() as threads:
        voter.describe(folder, LABELS)
        keeper = keeper_of(voter)
        (worker,) = children_of(keeper)
        vote = threads.submit(take, voter, folder, numbers(10))
        assert wait_until(lambda: bool(children_of(worker)))
        gone = [*children_of(worker), worker, keeper]
        os.kill(keeper, signal.SIGKILL)
        assert_good_ones_are_exact(vote.result(), 10)
        assert vote.result().votes["naps"].tolist() == [ABSTAIN] * 10
        assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in gone))


def wait_until(holds: Callable[[], bool]) -> bool:
    for _ in range(500):
        if holds():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.slow
def test_twelve_hostile_functions_at_once_harm_nobody(write: Write) -> None:
    folder = write("".join(code(name, body) for name, (body, _, _) in HOSTILE.items()) + GOOD)
    (folder / "killing.py").write_text(
        "from labeling_functions import *\n"
        + "".join(code(name, body) for name, body in KILLING.items())
    )
    (folder / "raising.py").write_text(
        "from labeling_functions import *\n"
        + "".join(code(name, body) for name, (body, _) in RAISING.items())
    )
    always = "@labeling_function\ndef always_loops(x):\n    while True: pass\n"
    prints = "@labeling_function\ndef prints(x):\n    print('x' * 100_000)\n    return 'ham'\n"
    (folder / "worse.py").write_text("from labeling_functions import *\n" + always + prints)
    with Voter(children=2, seconds_per_row=1, memory=1 << 30) as voter:
        ballots = take(voter, folder, numbers(5000))
    assert_good_ones_are_exact(ballots, 5000)
    for name in {*HOSTILE, *RAISING} - {"closes_files", "writes_into_files"}:
        assert_all_spam_but_50(ballots.votes[name], 5000)
        assert [fault.example_id for fault in faults(ballots, name)] == ["id 50"]
    for name in KILLING:
        assert_stopped_at_50(ballots, name, 5000)
    assert ballots.votes["prints"].tolist() == [0] * 5000
    assert ballots.votes["always_loops"].tolist() == [ABSTAIN] * 3
    assert [fault.line for fault in faults(ballots, "always_loops")] == [4, 4, 4]
    assert "never voted on 4,997 rows" in faults(ballots, "always_loops")[-1].error
