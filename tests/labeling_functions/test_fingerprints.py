from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from labeling_functions.fingerprints import Dependencies, imported, written

CODE = """
import re
from helpers import shout
import unused

WORDS = ["open"]
WORDS.append("close")
OTHER = ["late"]
CITIES = "cities.txt"

def has(words, x):
    return any(word in x.text for word in words)

@labeling_function
def hours(x):
    return "hours" if has(WORDS, x) else None

@labeling_function
def late(x):
    return "late" if has(OTHER, x) or shout(x) else None

@labeling_function
def city(x):
    return "city" if x.text in open(CITIES).read() else None

if __name__ == "__main__":
    print(hours, late)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "helpers.py").write_text("from deeper import x\ndef shout(x): return False\n")
    (tmp_path / "deeper.py").write_text("x = 1\n")
    (tmp_path / "unused.py").write_text("x = 1\n")
    (tmp_path / "cities.txt").write_text("Oslo\n")
    return tmp_path


def fingerprints(
    folder: Path, code: str = CODE, labels: tuple[str, ...] = ("a",)
) -> dict[str, str]:
    dependencies = Dependencies(ast.parse(dedent(code)), folder)
    names = ("hours", "late", "city")
    return {name: dependencies.fingerprint(name, name, labels) for name in names}


def changed(folder: Path, code: str, labels: tuple[str, ...] = ("a",)) -> set[str]:
    before, after = fingerprints(folder), fingerprints(folder, code, labels)
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ('"hours" if', '"times" if', {"hours"}),
        ('WORDS = ["open"]', 'WORDS = ["opened"]', {"hours"}),
        ('append("close")', 'append("closing")', {"hours"}),
        ('OTHER = ["late"]', 'OTHER = ["tardy"]', {"late"}),
        ("word in x.text for", "word in x.text.lower() for", {"hours", "late"}),
        ("print(hours, late)", "print(late)", set()),
        ("import re\n", "import re\nimport os\n", set()),
        ("    return any", "    # a comment\n\n    return  any", set()),
        ("@labeling_function\ndef late", "@labeling_function(name='l')\ndef late", {"late"}),
    ],
)
def test_an_edit_changes_exactly_the_functions_that_depend_on_it(
    folder: Path, old: str, new: str, names: set[str]
) -> None:
    assert old in CODE
    assert changed(folder, CODE.replace(old, new)) == names


def test_the_labels_are_part_of_every_fingerprint(folder: Path) -> None:
    assert changed(folder, CODE, ("a", "b")) == {"hours", "late", "city"}


@pytest.mark.parametrize(
    ("file", "content", "names"),
    [
        ("helpers.py", "from deeper import x\ndef shout(x): return True\n", {"late"}),
        ("helpers.py", "# comment\nfrom deeper import x\ndef shout(x):  return False\n", set()),
        ("deeper.py", "x = 2\n", {"late"}),
        ("unused.py", "x = 2\n", set()),
        ("cities.txt", "Bergen\n", {"city"}),
    ],
)
def test_files_beside_it_count_where_they_are_used(
    folder: Path, file: str, content: str, names: set[str]
) -> None:
    before = fingerprints(folder)
    (folder / file).write_text(content)
    after = fingerprints(folder)
    assert {name for name in before if before[name] != after[name]} == names


def test_a_star_import_of_a_sibling_counts_for_all(folder: Path) -> None:
    code = "from helpers import *\n" + CODE
    before = fingerprints(folder, code)
    (folder / "helpers.py").write_text("def shout(x): return None\n")
    after = fingerprints(folder, code)
    assert all(before[name] != after[name] for name in before)


def test_a_function_no_statement_binds_depends_on_the_whole_file(folder: Path) -> None:
    one, other = (Dependencies(ast.parse(code), folder) for code in ("a = 1", "a = 2"))
    assert one.fingerprint("f", None, ()) != other.fingerprint("f", None, ())


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def f(): a = 1", {"f"}),
        ("import a.b, c as d", {"a", "d"}),
        ("a.b[0].c = 1", {"a"}),
        ("for a in b: c = a", {"a", "c"}),
        ("try:\n import x\nexcept ImportError:\n x = None", {"x"}),
        ("print(a)", set()),
        ("a, (b, *c) = d", {"a", "b", "c"}),
        ("a.b().sort()", {"a"}),
        ("del a", {"a"}),
    ],
)
def test_written_names_what_a_statement_binds_or_changes(code: str, names: set[str]) -> None:
    assert written(ast.parse(code).body[0]) == names


def test_siblings_that_import_one_another_end(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import b")
    (tmp_path / "b.py").write_text("import a\nimport c")
    (tmp_path / "c.py").write_text("not python at all")
    found = imported(ast.parse("import a"), tmp_path)
    assert {file.name for file in found} == {"a.py", "b.py", "c.py"}


def test_a_sibling_package_counts_with_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "lexicon" / "deep").mkdir(parents=True)
    for file in ("__init__.py", "deep/words.py"):
        (tmp_path / "lexicon" / file).write_text("")
    assert len(imported(ast.parse("from lexicon.deep import words"), tmp_path)) == 2
