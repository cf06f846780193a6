from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from curation.types import ABSTAIN, Example
from labeling_functions.voting import Voter, missing_votes, vote_cached

LABELS = ("ham", "spam")
Write = Callable[..., Path]
Examples = Callable[..., list[Example]]

CODE = """
a = keywords("a", "spam", ["x"])
b = keywords("b", "ham", ["y"])
"""


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "votes"


class Counted:
    """Which functions had to run."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def __call__(self, _done: int, _all: int, name: str) -> None:
        self.ran.append(name)


def test_nothing_is_run_twice(voter: Voter, write: Write, examples: Examples, cache: Path) -> None:
    folder, rows, first, second = write(CODE), examples("x", "y"), Counted(), Counted()
    matrix = vote_cached(folder, cache, LABELS, rows, voter=voter, on_progress=first)
    again = vote_cached(folder, cache, LABELS, rows, voter=voter, on_progress=second)
    assert (first.ran, second.ran) == (["a", "b"], [])
    assert matrix.votes.tolist() == again.votes.tolist() == [[1, ABSTAIN], [ABSTAIN, 0]]
    assert matrix.example_ids == tuple(row.id for row in rows)


def test_an_edited_function_runs_alone(
    voter: Voter, write: Write, examples: Examples, cache: Path
) -> None:
    rows, counted = examples("x", "y"), Counted()
    vote_cached(write(CODE), cache, LABELS, rows, voter=voter)
    folder = write(CODE.replace('["y"]', '["x"]'))
    matrix = vote_cached(folder, cache, LABELS, rows, voter=voter, on_progress=counted)
    assert counted.ran == ["b"]
    assert matrix.votes.tolist() == [[1, 0], [ABSTAIN, ABSTAIN]]
    assert len(list(cache.glob("b@*.parquet"))) == 2


def test_new_examples_are_voted_on_alone(
    voter: Voter, write: Write, examples: Examples, cache: Path
) -> None:
    folder = write(
        """
        from pathlib import Path

        ARMED = "ar" + "med"  # put together, so that it is no dependency

        @labeling_function
        def once(x):
            assert x.text == "z" or not Path(ARMED).exists(), "voted on before"
            return "spam"
        """
    )
    vote_cached(folder, cache, LABELS, examples("x", "y"), voter=voter)
    (folder / "armed").touch()
    matrix = vote_cached(folder, cache, LABELS, examples("y", "z", "x"), voter=voter)
    assert matrix.votes.tolist() == [[1], [1], [1]]
    assert matrix.faults == ()


def test_other_labels_are_another_vote(
    voter: Voter, write: Write, examples: Examples, cache: Path
) -> None:
    folder = write(CODE)
    vote_cached(folder, cache, LABELS, examples("x"), voter=voter)
    matrix = vote_cached(folder, cache, ("spam", "ham"), examples("x"), voter=voter)
    assert matrix.votes.tolist() == [[0, ABSTAIN]]


def test_faults_are_kept_with_the_votes(
    voter: Voter, write: Write, examples: Examples, cache: Path
) -> None:
    folder = write("@labeling_function\ndef f(x): return 'ham' if int(x.text) else None")
    rows = examples("1", "one", "two")
    first = vote_cached(folder, cache, LABELS, rows, voter=voter)
    again = vote_cached(folder, cache, LABELS, corpus_of(rows[:2]), voter=voter)
    assert [fault.example_id for fault in first.faults] == [rows[1].id, rows[2].id]
    assert [fault.example_id for fault in again.faults] == [rows[1].id]
    assert again.faults[0] == first.faults[0]


def test_a_dead_function_is_named_not_kept_and_tried_again(
    voter: Voter, write: Write, examples: Examples, cache: Path
) -> None:
    folder = write(f"import os\n{CODE}@labeling_function\ndef dies(x): os._exit(1)\n")
    counted = Counted()
    for _ in range(2):
        matrix = vote_cached(folder, cache, LABELS, examples("x"), voter=voter, on_progress=counted)
        assert [fault.function for fault in matrix.faults] == ["dies"]
        assert matrix.votes.tolist() == [[1, ABSTAIN, ABSTAIN]]
    assert counted.ran == ["a", "b", "dies", "dies"]


def test_files_that_do_not_load_are_told_first(
    voter: Voter, write: Write, examples: Examples, cache: Path
) -> None:
    write("1 / 0", "broken.py")
    matrix = vote_cached(write(CODE), cache, LABELS, examples("x"), voter=voter)
    assert matrix.faults[0].function == "broken.py"
    assert matrix.votes.shape == (1, 2)


def test_missing_votes_counts_without_running_anything(
    voter: Voter, write: Write, examples: Examples, cache: Path
) -> None:
    folder, rows = write(CODE), examples("x", "y", "z")
    ids = [row.id for row in rows]
    catalog = voter.describe(folder, LABELS)
    assert missing_votes(catalog, cache, ids) == {"a": 3, "b": 3}
    vote_cached(folder, cache, LABELS, corpus_of(rows[:2]), voter=voter)
    assert missing_votes(catalog, cache, ids) == {"a": 1, "b": 1}
    vote_cached(folder, cache, LABELS, rows, voter=voter)
    assert missing_votes(catalog, cache, ids) == {}


def test_a_damaged_vote_file_is_voted_again(
    voter: Voter, write: Write, examples: Examples, cache: Path
) -> None:
    folder, rows = write(CODE), examples("x")
    vote_cached(folder, cache, LABELS, rows, voter=voter)
    for file in cache.glob("a@*.parquet"):
        file.write_bytes(b"PAR1 nothing PAR1")
    assert vote_cached(folder, cache, LABELS, rows, voter=voter).votes.tolist() == [[1, ABSTAIN]]


def test_any_name_can_be_kept_and_nothing_half_written_stays(
    voter: Voter, write: Write, examples: Examples, cache: Path
) -> None:
    folder = write("k = keywords('../kw/a.b é', 'spam', ['x'])")
    matrix = vote_cached(folder, cache, LABELS, examples("x"), voter=voter)
    fingerprint = matrix.functions[0].fingerprint
    assert sorted(path.name for path in cache.iterdir()) == [
        f"..%2Fkw%2Fa.b %C3%A9@{fingerprint}.faults.jsonl",
        f"..%2Fkw%2Fa.b %C3%A9@{fingerprint}.parquet",
    ]


def test_without_a_voter_one_is_made_for_the_occasion(
    write: Write, examples: Examples, cache: Path
) -> None:
    assert vote_cached(write(CODE), cache, LABELS, examples("y")).votes.tolist() == [[ABSTAIN, 0]]
