from __future__ import annotations

import builtins
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curation.corpus import Corpus, corpus_of
from curation.exceptions import FunctionError
from curation.types import Example
from labeling_functions.isolation.ray_engine import RayVoter, content_of, unpack
from labeling_functions.isolation.voter import Ballots, Voter

LABELS = ("ham", "spam")
ROWS = 20_000
Write = Callable[..., Path]
CODE = """
import os
from pathlib import Path

lucky = set(Path(__file__).with_name("lucky.txt").read_text().split())

@labeling_function
def listed(x):
    return "ham" if x.text in lucky else None

@labeling_function
def starred(x):
    return "spam" if x.stars > 3 else None

@labeling_function
def raises(x):
    return "ham" if 100 // (int(x.text) % 7) else "spam"

@labeling_function
def deadly(x):
    if int(x.text) in {30, 9000, 9100, 15000}:
        os._exit(3)
    return "spam"

@labeling_function
def kills(x):
    if int(x.text) in {700, 13000}:
        __import__("ctypes").CDLL(None).kill(os.getppid(), 9)
        while True:
            pass
    return "ham"

@labeling_function
def loops(x):
    while x.text == "12345":
        pass
    return "spam"
"""


def numbers() -> Corpus:
    examples = (Example(id=f"id {n}", input=str(n), metadata={"stars": n % 5}) for n in range(ROWS))
    return corpus_of(list(examples))


@pytest.fixture
def folder(write: Write) -> Path:
    folder = write(CODE)
    (folder / "lucky.txt").write_text("7 77 777 7777")
    return folder


@pytest.fixture
def here(folder: Path) -> Ballots:
    with Voter(seconds_per_row=1) as voter:
        return taken(voter, folder)


def taken(voter: Voter, folder: Path, **options: Any) -> Ballots:
    functions = voter.describe(folder, LABELS).functions
    assert len(functions) == 6
    return voter.ballots(folder, LABELS, numbers(), functions, **options)


def assert_same(there: Ballots, here: Ballots) -> None:
    assert there.votes.keys() == here.votes.keys()
    for name, votes in here.votes.items():
        assert np.array_equal(there.votes[name], votes)
    assert there.faults == here.faults


@pytest.fixture
def no_ray_left() -> Iterator[None]:
    yield
    import ray

    assert not ray.is_initialized()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("no_ray_left")
def test_a_ray_of_two_workers_makes_the_same_matrix(folder: Path, here: Ballots) -> None:
    seen: list[tuple[int, int, str]] = []
    with RayVoter(cores=2, seconds_per_row=1) as voter:
        for _ in range(2):
            there = taken(voter, folder, on_progress=lambda *step: seen.append(step))
            assert_same(there, here)
    assert len(here.votes["deadly"]) == 9101
    assert len(here.votes["kills"]) == 700
    assert seen[-1][:2] == (6, 6)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_cluster_is_reached_by_its_address(folder: Path, here: Ballots, tmp_path: Path) -> None:
    """The cluster is a process of its own, and so is what asks it: as with a real one."""
    ours = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    head = subprocess.Popen(
        [sys.executable, "-c", HEAD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert head.stdout is not None
    try:
        address = json.loads(head.stdout.readline())
        run = subprocess.run(
            [sys.executable, "-c", CLIENT, address, str(folder), str(tmp_path / "votes.npz")],
            check=True,
            timeout=200,
            env=ours,
        )
    finally:
        head.communicate("")
    assert (run.returncode, head.returncode) == (0, 0)
    with np.load(tmp_path / "votes.npz") as there:
        for name, votes in here.votes.items():
            assert np.array_equal(there[name], votes)


HEAD = """
import json, sys, ray
ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
print(json.dumps(ray.get_runtime_context().gcs_address), flush=True)
sys.stdin.read()
"""
CLIENT = """
import sys
from pathlib import Path
import numpy as np
from curation.corpus import corpus_of
from curation.types import Example
from labeling_functions.isolation.ray_engine import RayVoter

address, folder, out = sys.argv[1:]
rows = [Example(id=f"id {n}", input=str(n), metadata={"stars": n % 5}) for n in range(20_000)]
with RayVoter(address, seconds_per_row=1) as voter:
    labels = ("ham", "spam")
    functions = voter.describe(Path(folder), labels).functions
    ballots = voter.ballots(Path(folder), labels, corpus_of(rows), functions)
np.savez(out, **ballots.votes)
"""


def test_without_ray_the_remedy_is_a_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "ray":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(FunctionError, match=r"pip install 'tunesmith\[ray\]'"):
        RayVoter()


def test_a_functions_folder_travels_by_content(write: Write, tmp_path: Path) -> None:
    folder = write("x = 1")
    (folder / "words").mkdir()
    (folder / "words" / "cities.txt").write_text("Bern")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "functions.pyc").write_bytes(b"old")
    files = content_of(folder)
    assert sorted(files) == ["functions.py", "words/cities.txt"]
    unpack(files, tmp_path / "there")
    assert content_of(tmp_path / "there") == files
