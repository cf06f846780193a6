"""The process that searches with `re` and can be stopped; it needs nothing but Python itself.

It reads one JSON request a line and answers each with a line: what is found, text for text, or
the place of the text that took too long.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from types import FrameType
from typing import Any, NoReturn


def main() -> None:
    """Answer requests until there are no more."""
    signal.signal(signal.SIGALRM, _late)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    look = _spans if request["spans"] else _found
    found: list[Any] = []
    try:
        pattern = _in_time(request["seconds"], re.compile, request["regex"], request["flags"])
        # One at a time, so that `found` says how far it came.
        found.extend(_in_time(request["seconds"], look, pattern, text) for text in request["texts"])
    except TimeoutError:
        return {"late": len(found)}
    return {"found": found}


def _in_time(seconds: float, call: Any, *arguments: Any) -> Any:  # noqa: ANN401
    # `re` looks for signals while it searches, so an alarm stops even a search without end.
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return call(*arguments)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _found(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.search(text) is not None


def _spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text) if match.end() > match.start()]


def _late(_number: int, _frame: FrameType | None) -> NoReturn:
    raise TimeoutError


if __name__ == "__main__":
    main()
