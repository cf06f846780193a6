"""What the editor is open on: a new function, one there is, or a whole file; and code to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import labeling_functions
from curation.types import FunctionInfo

NEW_FILE = "functions.py"


@dataclass(frozen=True)
class Subject:
    """What the editor is open on.

    Attributes
    ----------
    file : str
        The functions file it is, or will be, in.
    code : str
        The saved text; for a new function what to start from.
    line : int
        Where the text begins in the file, counted from 1; 0 for a new function.
    name : str
        The function; empty for a new one and for a whole file.
    """

    file: str
    code: str
    line: int = 1
    name: str = ""

    @property
    def is_new(self) -> bool:
        """Whether there is nothing of it in the file yet."""
        return self.line == 0


@dataclass(frozen=True)
class Tried:
    """Code to try, and the line before the subject's first in it."""

    code: str
    offset: int

    def line_in_editor(self, line: int) -> int:
        """Return the editor's line for a line of the code."""
        return line - self.offset


def to_try(
    subject: Subject, typed: str, text: str, functions: Sequence[FunctionInfo] = ()
) -> Tried:
    r"""Return what to run to try what is typed: its file, without the file's other functions.

    They are commented out rather than left out, so that lines keep their numbers.

    Parameters
    ----------
    subject : Subject
    typed : str
        What stands in the editor.
    text : str
        The file as it is saved; empty where there is none.
    functions : sequence of FunctionInfo
        The functions the file declares.

    Examples
    --------
    >>> to_try(Subject("a.py", "", 0), "b = 2", "a = 1\n").offset
    3
    """
    if not subject.is_new and not subject.name:
        return Tried(typed, 0)
    lines = text.split("\n") if text else []
    others = [f for f in functions if f.file == subject.file and f.name != subject.name]
    for function in others:
        _comment_out(lines, function)
    if lines and not lines[0].strip():
        lines[0] = "#"  # what begins with empty lines is written without them
    if subject.is_new:
        return Tried("\n".join([*lines, _IMPORTS, typed]), len(lines) + 1)
    first = subject.line - 1
    last = first + subject.code.count("\n") + 1
    whole = [*lines[:first], _IMPORTS, typed, *lines[last:]]
    return Tried("\n".join(whole), first + 1)


def _comment_out(lines: list[str], function: FunctionInfo) -> None:
    """Replace a function's lines, unless it is the whole file or shares a line with others."""
    first = function.line - 1
    last = first + function.source.count("\n") + 1
    if lines[first:last] == function.source.split("\n") and last - first < len(lines):
        lines[first:last] = ["#"] * (last - first)


_IMPORTS = f"from labeling_functions import {', '.join(labeling_functions.__all__)}"
