from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import FunctionError
from labeling_functions import keywords, labeling_function, pattern
from labeling_functions.function import LabelingFunction
from labeling_functions.rows import Row
from labeling_functions.source import (
    identifier,
    read_file,
    render_keywords,
    render_pattern,
    render_python,
    write_function,
)
from labeling_functions.voting import Voter

ANY = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)


def declared(code: str) -> LabelingFunction:
    namespace = {"keywords": keywords, "pattern": pattern, "labeling_function": labeling_function}
    exec(code, {**namespace, "ABSTAIN": -1}, names := {})  # noqa: S102 - our own rendering
    (function,) = names.values()
    assert isinstance(function, LabelingFunction)
    return function


@given(ANY, ANY, st.lists(ANY.filter(str.strip), min_size=1, max_size=3))
def test_rendered_keywords_are_the_function_that_was_asked_for(
    name: str, label: str, words: list[str]
) -> None:
    function = declared(render_keywords(name, label, words))
    assert (function.name, function.label) == (identifier(name), label)
    assert all(function(Row(text=word)) == label for word in words if word.split() == [word])


@given(ANY, ANY, st.text(st.sampled_from("ab\\d\"'\n{}."), max_size=8))
def test_a_rendered_pattern_keeps_the_expression(name: str, label: str, regex: str) -> None:
    call = ast.parse(render_pattern(name, label, regex)).body[0].value  # type: ignore[attr-defined]
    assert [argument.value for argument in call.args] == [identifier(name), label, regex]


@given(ANY, ANY, ANY)
def test_a_rendered_starter_runs_whatever_the_hint(name: str, label: str, hint: str) -> None:
    function = declared(render_python(name, label, hint))
    assert function(Row(text="A WORD")) == label
    assert function(Row(text="")) == -1


@given(ANY)
def test_an_identifier_is_one(name: str) -> None:
    assert identifier(name).isidentifier()


def test_a_first_function_makes_a_file_that_votes(voter: Voter, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    path = write_function(folder, render_keywords("a", "spam", ["x"]))
    assert path.read_text() == (
        'from labeling_functions import keywords\n\n\na = keywords("a", "spam", ["x"])\n'
    )
    assert [function.name for function in voter.describe(folder, ("spam",)).functions] == ["a"]


def test_a_function_is_appended_and_its_import_goes_with_the_others(tmp_path: Path) -> None:
    path = tmp_path / "functions.py"
    path.write_text('"""Mine."""\n\nimport re\n\nx = re  # keep\n')
    write_function(tmp_path, render_pattern("p", "spam", r"\d"))
    write_function(tmp_path, render_pattern("q", "spam", r"\w"))
    assert path.read_text() == (
        '"""Mine."""\n\nimport re\nfrom labeling_functions import pattern\n\nx = re  # keep\n\n\n'
        'p = pattern("p", "spam", r"\\d")\n\n\nq = pattern("q", "spam", r"\\w")\n'
    )


def test_code_that_brings_its_own_import_gets_no_second(tmp_path: Path) -> None:
    code = "from labeling_functions import keywords\n\na = keywords('a', 'b', ['c'])\n"
    assert write_function(tmp_path, code).read_text() == code


@pytest.mark.parametrize(
    ("before", "code", "filename", "error"),
    [
        ("", "def f(:", "functions.py", "does not compile"),
        ("def f(:", "x = 1", "functions.py", "does not compile"),
        ("f = 1\n", "def f(x): return 1", "functions.py", "f is declared already"),
        ("", "x = 1", "../functions.py", "is no file name"),
        ("", "x = 1", "functions.txt", "is no file name"),
    ],
)
def test_a_refusal_writes_nothing(
    tmp_path: Path, before: str, code: str, filename: str, error: str
) -> None:
    (tmp_path / "functions.py").write_text(before)
    with pytest.raises(FunctionError, match=error):
        write_function(tmp_path, code, filename)
    assert [path.read_text() for path in tmp_path.iterdir()] == [before]


def test_a_text_with_a_line_separator_of_its_own_stays_as_it_is(tmp_path: Path) -> None:
    before = 'SEPARATORS = """one\u2028two\x0cthree\x85four"""\nimport re\n'
    (tmp_path / "functions.py").write_text(before, "utf-8")
    write_function(tmp_path, render_keywords("a", "spam", ["x"]))
    after = (tmp_path / "functions.py").read_text("utf-8")
    assert before.splitlines()[0] in after
    assert "one\u2028two\x0cthree\x85four" in after


def test_a_file_that_is_not_utf8_is_refused_in_words_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "functions.py"
    path.write_bytes(b"# \xe9\n")
    with pytest.raises(FunctionError, match="as UTF-8"):
        read_file(tmp_path, "functions.py")
    with pytest.raises(FunctionError, match="as UTF-8"):
        write_function(tmp_path, "x = 1")
    assert path.read_bytes() == b"# \xe9\n"
