from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from curation.types import FunctionInfo
from labeling_functions.isolation.loading import UserFile

FILE = """
from labeling_functions import *

WORDS = ["open", "close"]
hours = keywords("hours", "a", WORDS)
places = gazetteer("places", not_("b"), "cities.txt", scope=length(at_most=9))

@labeling_function(scope=listed("cities.txt"))
def plain(x):
    return "a"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # as the voter's child does
    (tmp_path / "cities.txt").write_text("Paris\nNew York\n")
    return tmp_path


def described(folder: Path, code: str = FILE) -> dict[str, FunctionInfo]:
    # A name of its own each time, for a module is loaded once.
    path = folder / f"f{uuid4().hex}.py"
    path.write_text(code)
    file = UserFile(path)
    infos = [file.info(variable, f, ("a", "b")) for variable, f in file.functions()]
    return {info.name: info for info in infos}


def fingerprints(infos: dict[str, FunctionInfo]) -> dict[str, str]:
    return {name: info.fingerprint for name, info in infos.items()}


def test_functions_that_are_data_say_what_they_do(folder: Path) -> None:
    infos = described(folder)
    assert infos["plain"].rule is None
    assert infos["hours"].rule == {
        "family": "keywords",
        "vote": "a",
        "against": False,
        "scope": None,
        "when": {"kind": "words", "words": ["open", "close"]},
    }
    assert infos["places"].rule == {
        "family": "gazetteer",
        "vote": "b",
        "against": True,
        "scope": {"kind": "length", "at_most": 9},
        "when": {"kind": "gazetteer", "file": "cities.txt", "terms": ["Paris", "New York"]},
    }


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ('"close"]', '"shut"]', {"hours"}),
        ('["open", "close"]', '[\n    "open", "close"]  # both', set()),
        ("WORDS)", "WORDS, ignore_case=False)", {"hours"}),
        ("at_most=9", "at_most=8", {"places"}),
        ('not_("b")', '"b"', {"places"}),
        ('(scope=listed("cities.txt"))', "(scope=length(at_most=3))", {"plain"}),
        ('return "a"', 'return "b"', {"plain"}),
    ],
)
def test_a_fingerprint_changes_with_what_decides_votes(
    folder: Path, old: str, new: str, names: set[str]
) -> None:
    assert FILE.count(old) == 1
    before, after = (fingerprints(described(folder, c)) for c in (FILE, FILE.replace(old, new)))
    assert {name for name in before if before[name] != after[name]} == names


def test_fingerprints_cover_the_terms_of_a_gazetteer(folder: Path) -> None:
    before = fingerprints(described(folder))
    (folder / "cities.txt").write_text("Paris\nNew York\nBonn\n")
    after = fingerprints(described(folder))
    assert {name for name in before if before[name] != after[name]} == {"places", "plain"}
