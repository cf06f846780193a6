"""What went wrong in user code, told by its own lines."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from curation.exceptions import TunesmithError

OURS = f"{Path(__file__).parents[1]}/"
LONGEST = 500
"""Characters of an error's message that are shown."""
DUMPED = re.compile(r'^  File "(.+)", line (\d+) in (.+)$', re.MULTILINE)
"""A frame as `faulthandler` writes it."""


def in_one_line(error: BaseException) -> str:
    """Return an error's type and message on one line; our own errors speak for themselves."""
    try:
        said = str(error)
    except BaseException as worse:  # noqa: BLE001 - an error of the user's may fail to say itself
        said = f"its message cannot be read: {type(worse).__name__}"
    message = said if isinstance(error, TunesmithError) else f"{type(error).__name__}: {said}"
    if len(message) > LONGEST:
        message = f"{message[:LONGEST]}... ({len(message):,} characters)"
    return " ".join(message.removesuffix(": ").split())


def path_of(error: BaseException) -> tuple[type, tuple[tuple[CodeType, int], ...]]:
    """Return what tells apart the ways an error came about; cheap, where a traceback is not."""
    frames = traceback.walk_tb(error.__traceback__)
    return type(error), tuple((frame.f_code, line) for frame, line in frames)


def user_place(error: BaseException, folder: Path) -> tuple[str, int | None]:
    """Return the last file and line of the user's own that the error passed through."""
    places = [
        (frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno or 0))
    own = [(name, line) for name, line in places if name.startswith(f"{folder}/")]
    return (own[-1][0].removeprefix(f"{folder}/"), own[-1][1]) if own else ("", None)


def user_traceback(error: BaseException, folder: Path) -> str:
    """Return the traceback from the user's first frame on, without Tunesmith's own frames."""
    report = traceback.TracebackException.from_exception(error)
    cause: traceback.TracebackException | None = report
    while cause:
        cause.stack[:] = [frame for frame in cause.stack if not frame.filename.startswith(OURS)]
        cause = cause.__cause__ or cause.__context__
    own = [frame.filename.startswith(f"{folder}/") for frame in report.stack]
    del report.stack[: own.index(True) if True in own else len(own)]
    text = "".join(report.format()).replace(f"{folder}/", "")
    return text if len(text) <= 20 * LONGEST else f"{text[: 20 * LONGEST]}... ({len(text):,})"


@dataclass(frozen=True)
class Dump:
    """Where a process was, as `faulthandler` wrote it, its last call first."""

    text: str
    folder: str

    @property
    def line(self) -> int | None:
        """The line of the user's own that ran."""
        own = [line for file, line, _ in self._frames() if self._is_own(file)]
        return own[-1] if own else None

    @property
    def traceback(self) -> str:
        """The user's frames, as Python shows them: the last call last."""
        frames = [frame for frame in self._frames() if not frame[0].startswith(OURS)]
        while frames and not self._is_own(frames[0][0]):
            del frames[0]
        lines = (f'  File "{file}", line {line}, in {name}\n' for file, line, name in frames)
        return "".join(lines).replace(f"{self.folder}/", "")

    def _is_own(self, file: str) -> bool:
        return file.startswith(f"{self.folder}/")

    def _frames(self) -> list[tuple[str, int, str]]:
        """Return file, line and function of the last dump's frames, outermost first."""
        last = re.split(r"\(most recent call first\):$", self.text, flags=re.MULTILINE)[-1]
        found = DUMPED.findall(last)
        return [(file, int(line), name) for file, line, name in reversed(found)]
