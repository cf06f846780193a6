"""What models wrote, kept on disk by model and prompt, so that nothing is asked twice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from curation.types import JsonObject, fingerprint

BySource = Mapping[str, Mapping[str, str]]


class Replies:
    """The replies to the prompts of one `prompted` rule.

    A line is added as each reply comes in: an interrupted round of asking keeps what it got.

    Parameters
    ----------
    folder : Path
    rule : dict
        Its model and its prompt name the file; its labels may change without a new question.
    source : str
        Who is asked now, an address and a model: nobody else's replies count. Empty where no
        address is set: those of whoever was asked last count.
    """

    def __init__(self, folder: Path, rule: JsonObject, source: str = "") -> None:
        self.path = folder / f"{fingerprint(rule['model'], rule['prompt'])}.jsonl"
        kept = self._kept()
        self.source = source or next(reversed(list(kept)), "")

    def get(self, prompts: Sequence[str]) -> list[str | None]:
        """Return the replies to prompts, None where there is none yet."""
        kept = self._kept().get(self.source, {})
        return [kept.get(fingerprint(prompt)) for prompt in prompts]

    def add(self, prompt: str, reply: str) -> None:
        """Keep a reply."""
        record = {"from": self.source, "prompt": fingerprint(prompt), "reply": reply}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # One write at the file's end: two processes that ask at once do not mix their lines. The
        # empty line ends one that a crash cut short.
        with self.path.open("ab", buffering=0) as file:
            file.write(f"\n{json.dumps(record)}\n".encode())

    def stamp(self) -> str:
        """Return a hash that changes with the replies there are."""
        return fingerprint(self.path.stem, self.source, str(len(self._kept().get(self.source, {}))))

    def _kept(self) -> BySource:
        try:
            stat = self.path.stat()
        except OSError:  # nobody was asked yet
            return {}
        return _read(self.path, stat.st_size, stat.st_ino)


@lru_cache(maxsize=8)
def _read(path: Path, size: int, inode: int) -> BySource:  # noqa: ARG001 - another file, another key
    """Return the replies by source, whoever was asked last coming last, and by prompt."""
    with path.open("rb") as file:
        lines = file.read(size).split(b"\n")
    kept: dict[str, dict[str, str]] = {}
    for record in filter(None, map(_record, lines)):
        mine = kept.pop(record["from"], {})
        mine[record["prompt"]] = record["reply"]
        kept[record["from"]] = mine
    return MappingProxyType(kept)


def _record(line: bytes) -> JsonObject | None:
    try:
        record = json.loads(line)
        parts = (record["from"], record["prompt"], record["reply"])
    except (ValueError, TypeError, KeyError):  # empty, cut short by a crash, or not ours
        return None
    return record if all(isinstance(part, str) for part in parts) else None
