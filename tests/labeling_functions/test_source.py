from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import labeling_functions
from curation.exceptions import FunctionError
from labeling_functions.conditions import Condition
from labeling_functions.function import LabelingFunction, Not
from labeling_functions.rows import Row
from labeling_functions.source import (
    identifier,
    read_file,
    remove_function,
    render,
    render_python,
    replace_function,
    write_function,
)
from labeling_functions.voting import Voter
from tests.labeling_functions.conditions.made import CONDITIONS

ANY = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)


def declared(code: str) -> LabelingFunction:
    exec(code, vars(labeling_functions).copy(), names := {})  # noqa: S102 - our own rendering
    (function,) = names.values()
    assert isinstance(function, LabelingFunction)
    return function


@given(ANY, ANY, st.lists(ANY.filter(str.strip), min_size=1, max_size=3), st.booleans())
def test_rendered_keywords_are_the_function_that_was_asked_for(
    name: str, label: str, words: list[str], against: bool
) -> None:
    function = declared(render("keywords", name, Not(label) if against else label, words=words))
    assert (function.name, function.label, function.against) == (identifier(name), label, against)
    assert (
        function.data
        == labeling_functions.keywords(
            identifier(name), Not(label) if against else label, words
        ).data
    )


@given(ANY, st.text(st.sampled_from("ab\\d\"'\n{}."), max_size=8))
def test_a_rendered_pattern_keeps_the_expression(label: str, regex: str) -> None:
    call = ast.parse(render("pattern", "p", label, regex=regex)).body[0].value  # type: ignore[attr-defined]
    assert [argument.value for argument in call.args] == ["p", label, regex]


@given(CONDITIONS, st.none() | CONDITIONS)
def test_any_condition_and_scope_can_be_rendered(
    condition: Condition, scope: Condition | None
) -> None:
    function = declared(render("when", "w", "spam", condition=condition, scope=scope))
    assert function.data == labeling_functions.when("w", "spam", condition, scope=scope).data


@given(
    ANY,
    st.dictionaries(
        st.text("abc def", min_size=1).filter(str.strip), st.none() | ANY | ANY.map(Not), min_size=1
    ).filter(lambda answers: any(answers.values())),
)
def test_rendered_replies_stand_for_what_they_stood_for(
    prompt: str, answers: dict[str, str | Not | None]
) -> None:
    assume(len({" ".join(reply.split()) for reply in answers}) == len(answers))
    asked = {"prompt": prompt + "{text}", "answers": answers}
    function = declared(render("prompted", "p", "", **asked))
    assert function.data == labeling_functions.prompted("p", **asked).data  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("family", "parameters", "code"),
    [
        ("gazetteer", {"file": "cities.txt"}, 'f = gazetteer("f", "x", "cities.txt")'),
        ("lengths", {"at_most": 3, "unit": "words"}, 'f = lengths("f", "x", at_most=3)'),
        ("punctuation", {"signs": "!", "share": True}, 'f = marks("f", "x", "!", share=True)'),
        ("metadata", {"column": "a", "values": ["b"]}, 'f = fields("f", "x", "a", "b")'),
    ],
)
def test_every_family_is_rendered_without_its_defaults(
    family: str, parameters: dict[str, object], code: str
) -> None:
    assert render(family, "f", "x", **parameters) == f"{code}\n"


def test_a_long_line_is_broken() -> None:
    words = [f"word{n}" for n in range(30)]
    code = render("keywords", "long", "spam", words=words)
    assert code.startswith('long = keywords(\n    "long",\n')
    assert declared(code).data == labeling_functions.keywords("long", "spam", words).data


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
    path = write_function(folder, render("keywords", "a", "spam", words=["x"]))
    assert path.read_text() == (
        'from labeling_functions import keywords\n\n\na = keywords("a", "spam", ["x"])\n'
    )
    assert [function.name for function in voter.describe(folder, ("spam",)).functions] == ["a"]


