"""Rows as columns: found by id, mapped from a file, and named by their digest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.corpus import BATCH, Corpus, Place, corpus_of, open_corpus, write_corpus
from curation.types import Example

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def rows(number: int) -> Corpus:
    return corpus_of(
        [Example(id=f"id {n}", input=f"text {n}", metadata={"n": n}) for n in range(number)]
    )


@given(st.lists(TEXTS, unique=True), st.lists(TEXTS))
def test_every_id_is_found_where_it_stands_and_no_other_is(
    ids: list[str], asked: list[str]
) -> None:
    column = corpus_of([Example(id=id_, input="") for id_ in ids]).ids
    wanted = ids + asked
    assert column.places(wanted).tolist() == [ids.index(i) if i in ids else -1 for i in wanted]
    assert [id_ in column for id_ in wanted] == [id_ in ids for id_ in wanted]
    assert list(column) == ids


def test_an_id_that_is_not_here_has_no_row() -> None:
    ids = rows(3).ids
    assert ids.index("id 2") == 2
    assert ids[1:].index("id 2") == 1
    assert 7 not in ids
    with pytest.raises(ValueError, match="id 3"):
        ids.index("id 3")


@given(st.lists(TEXTS, unique=True, min_size=1), st.data())
def test_a_digest_names_the_first_rows_and_their_order(ids: list[str], data: st.DataObject) -> None:
    corpus = corpus_of([Example(id=id_, input="") for id_ in ids])
    n = data.draw(st.integers(0, len(ids)))
    first = corpus.take(slice(0, n))
    assert corpus.digest(n) == first.digest()
    turned = first.take(np.arange(n)[::-1].copy())
    assert (turned.digest() == first.digest()) == (n < 2)


def test_rows_come_back_from_a_file_and_know_where_they_lie(tmp_path: Path) -> None:
    corpus = rows(BATCH + 10)
    kept = write_corpus(corpus, tmp_path / "rows.arrow")
    part = kept.take(slice(BATCH - 2, BATCH + 3))
    assert part.place == Place(tmp_path / "rows.arrow", BATCH - 2, BATCH + 3)
    mapped = open_corpus(part.place)
    assert mapped.ids.column.to_list() == [f"id {n}" for n in range(BATCH - 2, BATCH + 3)]
    assert mapped.texts.to_list() == part.texts.to_list()
    assert mapped.metadata.to_list() == part.metadata.to_list()
    assert mapped.take(slice(1, 2)).place == Place(tmp_path / "rows.arrow", BATCH - 1, BATCH)


def test_rows_picked_one_by_one_lie_nowhere(tmp_path: Path) -> None:
    kept = write_corpus(rows(9), tmp_path / "rows.arrow")
    assert kept.take(np.array([4, 2])).place is None
    assert kept.take(slice(None, None, 2)).place is None
    assert kept.take(np.array([4, 2])).texts.to_list() == ["text 4", "text 2"]


def test_half_written_rows_are_not_looked_at_and_missing_ones_are_told(tmp_path: Path) -> None:
    path = tmp_path / "rows.arrow"
    kept = write_corpus(rows(3), path)
    with path.open("ab") as file:
        file.write(b"\xff\xff\xff\xff half a batch")
    assert kept.place is not None
    assert open_corpus(kept.place).texts.to_list() == kept.texts.to_list()
    with pytest.raises((ValueError, OSError)):
        open_corpus(Place(path, 0, 4))
