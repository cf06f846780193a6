"""Search texts with Python's own `re`, where a search that never ends harms nobody."""

from __future__ import annotations

import atexit
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from curation.exceptions import FunctionError
from curation.types import JsonObject
from labeling_functions.conditions.translation import tame

SECONDS = 1.0
"""Wall-clock limit for one text: a thousand times what a sensible pattern takes."""


def found(pattern: re.Pattern[str], texts: Sequence[str]) -> list[bool]:
    """Return whether a pattern is found, text for text.

    Raises
    ------
    FunctionError
        It took longer than `SECONDS` on some text.
    """
    if tame(pattern.pattern, pattern.flags):
        return [pattern.search(text) is not None for text in texts]
    return _SEARCHER.ask(pattern, texts, spans=False)


def spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """Return where a pattern is found in a text; nothing where that takes too long to say."""
    if tame(pattern.pattern, pattern.flags):
        return [match.span() for match in pattern.finditer(text) if match.end() > match.start()]
    try:
        (places,) = _SEARCHER.ask(pattern, [text], spans=True)
    except FunctionError:  # the votes say that the pattern is too slow
        return []
    return [(start, end) for start, end in places]


class _Searcher:
    """A process that searches, started when first needed and again when it ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()

    def ask(self, pattern: re.Pattern[str], texts: Sequence[str], *, spans: bool) -> list[Any]:
        request = {"regex": pattern.pattern, "flags": pattern.flags, "texts": list(texts)}
        with self._lock:
            answer = self._answer({**request, "spans": spans, "seconds": SECONDS})
        if "late" in answer:
            raise FunctionError(
                f"The pattern {pattern.pattern!r} takes longer than {SECONDS:g} s on"
                f" {texts[answer['late']][:80]!r}.",
                remedy="Write it with fewer repetitions inside repetitions.",
            )
        found: list[Any] = answer["found"]
        return found

    def _answer(self, request: JsonObject) -> JsonObject:
        process = self._running()
        try:
            assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - pipes
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            answer: JsonObject = json.loads(process.stdout.readline())
        except BaseException:  # an interrupt too: the next answer read would be this one's
            self.close()
            raise
        return answer

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(Path(__file__).with_name("searcher.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        return self._process

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process:
            process.kill()
            process.communicate()


_SEARCHER = _Searcher()
atexit.register(_SEARCHER.close)
