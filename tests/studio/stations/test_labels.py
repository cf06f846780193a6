"""What makes votes stale, and the note of the last ones, whatever lies in the folders."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from curation.exceptions import FunctionError
from curation.project import Project, Settings, change_settings, create_project, default_task
from curation.types import ABSTAIN, Annotation, Example, Split, TaskKind, example_id
from studio import loop
from studio.standing import where_are_we
from studio.stations import labels


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """Return a project with two labels and nothing else."""
    task = default_task(TaskKind.CLASSIFY, ("card", "cash"))
    return create_project(tmp_path / "shop", Settings(name="shop", task=task))


def test_a_function_file_that_is_not_utf8_is_hashed_like_any_other(shop: Project) -> None:
    before = loop.functions_digest(shop)
    (shop.functions / "old.py").write_bytes("# -*- coding: latin-1 -*-\n# é\n".encode("latin-1"))
    assert loop.functions_digest(shop) != before
    assert where_are_we(shop).stations


@pytest.mark.parametrize("name", ["words.txt", "lists/words.txt", "lists/more.py"])
def test_a_file_that_functions_may_read_makes_votes_stale(shop: Project, name: str) -> None:
    path = shop.functions / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("tea", "utf-8")
    before = loop.functions_digest(shop)
    path.write_text("coffee", "utf-8")
    assert loop.functions_digest(shop) != before


@pytest.mark.parametrize("name", [".functions.tmp", "__pycache__/rules.pyc"])
def test_what_python_and_editors_leave_behind_does_not(shop: Project, name: str) -> None:
    before = loop.functions_digest(shop)
    (shop.functions / name).parent.mkdir(exist_ok=True)
    (shop.functions / name).write_bytes(b"\0")
    assert loop.functions_digest(shop) == before


@pytest.mark.parametrize("content", ['{"digest": "ab', "\0\xff", ""])
def test_a_note_that_does_not_read_is_no_note(shop: Project, content: str) -> None:
    shop.votes.mkdir()
    (shop.votes / "current.json").write_text(content, "latin-1")
    assert loop.last_votes(shop) is None
    assert where_are_we(shop).stations


def test_notes_written_at_once_do_not_meet(tmp_path: Path) -> None:
    notes = [{"examples": number} for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda note: labels._keep_note(tmp_path / "votes", note), notes))
    (kept,) = (tmp_path / "votes").iterdir()
    assert json.loads(kept.read_text("utf-8")) in notes


def with_rows(project: Project, *texts: str, split: Split = Split.TRAIN) -> Project:
    """Add examples of a split."""
    project.store.add_examples(
        Example(id=example_id(text), input=text, group=text, split=split) for text in texts
    )
    return project


SAYS_CARD = (
    'from labeling_functions import *\nsays_card = keywords("says_card", "card", ["card"])\n'
)
SAYS_CASH = """
from labeling_functions import *