def test_a_function_is_appended_and_its_import_goes_with_the_others(tmp_path: Path) -> None:
    path = tmp_path / "functions.py"
    path.write_text('"""Mine."""\n\nimport re\n\nx = re  # keep\n')
    write_function(tmp_path, render("pattern", "p", "spam", regex=r"\d"))
    write_function(tmp_path, render("pattern", "q", "spam", regex=r"\w"))
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
    write_function(tmp_path, render("keywords", "a", "spam", words=["x"]))
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


FILE = '''"""Mine."""  # and nobody else's
from labeling_functions import keywords, labeling_function

WORDS = ["x",   "y"]  # not formatted


# About a.
a = keywords("a", "spam", WORDS)  # fmt: skip
b = keywords("é b", "spam", ["é"]); c = keywords("c", "spam", ["c"])

@labeling_function(name="shouts")
@ (lambda f: f)
def other(x):
    return "spam"


last = keywords(
    "last", "spam",
    ["z"],
)'''


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("a", 'a = keywords("a", "spam", WORDS)'),
        ("é b", 'b = keywords("é b", "spam", ["é"])'),
        ("c", 'c = keywords("c", "spam", ["c"])'),
        ("shouts", FILE[FILE.index("@labeling") : FILE.index("\n\n\nlast")]),
        ("last", FILE[FILE.index("last =") :]),
    ],
)
def test_a_function_is_replaced_and_all_else_stays(
    tmp_path: Path, name: str, old: str, end: str
) -> None:
    path = tmp_path / "functions.py"
    path.write_bytes(FILE.replace("\n", end).encode())
    replace_function(tmp_path, name, 'new = keywords("new", "ham",\n  ["n"])')
    after = FILE.replace(old, 'new = keywords("new", "ham",\n  ["n"])')
    assert path.read_bytes() == after.replace("\n", end).encode()


def test_a_replacement_brings_the_imports_it_needs(tmp_path: Path) -> None:
    (tmp_path / "functions.py").write_text(FILE, "utf-8")
    replace_function(tmp_path, "last", render("pattern", "last", "spam", regex="z"))
    text = (tmp_path / "functions.py").read_text("utf-8")
    assert "labeling_function\nfrom labeling_functions import pattern\n\nWORDS" in text


def test_the_statement_that_names_a_function_counts_not_the_variable(tmp_path: Path) -> None:
    text = 'from labeling_functions import keywords\na = 1\nx = keywords("a", "b", ["c"])\n'
    (tmp_path / "functions.py").write_text(text)
    replace_function(tmp_path, "a", 'x = keywords("a", "b", ["d"])')
    assert (tmp_path / "functions.py").read_text() == text.replace('"c"', '"d"')


@pytest.mark.parametrize(
    ("name", "code", "error"),
    [
        ("nobody", "x = 1", "No statement of its own declares 'nobody'"),
        ("a", "x = (", "does not compile"),
        ("a", 'c = keywords("c", "spam", ["x"])', "c is declared already"),
    ],
)
def test_a_refused_replacement_changes_nothing(
    tmp_path: Path, name: str, code: str, error: str
) -> None:
    (tmp_path / "functions.py").write_text(FILE, "utf-8")
    with pytest.raises(FunctionError, match=error):
        replace_function(tmp_path, name, code)
    assert (tmp_path / "functions.py").read_text("utf-8") == FILE


def test_functions_are_removed_and_comments_stay(tmp_path: Path) -> None:
    (tmp_path / "functions.py").write_text(FILE, "utf-8")
    for name in ("a", "shouts", "é b", "last"):
        remove_function(tmp_path, name)
    assert (
        (tmp_path / "functions.py").read_text("utf-8")
        == '''"""Mine."""  # and nobody else's
from labeling_functions import keywords, labeling_function

WORDS = ["x",   "y"]  # not formatted


# About a.
pass; c = keywords("c", "spam", ["c"])

'''
    )


def test_a_file_with_a_byte_order_mark_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "functions.py"
    path.write_bytes(b"\xef\xbb\xbfa = keywords('a', 'b', ['c'])\n")
    replace_function(
        tmp_path, "a", "from labeling_functions import keywords\na = keywords('a', 'b', ['d'])"
    )
    assert path.read_bytes() == (
        b"\xef\xbb\xbffrom labeling_functions import keywords\na = keywords('a', 'b', ['d'])\n"
    )
