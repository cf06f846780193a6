"""What models wrote, kept on disk by model and prompt, so that nothing is asked twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from curation.types import JsonObject, fingerprint


class Replies:
    """A model's replies to the prompts made from one template.

    A line is added as each reply comes in: an interrupted round of asking keeps what it got.

    Parameters
    ----------
    folder : Path
    source : str
        Who answers: an address and a model, or a local model. No key or password.
    template : str
        The prompt before the text is put in.
    """

    def __init__(self, folder: Path, source: str, template: str) -> None:
        self.path = folder / f"{fingerprint(source, template)}.jsonl"

    def __len__(self) -> int:
        return len(self._kept())

    def get(self, prompts: Sequence[str]) -> list[str | None]:
        """Return the replies to prompts, None where there is none yet."""
        kept = self._kept()
        return [kept.get(fingerprint(prompt)) for prompt in prompts]

    def add(self, prompt: str, reply: str) -> None:
        """Keep a reply."""
        line = json.dumps({"prompt": fingerprint(prompt), "reply": reply}, ensure_ascii=False)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # One write at the file's end: two processes that ask at once do not mix their lines. The
        # empty line ends one that a crash cut short.
        with self.path.open("ab", buffering=0) as file:
            file.write(b"\n" + line.encode("utf-8", "surrogatepass") + b"\n")

    def stamp(self) -> str:
        """Return a hash that changes with the replies there are."""
        try:
            return fingerprint(self.path.name, str(self.path.stat().st_size))
        except OSError:
            return fingerprint(self.path.name)

    def _kept(self) -> MappingProxyType[str, str]:
        try:
            stat = self.path.stat()
        except OSError:
            return MappingProxyType({})
        return _read(self.path, stat.st_size, stat.st_ino)


@lru_cache(maxsize=8)
def _read(path: Path, size: int, inode: int) -> MappingProxyType[str, str]:  # noqa: ARG001 - a key
    with path.open("rb") as file:
        lines = file.read(size).split(b"\n")
    records = filter(None, map(_record, lines))
    return MappingProxyType({record["prompt"]: record["reply"] for record in records})


def _record(line: bytes) -> JsonObject | None:
    try:
        record = json.loads(line)
        return record if isinstance(record["reply"], str) else None
    except (ValueError, TypeError, KeyError):  # empty, cut short by a crash, or not ours
        return None
