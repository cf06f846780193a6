"""Nothing is run twice, and what was not run is not believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from curation.corpus import Corpus, corpus_of
from curation.exceptions import FunctionError
from curation.types import ABSTAIN, Example, VoteMatrix, example_id
from labeling_functions.resources import Resources
from labeling_functions.voting import Booth, Voter, describe, missing_votes, vote_cached, vote_on

LABELS = ("ham", "spam")
Write = Callable[..., Path]
Vote = Callable[..., VoteMatrix]

CODE = """
a = keywords("a", "spam", ["x"])
b = keywords("b", "ham", ["y"])

@labeling_function
def c(x): return "spam" if x.text == "z" else None
"""


def rows(*texts: str) -> Corpus:
    return corpus_of([Example(id=example_id(text), input=text) for text in texts])


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "votes"


class Counted:
    """Which functions had to run."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.told: list[tuple[int, int]] = []

    def __call__(self, done: int, all_: int, name: str) -> None:
        self.ran.append(name)
        self.told.append((done, all_))


@pytest.fixture
def vote(voter: Voter, cache: Path) -> Vote:
    """Return a vote of everything in a folder on a corpus."""

    def vote(folder: Path, corpus: Corpus, labels: Sequence[str] = LABELS, **how: object) -> object:
        return vote_cached(folder, cache, labels, corpus, voter=voter, **how)  # type: ignore[arg-type]

    return vote  # type: ignore[return-value]


def test_nothing_is_run_twice(write: Write, vote: Vote) -> None:
    folder, corpus, first, second = write(CODE), rows("x", "y"), Counted(), Counted()
    matrix = vote(folder, corpus, on_progress=first)
    again = vote(folder, corpus, on_progress=second)
    assert (sorted(first.ran), second.ran) == (["a", "b", "c"], [])
    assert first.told == [(1, 3), (2, 3), (3, 3)]
    expected = [[1, ABSTAIN, ABSTAIN], [ABSTAIN, 0, ABSTAIN]]
    assert matrix.votes.tolist() == again.votes.tolist() == expected
    assert matrix.votes.dtype == np.int8
    assert list(matrix.example_ids) == [example_id("x"), example_id("y")]


@pytest.mark.parametrize(
    ("before", "after", "ran", "votes"),
    [
        ('["y"]', '["x"]', "b", [[1, 0, ABSTAIN], [ABSTAIN, ABSTAIN, ABSTAIN]]),
        ('"z"', '"y"', "c", [[1, ABSTAIN, ABSTAIN], [ABSTAIN, 0, 1]]),
    ],
)
def test_an_edited_function_runs_alone(
    write: Write, vote: Vote, cache: Path, before: str, after: str, ran: str, votes: object
) -> None:
    corpus, counted = rows("x", "y"), Counted()
    vote(write(CODE), corpus)
    matrix = vote(write(CODE.replace(before, after)), corpus, on_progress=counted)
    assert counted.ran == [ran]
    assert matrix.votes.tolist() == votes
    assert len(list(cache.glob(f"{ran}@*.votes"))) == 2


def test_what_was_edited_back_is_not_run_again(write: Write, vote: Vote) -> None:
    corpus, counted = rows("x", "y"), Counted()
    vote(write(CODE), corpus)
    vote(write(CODE.replace('["y"]', '["x"]')), corpus)
    vote(write(CODE), corpus, on_progress=counted)
    assert counted.ran == []


def test_rows_added_at_the_end_are_voted_on_alone(write: Write, vote: Vote) -> None:
    folder = write(
        """
        from pathlib import Path

        ARMED = "ar" + "med"  # put together, so that it is no dependency

        @labeling_function
        def once(x):
            assert x.text == "z" or not Path(ARMED).exists(), "voted on before"
            return "spam"
        """
        + CODE.replace("\n", "\n        ")
    )
    vote(folder, rows("x", "y"))
    (folder / "armed").touch()
    matrix = vote(folder, rows("x", "y", "z"))
    assert matrix.votes.tolist() == [[1, 1, -1, -1], [1, -1, 0, -1], [1, -1, -1, 1]]
    assert matrix.faults == ()


@pytest.mark.parametrize("others", [("y", "x"), ("x",), ("x", "z", "y"), ()])
def test_votes_on_other_rows_are_not_taken_for_these(
    write: Write, vote: Vote, others: tuple[str, ...]
) -> None:
    folder = write(CODE)
    vote(folder, rows("x", "y"))
    matrix = vote(folder, rows(*others))
    cast = {"x": [1, -1, -1], "y": [-1, 0, -1], "z": [-1, -1, 1]}
    assert matrix.votes.tolist() == [cast[text] for text in others]


def test_other_labels_are_another_vote(write: Write, vote: Vote) -> None:
    folder = write(CODE)
    vote(folder, rows("x"))
    matrix = vote(folder, rows("x"), ("spam", "ham"))
    assert matrix.votes.tolist() == [[0, ABSTAIN, ABSTAIN]]


def test_many_labels_take_two_bytes(write: Write, vote: Vote) -> None:
    labels = [f"label {n}" for n in range(300)]
    folder = write(
        'a = keywords("a", "label 299", ["x"])\nb = keywords("b", not_("label 299"), ["x"])'
    )
    for _ in range(2):
        matrix = vote(folder, rows("x", "y"), labels)
        assert matrix.votes.tolist() == [[299, -301], [ABSTAIN, ABSTAIN]]


