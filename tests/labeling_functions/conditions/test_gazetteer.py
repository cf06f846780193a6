from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.exceptions import FunctionError
from labeling_functions import listed, words
from labeling_functions.conditions import condition_from
from labeling_functions.conditions.gazetteer import Gazetteer
from labeling_functions.rows import row_of
from tests.labeling_functions.conditions.made import GAZETTEERS, TEXTS, corpus


@given(GAZETTEERS, st.lists(TEXTS, max_size=6))
@settings(max_examples=400, deadline=None)
def test_it_holds_on_the_very_rows_words_would(gazetteer: Gazetteer, texts: list[str]) -> None:
    same = words(
        *gazetteer.terms, whole_words=gazetteer.whole_words, ignore_case=gazetteer.ignore_case
    )
    held = [same.holds(row_of(text, {})) for text in texts]
    assert [gazetteer.holds(row_of(text, {})) for text in texts] == held
    assert gazetteer.mask(corpus([(text, {}) for text in texts])).tolist() == held
    assert [bool(gazetteer.spans(text)) for text in texts] == held


@pytest.mark.parametrize(
    ("name", "content", "terms"),
    [
        ("a.txt", "Paris\n\n  New York \nParis\n", ("Paris", "New York")),
        ("a.txt", "\ufeffK\u00f6ln\r\nBonn", ("K\u00f6ln", "Bonn")),
        ("a.csv", 'Paris,FR\n"Washington, DC",US\n,\n', ("Paris", "Washington, DC")),
    ],
)
def test_terms_are_read_from_a_file(
    tmp_path: Path, name: str, content: str, terms: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(content, "utf-8", newline="")
    assert listed(str(tmp_path / name)).terms == terms


def test_its_data_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cities.txt").write_text("Paris\n")
    gazetteer = listed("cities.txt")
    assert gazetteer.code() == 'listed("cities.txt")'
    Path("cities.txt").unlink()
    assert condition_from(json.loads(json.dumps(gazetteer.data))) == gazetteer


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xff"])
def test_a_file_without_terms_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(FunctionError, match="a term a line"):
        listed(str(path))
    with pytest.raises(FunctionError, match="cannot be read"):
        listed(str(tmp_path / "none.txt"))
