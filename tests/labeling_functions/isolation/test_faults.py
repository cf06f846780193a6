from __future__ import annotations

from pathlib import Path

from labeling_functions.isolation.faults import (
    OURS,
    Dump,
    in_one_line,
    path_of,
    user_place,
    user_traceback,
)


def raised(code: str, file: str) -> BaseException:
    try:
        exec(compile(code, file, "exec"), {})  # noqa: S102 - as a user's file is run
    except BaseException as error:  # noqa: BLE001 - what the code raises
        return error
    raise AssertionError


def test_an_error_is_placed_at_the_last_line_of_the_users_own() -> None:
    error = raised("import json\n\njson.loads('{')", "/project/mine.py")
    assert user_place(error, Path("/project")) == ("mine.py", 3)
    assert user_place(error, Path("/other")) == ("", None)
    trace = user_traceback(error, Path("/project"))
    assert trace.startswith('Traceback (most recent call last):\n  File "mine.py", line 3')
    assert trace.endswith("JSONDecodeError: Expecting property name enclosed in double quotes: "
                          "line 1 column 2 (char 1)\n")  # fmt: skip


def test_errors_that_came_about_alike_are_of_one_path() -> None:
    code = "\n".join(["def f(n):", "    return n()", "f(int) if {} else f(lambda: 1 / 0)"])
    one, same = (raised(code.format(0), "/project/a.py") for _ in range(2))
    assert path_of(one)[0] is ZeroDivisionError
    assert [line for _, line in path_of(one)[1]] == [line for _, line in path_of(same)[1]]


def test_a_message_of_megabytes_is_cut_and_says_so() -> None:
    message = in_one_line(ValueError("x" * 5_000_000))
    assert len(message) < 600
    assert message.endswith("... (5,000,012 characters)")


DUMP = f"""Fatal Python error: Segmentation fault

Current thread 0x00007f (most recent call first):
  File "/usr/lib/ctypes/__init__.py", line 519 in string_at
  File "/project/mine.py", line 7 in helper
  File "/project/mine.py", line 12 in crashes
  File "{OURS}asking.py", line 99 in _ask
  File "<frozen runpy>", line 198 in _run_module_as_main
"""


def test_a_dump_shows_the_users_frames_and_those_they_called() -> None:
    dump = Dump("Stack (most recent call first):\n  File \"/project/old.py\", line 1 in f\n" + DUMP,
                "/project")  # fmt: skip
    assert dump.line == 7
    assert dump.traceback == (
        '  File "mine.py", line 12, in crashes\n'
        '  File "mine.py", line 7, in helper\n'
        '  File "/usr/lib/ctypes/__init__.py", line 519, in string_at\n'
    )


def test_a_dump_without_the_users_frames_shows_nothing() -> None:
    for text in ("", DUMP.replace("/project", "/other"), "garbage"):
        assert (Dump(text, "/project").line, Dump(text, "/project").traceback) == (None, "")