def test_faults_are_kept_with_the_votes(write: Write, vote: Vote) -> None:
    folder = write("@labeling_function\ndef f(x): return 'ham' if int(x.text) else None")
    first = vote(folder, rows("1", "one", "two"))
    again = vote(folder, rows("1", "one", "two"))
    assert [fault.example_id for fault in first.faults] == [example_id("one"), example_id("two")]
    assert again.faults == first.faults
    more = vote(folder, rows("1", "one", "two", "2", "three"))
    assert more.faults[:2] == first.faults
    assert [fault.example_id for fault in more.faults[2:]] == [example_id("three")]


DIES = (
    "import os\n@labeling_function\ndef dies(x): return os._exit(1) if x.text == 'x' else 'ham'\n"
)


def test_a_function_that_was_stopped_keeps_its_votes_and_is_not_tried_again(
    write: Write, vote: Vote, cache: Path, voter: Voter
) -> None:
    texts = ["y", "x", "y y", "x", "x", "y y y"]
    corpus = corpus_of([Example(id=str(n), input=text) for n, text in enumerate(texts)])
    folder, first, second, third = write(CODE + DIES), Counted(), Counted(), Counted()
    matrix = vote(folder, corpus, on_progress=first)
    assert matrix.votes[:, 3].tolist() == [0, -1, 0, -1, -1, -1]
    assert [fault.example_id for fault in matrix.faults] == ["1", "3", "4"]
    assert missing_votes(describe(voter, folder, LABELS), cache, corpus) == {}
    again = vote(folder, corpus, on_progress=second)
    assert again.votes.tolist() == matrix.votes.tolist()
    assert again.faults == matrix.faults
    forced = vote(folder, corpus, again=True, on_progress=third)
    assert forced.votes[:, 3].tolist() == [0, -1, 0, -1, -1, 0]
    assert (set(first.ran), second.ran, third.ran) == ({*"abc", "dies"}, [], ["dies"])


def test_a_function_that_cannot_be_asked_is_asked_again_next_time(write: Write, vote: Vote) -> None:
    folder = write(CODE)
    write("@nearest", "broken.py")
    matrix = vote(folder, rows("x"))
    assert matrix.faults[0].function == "broken.py"
    assert matrix.votes.shape == (1, 3)


def test_a_served_function_that_fails_harms_only_itself(
    write: Write, vote: Vote, cache: Path
) -> None:
    folder, counted = (
        write(CODE + 'f = similar("f", "spam", ["x"])'),
        Counted(),
    )
    for _ in range(2):
        matrix = vote(folder, rows("x"), on_progress=counted)
        assert matrix.votes.tolist() == [[1, ABSTAIN, ABSTAIN, ABSTAIN]]
        assert {fault.function for fault in matrix.faults} == {"f"}
    assert counted.ran.count("f") == 2
    assert not list(cache.glob("f@*"))


def test_a_condition_that_takes_too_long_here_votes_in_the_children(
    voter: Voter, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labeling_functions.families import when

    def slow(rules: Sequence[dict[str, object]], *given: object) -> object:
        if any("y" in str(rule) for rule in rules):
            raise FunctionError("It takes too long.")
        return quick(rules, *given)

    quick = when.votes_together
    monkeypatch.setattr(when, "votes_together", slow)
    folder = write(CODE)
    booth = Booth(voter, folder, LABELS)
    functions = describe(voter, folder, LABELS).functions
    matrix = vote_on(booth, functions, rows("x", "y", "z"))
    assert matrix.votes.tolist() == [[1, -1, -1], [-1, 0, -1], [-1, -1, 1]]


def test_gold_that_changes_is_another_version_of_what_is_served_with_it(
    voter: Voter, write: Write
) -> None:
    folder = write(CODE + 'n = nearest_gold("n")')

    def versions(gold: dict[str, str]) -> dict[str, str]:
        catalog = describe(voter, folder, LABELS, Resources(gold=gold))
        return {function.name: function.fingerprint for function in catalog.functions}

    one, other = versions({"1": "ham"}), versions({"1": "spam"})
    assert {name for name in one if one[name] != other[name]} == {"n"}


def test_missing_votes_counts_without_running_anything(
    voter: Voter, write: Write, vote: Vote, cache: Path
) -> None:
    folder = write(CODE)
    catalog = voter.describe(folder, LABELS)
    assert missing_votes(catalog, cache, rows("x", "y", "z")) == {"a": 3, "b": 3, "c": 3}
    vote(folder, rows("x", "y"))
    assert missing_votes(catalog, cache, rows("x", "y", "z")) == {"a": 1, "b": 1, "c": 1}
    vote(folder, rows("x", "y", "z"))
    assert missing_votes(catalog, cache, rows("x", "y", "z")) == {}


def test_any_name_can_be_kept_and_nothing_else_stays(write: Write, vote: Vote, cache: Path) -> None:
    cache.mkdir()
    (cache / "old@0f.parquet").touch()
    (cache / "old@0f.faults.jsonl").touch()
    matrix = vote(write("k = keywords('../kw/a.b é', 'spam', ['x'])"), rows("x"))
    key = f"..%2Fkw%2Fa.b %C3%A9@{matrix.functions[0].fingerprint}.votes"
    assert [path.name for path in cache.iterdir()] == [key]


def test_without_a_voter_one_is_made_for_the_occasion(write: Write, cache: Path) -> None:
    matrix = vote_cached(write(CODE), cache, LABELS, rows("z"))
    assert matrix.votes.tolist() == [[ABSTAIN, ABSTAIN, 1]]
