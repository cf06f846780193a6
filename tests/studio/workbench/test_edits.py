"""What is run to try what is typed."""

from __future__ import annotations

import ast

from curation.types import FunctionInfo
from studio.workbench.edits import Subject, to_try

FILE = '''"""Rules."""
from labeling_functions import keywords

WORDS = ["open"]
asks = keywords("asks", "hours", WORDS)


@labeling_function
def shouts(x):
    return "angry" if x.text.isupper() else None
'''


def _info(name: str, line: int, source: str) -> FunctionInfo:
    return FunctionInfo(
        name=name, fingerprint="f", family="python", file="a.py", line=line, source=source
    )


ASKS = _info("asks", 5, 'asks = keywords("asks", "hours", WORDS)')
SHOUTS = _info("shouts", 8, "\n".join(FILE.split("\n")[7:10]))


def test_a_new_function_may_use_what_its_file_has_but_the_others_do_not_run() -> None:
    tried = to_try(Subject("a.py", "", 0), "late = 1", FILE, (ASKS, SHOUTS))
    lines = tried.code.split("\n")
    assert 'WORDS = ["open"]' in lines
    assert not any("keywords(" in line or "def shouts" in line for line in lines)
    assert lines[tried.offset] == "late = 1"


def test_an_edited_function_stands_where_it_stood() -> None:
    typed = "@labeling_function\ndef shouts(x):\n    return 1\n"
    tried = to_try(Subject("a.py", SHOUTS.source, 8, "shouts"), typed, FILE, (ASKS, SHOUTS))
    lines = tried.code.split("\n")
    assert lines[tried.offset : tried.offset + 2] == ["@labeling_function", "def shouts(x):"]
    assert "keywords(" not in tried.code
    assert tried.line_in_editor(tried.offset + 3) == 3


def test_a_function_that_moved_is_not_commented_out_by_its_old_lines() -> None:
    moved = ASKS.model_copy(update={"line": 2})
    tried = to_try(Subject("a.py", "", 0), "late = 1", FILE, (moved,))
    assert "from labeling_functions import keywords" in tried.code
    ast.parse(tried.code)


def test_lines_keep_their_numbers_where_nothing_or_an_empty_line_comes_first() -> None:
    for text in ("", "\n\nx = 1\n"):
        tried = to_try(Subject("a.py", "", 0), "late = 1", text)
        assert tried.code.strip() == tried.code  # what is written is stripped
        assert tried.code.split("\n")[tried.offset] == "late = 1"


def test_a_whole_file_is_tried_as_it_is() -> None:
    assert to_try(Subject("a.py", FILE), "x = 1", FILE, (ASKS,)).code == "x = 1"
