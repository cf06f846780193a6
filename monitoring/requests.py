"""Read the log of what the live model was asked and what it answered."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from curation.exceptions import ImportFailedError
from curation.types import Request, fingerprint


class _Line(BaseModel):
    """A line of the log, before its defaults are filled in."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    id: str = ""
    at: str
    input: str = Field(min_length=1)
    answer: str
    confidence: float | None = None
    run: str = ""
    feedback: str | None = ""


def read_requests(path: Path) -> tuple[Request, ...]:
    """Return the requests of a JSON lines log, in its order.

    A line holds `at` (ISO 8601; UTC unless it says otherwise), `input` and `answer`, and may hold
    `id`, `confidence` (0 to 1), `run` and `feedback` (liked, disliked). Without an id, a request
    is known by the hash of its line.

    Raises
    ------
    ImportFailedError
        When the file or any line cannot be read, or an id comes twice; then nothing is read.
    """
    requests, rejected = [], []
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            requests.append((number, _request(line)))
        except ValueError as error:
            rejected.append((number, _reason(error)))
    rejected += _repeated(requests)
    if rejected:
        raise _refusal(path, sorted(rejected))
    return tuple(request for _, request in requests)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = f"The log cannot be read: {error}."
        remedy = "Give a UTF-8 file of JSON lines."
        raise ImportFailedError(what, where=str(path), remedy=remedy) from error


def _request(line: str) -> Request:
    read = _Line.model_validate(json.loads(line, parse_constant=_no_number))
    return Request(
        id=read.id or fingerprint(line.strip()),
        at=_moment(read.at),
        input=read.input,
        answer=read.answer,
        confidence=read.confidence,
        run=read.run,
        feedback=read.feedback or "",
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        return f"{field}: {first['msg']}" if field else str(first["msg"])
    return str(error)


def _repeated(requests: list[tuple[int, Request]]) -> list[tuple[int, str]]:
    counts = Counter(request.id for _, request in requests)
    return [
        (number, f"the id {request.id} comes {counts[request.id]} times")
        for number, request in requests
        if counts[request.id] > 1
    ]


def _refusal(path: Path, rejected: list[tuple[int, str]]) -> ImportFailedError:
    number, reason = rejected[0]
    return ImportFailedError(
        f"{len(rejected)} lines cannot be read, the first being line {number}: {reason}.",
        where=str(path),
        remedy="Mend these lines and read the file again; nothing was imported.",
        rejected=tuple(rejected),
    )
