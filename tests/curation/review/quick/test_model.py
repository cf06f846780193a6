"""The quick model fitted for real, in its child, on vectors that need no model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from curation.corpus import Corpus, corpus_of
from curation.exceptions import ModelError
from curation.review.quick.lesson import Lesson
from curation.review.quick.model import fit_quick, read_quick
from curation.types import Example, Resolution, Word
from curation.vectors import append, begin
from tests.curation.test_projection import blobs

LABELS = ("card", "cash", "refund", "nobody")
ROWS = 150


def corpus(rows: int = ROWS) -> Corpus:
    return corpus_of([Example(id=f"e{n}", input=f"text {n}") for n in range(rows)])


def said(rows: range, word: Word = Word.PERSON, sure: float = 1.0) -> dict[str, Resolution]:
    """Return what is true of blobs: row k is in blob k % 3."""
    return {
        f"e{n}": Resolution(example_id=f"e{n}", answer=LABELS[n % 3], word=word, confidence=sure)
        for n in rows
    }


def wrongly(taught: Mapping[str, Resolution], *ids: str) -> dict[str, Resolution]:
    """Return answers some of which name the next blob's label."""
    wrong = {
        id_: taught[id_].model_copy(
            update={"answer": LABELS[(LABELS.index(taught[id_].answer) + 1) % 3]}
        )
        for id_ in ids
    }
    return dict(taught) | wrong


@pytest.fixture
def embeddings(tmp_path: Path) -> Path:
    folder = tmp_path / "embeddings"
    folder.mkdir()
    append(folder, begin(folder, "model", 16), list(corpus().ids), blobs(ROWS), cut=0)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "quick"


def lesson(taught: Mapping[str, Resolution], rows: int = ROWS) -> Lesson:
    held = {f"e{n}": LABELS[n % 3] for n in range(rows - 30, rows)}
    return Lesson(corpus(rows), np.arange(rows), LABELS, taught, held, heard=7)


def test_a_model_answers_every_example_and_is_judged_on_what_it_never_saw(
    folder: Path, embeddings: Path
) -> None:
    taught = wrongly(said(range(90)), "e4", "e8")
    seen: list[tuple[int, ...]] = []
    model = fit_quick(folder, embeddings, lesson(taught), lambda *told: seen.append(told))
    assert seen[-1] == (ROWS, ROWS)
    assert (model.fitted_on, model.fit.right, model.fit.n, model.fit.heard) == (90, 30, 30, 7)
    assert (model.fit.own_right, model.fit.own_n) == (88, 90)
    assert model.fit.unlearnt == ("nobody",)
    assert model.probabilities.shape == (ROWS, 4)
    assert model.probabilities.dtype == np.float32
    assert np.allclose(model.probabilities.sum(axis=1), 1, atol=1e-5)
    assert not model.probabilities[:, 3].any()
    assert isinstance(model.probabilities, np.memmap)
    assert set(model.issues) == {"e4", "e8"}
    issue = model.issues["e4"]
    assert (issue.given, issue.likelier, issue.word) == ("refund", "cash", Word.PERSON)
    assert issue.quality < 0.1 < issue.probability


def test_the_newest_model_is_read_and_knows_nothing_of_what_came_since(
    folder: Path, embeddings: Path
) -> None:
    fit_quick(folder, embeddings, lesson(said(range(30))))
    newer = fit_quick(folder, embeddings, lesson(said(range(60))))
    assert [path.name for path in folder.iterdir()] == [newer.made_from]
    grown = read_quick(folder, corpus(ROWS + 5))
    assert grown is not None
    assert (grown.fitted_on, len(grown.example_ids)) == (60, ROWS)
    assert grown.rows(["e149", "e150", "e3", "never"]).tolist() == [149, -1, 3, -1]
    best = grown.best("e3")
    assert best is not None
    assert best[0] == "card"
    assert grown.best("e150") is None
    other = corpus_of([Example(id=f"other {n}", input="") for n in range(ROWS)])
    assert read_quick(folder, other) is None
    assert read_quick(folder / "absent", corpus()) is None


def test_what_a_killed_fit_left_is_removed_once_nobody_can_be_at_it(
    folder: Path, embeddings: Path
) -> None:
    left, live = folder / ".left.tmp", folder / ".live.tmp"
    for unfinished in (left, live):
        unfinished.mkdir(parents=True)
    os.utime(left, (0, 0))
    fit_quick(folder, embeddings, lesson(said(range(30))))
    assert not left.exists()
    assert live.is_dir()


def test_a_damaged_model_is_passed_over(folder: Path, embeddings: Path) -> None:
    model = fit_quick(folder, embeddings, lesson(said(range(30))))
    damaged = folder / "99999999-newer"
    damaged.mkdir()
    (damaged / "quick.json").write_text("{", "utf-8")
    read = read_quick(folder, corpus())
    assert read is not None
    assert read.made_from == model.made_from


def test_votes_teach_while_little_is_known_and_are_doubted_by_themselves(
    folder: Path, embeddings: Path
) -> None:
    voted = wrongly(said(range(30, 90), Word.VOTES, 0.9), "e40", "e50")
    unsure = said(range(90, 99), Word.VOTES, 0.6)
    model = fit_quick(folder, embeddings, lesson(said(range(30)) | voted | unsure))
    assert model.fit.fitted[Word.PERSON] == 30
    assert model.fit.fitted[Word.VOTES] in (0, 60)  # not the unsure ones
    assert model.fit.why.startswith("log loss on 30 known answers was")
    assert {id_: issue.word for id_, issue in model.issues.items()} == {
        "e40": Word.VOTES,
        "e50": Word.VOTES,
    }
    only_votes = fit_quick(folder, embeddings, lesson(voted))
    assert (only_votes.fit.weight, only_votes.fit.own_n) == (1, 0)


def test_labels_with_one_example_are_learnt_but_not_judged(folder: Path, embeddings: Path) -> None:
    taught = {id_: one for id_, one in said(range(40)).items() if one.answer != "refund"}
    model = fit_quick(folder, embeddings, lesson(taught | said(range(2, 3))))
    assert model.fit.unjudged == ("refund",)
    assert model.fit.own_n == model.fitted_on - 1
    assert model.best("e5") is not None
    assert model.probabilities[2].argmax() == LABELS.index("refund")


@pytest.mark.parametrize(("rows", "why"), [(range(0), "none has one"), (range(1), "only card has")])
def test_one_label_teaches_nothing(folder: Path, embeddings: Path, rows: range, why: str) -> None:
    with pytest.raises(ModelError, match=why):
        fit_quick(folder, embeddings, lesson(said(rows)))
    assert not list(folder.iterdir())  # what was begun is gone


def test_examples_without_embedding_are_refused(folder: Path, embeddings: Path) -> None:
    with pytest.raises(ModelError, match="have no embedding yet"):
        fit_quick(folder, embeddings, lesson(said(range(30)), rows=ROWS + 1))