@labeling_function
def says_cash(x): return "cash" if "cash" in x.text else None
"""


def test_the_exam_is_not_voted_on_and_what_comes_later_makes_votes_stale(shop: Project) -> None:
    with_rows(shop, "my card", "a card for the exam", split=Split.TEST)
    with_rows(shop, "no card", "cash", split=Split.VALIDATION)
    (shop.functions / "functions.py").write_text(SAYS_CARD, "utf-8")
    matrix = loop.vote(shop)
    assert list(matrix.example_ids) == [example_id("no card"), example_id("cash")]
    assert matrix.votes.tolist() == [[0], [ABSTAIN]]
    assert loop.votes_are_current(shop)
    with_rows(shop, "another for the exam", split=Split.TEST)
    assert loop.votes_are_current(shop)
    with_rows(shop, "one card more")
    assert not loop.votes_are_current(shop)
    assert loop.vote(shop).votes.tolist() == [[0], [ABSTAIN], [0]]
    assert loop.votes_are_current(shop)


def test_a_trial_tells_what_a_function_would_add(shop: Project) -> None:
    with_rows(shop, "my card", "cash or card", "cash", "neither")
    (shop.functions / "functions.py").write_text(SAYS_CARD, "utf-8")
    current = loop.vote(shop)
    trial = loop.try_function(shop, SAYS_CASH, current=current)
    assert trial.matrix.votes[:, 0].tolist() == [ABSTAIN, 1, 1, ABSTAIN]
    (effect,) = trial.effects
    assert (effect.newly_covered, effect.conflicts) == (1, (("says_card", 1),))
    assert loop.try_function(shop, SAYS_CASH).effects == ()


def test_a_trial_reads_the_modules_and_lists_beside_it(shop: Project) -> None:
    with_rows(shop, "my card", "cash")
    (shop.functions / "money.py").write_text("COINS = ['cash']\n", "utf-8")
    (shop.functions / "functions.py").write_text(SAYS_CARD, "utf-8")
    code = SAYS_CASH.replace('"cash" in x.text', "x.text in COINS")
    trial = loop.try_function(shop, f"from money import COINS\n{code}")
    assert [function.name for function in trial.matrix.functions] == ["says_cash"]
    assert trial.matrix.votes[:, 0].tolist() == [ABSTAIN, 1]


def test_python_is_tried_on_a_sample_and_conditions_on_every_row(
    shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "TRIED_FIRST", 3)
    monkeypatch.setattr(labels, "PATIENCE", 1e9)
    with_rows(shop, *(f"card {n}" for n in range(100)))
    (shop.functions / "functions.py").write_text(SAYS_CARD, "utf-8")
    current = loop.vote(shop)
    sampled = loop.try_function(shop, SAYS_CASH, current=current)
    assert (len(sampled.matrix.votes), sampled.rows) == (3, 100)
    assert sampled.effects[0].n == 3
    again = loop.try_function(shop, SAYS_CASH, current=current)
    assert list(again.matrix.example_ids) == list(sampled.matrix.example_ids)
    assert len(loop.try_function(shop, SAYS_CASH, everything=True).matrix.votes) == 100
    assert len(loop.try_function(shop, SAYS_CARD).matrix.votes) == 100
    monkeypatch.setattr(labels, "PATIENCE", 0)
    assert len(loop.try_function(shop, SAYS_CARD).matrix.votes) == 30


def test_tuning_gold_is_what_people_and_files_say_of_training_rows(shop: Project) -> None:
    def example(text: str, **fields: object) -> Example:
        return Example.model_validate(
            {"id": example_id(text), "input": text, "group": text, "reference": "card", **fields}
        )

    rows = [example("a"), example("b"), example("c", split=Split.VALIDATION)]
    rows += [example("d", split=Split.TEST), example("e", reference=None)]
    shop.store.add_examples(rows)
    said = [
        Annotation(uid=text, example_id=example_id(text), answer="cash")
        for text in ("b", "c", "d", "e")
    ]
    loop.answer(shop, said)
    assert loop.tuning_gold(shop) == {
        example_id("a"): "card", example_id("b"): "cash", example_id("e"): "cash",
    }  # fmt: skip


@pytest.mark.slow
def test_a_million_rows_go_all_the_way(shop: Project) -> None:
    """Import, vote, add up and report; a function is tried, and rows that come later are seen."""

    def rows(start: int, number: int) -> Iterator[Example]:
        for row in range(start, start + number):
            text = f"{('my card', 'some cash', 'neither')[row % 3]} {row}"
            split = Split.TEST if row % 10 == 9 else Split.TRAIN
            gold = ("card", "cash", None)[row % 3] if row % 1_000 < 3 else None
            yield Example(
                id=example_id(text), input=text, group=text, split=split, reference=gold, line=row
            )

    shop.store.add_examples(rows(0, 1_000_000))
    (shop.functions / "functions.py").write_text(f"{SAYS_CARD}{SAYS_CASH}", "utf-8")
    matrix = loop.vote(shop)
    assert matrix.votes.shape == (900_000, 2)
    assert matrix.faults == ()
    assert (matrix.votes >= 0).sum(axis=0).tolist() == [300_000, 300_000]
    probable = loop.add_up(shop, matrix)
    assert probable is not None
    assert int(probable.covered.sum()) == 600_000
    card, cash = loop.judge_functions(shop, matrix)
    assert card.precision.value == cash.precision.value == 1.0
    assert card.n == 900_000
    trial = loop.try_function(shop, SAYS_CASH.replace("cash", "card"), current=matrix)
    assert trial.rows == 900_000
    shop.store.add_examples(rows(1_000_000, 30))
    assert loop.vote(shop).votes.shape == (900_027, 2)


@pytest.fixture
def clustered(shop: Project) -> Iterator[Project]:
    """Return a project whose Python functions vote on a Ray of this machine."""
    with_rows(shop, "my card", "cash", "neither")
    (shop.functions / "functions.py").write_text(SAYS_CASH, "utf-8")
    settings = shop.settings.model_copy(update={"engine": "ray"})
    yield change_settings(shop, settings)
    labels._cluster.cache_clear()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_project_set_to_ray_votes_on_ray(
    clustered: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    monkeypatch.setattr(labels.voter(), "ballots", None)  # nothing is asked here
    try:
        assert loop.vote(clustered).votes.tolist() == [[ABSTAIN], [1], [ABSTAIN]]
        assert ray.is_initialized()
    finally:
        labels.engine(clustered).close()
    assert not ray.is_initialized()


def test_a_project_set_to_ray_says_what_to_install(
    clustered: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(FunctionError, match=r"not installed.*pip install 'tunesmith\[ray\]'"):
        loop.vote(clustered)
