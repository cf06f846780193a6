from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from curation.exceptions import ModelError
from curation.vectors import (
    HEADER,
    IDS,
    VECTORS,
    Header,
    append,
    begin,
    read_embeddings,
    read_header,
)


def rows(*values: float) -> np.ndarray:
    return np.array([[value, 1.0] for value in values], dtype=np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    header = begin(tmp_path, "model", 2)
    append(tmp_path, header, ["a", "b"], rows(0, 1), cut=1)
    return tmp_path


def test_what_is_added_is_read_by_id_in_any_order(folder: Path) -> None:
    header = begin(folder, "model", 2)
    append(folder, header, ["c"], rows(2), cut=0)
    made = read_embeddings(folder)
    assert made is not None
    assert list(made.ids) == ["a", "b", "c"]
    np.testing.assert_array_equal(made.of(["c", "a"]), rows(2, 0))
    assert made.header.cut == 1
    assert [(start, part.shape) for start, part in made.parts()] == [(0, (3, 2))]


def test_a_missing_embedding_is_counted(folder: Path) -> None:
    made = read_embeddings(folder)
    assert made is not None
    with pytest.raises(ModelError, match="2 of 3 examples have no embedding"):
        made.of(["a", "x", "y"])


def test_what_was_half_written_is_not_read_and_is_written_over(folder: Path) -> None:
    header = read_header(folder)
    assert header is not None
    for name in (IDS, VECTORS):
        with (folder / name).open("ab") as file:
            file.write(b"half a r")
    made = read_embeddings(folder)
    assert made is not None
    assert list(made.ids) == ["a", "b"]
    append(folder, header, ["c"], rows(7), cut=0)
    made = read_embeddings(folder)
    assert made is not None
    assert list(made.ids) == ["a", "b", "c"]
    np.testing.assert_array_equal(made.of(["c"]), rows(7))


@pytest.mark.parametrize("name", [HEADER, IDS, VECTORS])
def test_files_that_are_cut_short_are_begun_anew(folder: Path, name: str) -> None:
    before = read_header(folder)
    (folder / name).write_bytes((folder / name).read_bytes()[:-2])
    assert read_embeddings(folder) is None
    header = begin(folder, "model", 2)
    assert before is not None
    assert header.rows == 0
    assert header.token != before.token


def test_another_model_begins_anew(folder: Path) -> None:
    assert begin(folder, "model", 2).rows == 2
    assert begin(folder, "another", 2).rows == 0


def test_a_header_of_another_version_is_none(folder: Path) -> None:
    (folder / HEADER).write_text('{"model": "m", "colour": "red"}')
    assert read_header(folder) is None


def test_what_is_mapped_stays_as_it_was_when_files_are_begun_anew(folder: Path) -> None:
    made = read_embeddings(folder)
    assert made is not None
    header = begin(folder, "another", 2)
    append(folder, header, ["z"], rows(9), cut=0)
    np.testing.assert_array_equal(made.of(["b"]), rows(1))
    fresh = read_embeddings(folder)
    assert fresh is not None
    assert list(fresh.ids) == ["z"]


def test_nothing_is_read_from_nothing(tmp_path: Path) -> None:
    assert read_header(tmp_path) is None
    begin(tmp_path, "model", 2)
    assert read_header(tmp_path) == Header(**vars(read_header(tmp_path)))
    assert read_embeddings(tmp_path) is None
