"""The examples: added once, never edited, read by split, by id or as they came."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from curation.tables.annotations import insert_annotation
from curation.tables.database import Database
from curation.types import Annotation, Example, ImportReport, Split, fingerprint

EXAMPLE_COLUMNS = "id, input, reference, source, line, family, split, metadata"
INSERT_EXAMPLE = f"INSERT INTO examples ({EXAMPLE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own constants
CHUNK = 500
"""Ids in one question: fewer than SQLite lets a statement have."""


class Examples(Database):
    """The table of examples."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._counted: tuple[int, dict[Split, int]] = (0, dict.fromkeys(Split, 0))

    def add_examples(
        self, examples: Iterable[Example], rejected: Sequence[tuple[int, str]] = ()
    ) -> ImportReport:
        """Keep new examples; those already there are left exactly as they are.

        The iterable is read inside the transaction: if it raises, nothing was added. `rejected`
        is passed on into the report and may still grow while the iterable is read.
        """
        counts: Counter[Split] = Counter()
        known, disagreeing = 0, []
        with self._writing() as db:
            for chunk in _chunks(examples):
                new, again = _told_apart(db, chunk)
                db.executemany(INSERT_EXAMPLE, map(_as_row, new))
                counts.update(example.split for example in new)
                known += len(again)
                disagreeing += [(e.line or 0, e.id) for e in again if not _keep_late_gold(db, e)]
        return ImportReport(
            added=counts.total(),
            known=known,
            rejected=tuple(rejected),
            disagreeing=tuple(disagreeing),
            by_split=dict(counts),
        )

    def examples(
        self,
        *,
        split: Split | None = None,
        ids: Sequence[str] | None = None,
        limit: int = -1,
        offset: int = 0,
    ) -> tuple[Example, ...]:
        """Return examples in the order they came, or in the order of `ids`."""
        if ids is not None:
            return self._examples_by_id(ids)
        where, values = ("WHERE split = ?", [split.value]) if split else ("", [])
        rows = self._rows(
            f"SELECT {EXAMPLE_COLUMNS} FROM examples {where} ORDER BY seq LIMIT ? OFFSET ?",  # noqa: S608 - our own constants
            [*values, limit, offset],
        )
        return tuple(_example(row) for row in rows)

    def _examples_by_id(self, ids: Sequence[str]) -> tuple[Example, ...]:
        found: dict[str, Example] = {}
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            marks = ", ".join("?" * len(chunk))
            query = f"SELECT {EXAMPLE_COLUMNS} FROM examples WHERE id IN ({marks})"  # noqa: S608
            found |= {row[0]: _example(row) for row in self._rows(query, chunk)}
        return tuple(found[id_] for id_ in ids if id_ in found)

    def count_examples(self) -> dict[Split, int]:
        """Return how many examples each split has.

        Examples only come, never go: those counted once are not counted again.
        """
        last, counts = self._counted
        new = "WHERE seq > ?" if last else ""  # without it an index answers, not the texts
        query = f"SELECT split, COUNT(*), MAX(seq) FROM examples {new} GROUP BY split"  # noqa: S608
        rows = self._rows(query, (last,) if last else ())
        counts = dict(counts)
        for split, count, seq in rows:
            counts[Split(split)] += count
            last = max(last, seq)
        if not self._db.in_transaction:  # what is being written may yet be taken back
            self._counted = (last, counts)
        return dict(counts)

    def last_example(self) -> tuple[int, str]:
        """Return the number and the id of the example that came last; 0 and "" without any."""
        rows = self._rows("SELECT seq, id FROM examples ORDER BY seq DESC LIMIT 1")
        return rows[0] if rows else (0, "")

    def example_at(self, seq: int) -> str | None:
        """Return the id of the example with this number, or None."""
        rows = self._rows("SELECT id FROM examples WHERE seq = ?", (seq,))
        return rows[0][0] if rows else None

    def examples_after(self, seq: int, limit: int) -> list[tuple[Any, ...]]:
        """Return the rows that came after one, as they are: `seq`, then `EXAMPLE_COLUMNS`.

        A million `Example`s are a gigabyte; whoever wants columns reads these.
        """
        query = f"SELECT seq, {EXAMPLE_COLUMNS} FROM examples WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
        return self._rows(query, (seq, limit))

    def references(self, split: Split) -> dict[str, str]:
        """Return, by example id, the gold answers that came with the examples of a split."""
        query = "SELECT id, reference FROM examples WHERE split = ? AND reference IS NOT NULL"
        return dict(self._rows(query, (split.value,)))


def _chunks(examples: Iterable[Example]) -> Iterator[list[Example]]:
    rest = iter(examples)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _told_apart(
    db: sqlite3.Connection, examples: Sequence[Example]
) -> tuple[list[Example], list[Example]]:
    """Return the examples that are new, each once, and those that were there or come again."""
    marks = ", ".join("?" * len(examples))
    query = f"SELECT id FROM examples WHERE id IN ({marks})"  # noqa: S608 - our own marks
    seen = {row[0] for row in db.execute(query, [example.id for example in examples])}
    new: list[Example] = []
    again: list[Example] = []
    for example in examples:
        (again if example.id in seen else new).append(example)
        seen.add(example.id)
    return new, again


def _as_row(example: Example) -> tuple[str | int | None, ...]:
    return (
        example.id,
        example.input,
        example.reference,
        example.source,
        example.line,
        example.group,
        example.split.value,
        json.dumps(example.metadata, ensure_ascii=False),
    )


def _keep_late_gold(db: sqlite3.Connection, example: Example) -> bool:
    """Keep the gold answer of an example already there; False if it contradicts the one kept.

    Examples are never edited: gold that comes with a later file is something that file said, and
    the first file to say something is the one that stands.
    """
    kept = _kept_gold(db, example.id)
    if example.reference is None or kept == example.reference:
        return True
    if kept is None:
        said = Annotation(
            uid=fingerprint("gold", example.id, example.reference),
            example_id=example.id,
            answer=example.reference,
            reviewer=example.source or "file",
            via="file",
        )
        insert_annotation(db, said)
    return kept is None


def _kept_gold(db: sqlite3.Connection, example_id: str) -> str | None:
    query = """SELECT COALESCE(reference, (
            SELECT json_extract(record, '$.answer') FROM annotations
            WHERE example_id = examples.id AND json_extract(record, '$.via') = 'file'
            ORDER BY seq LIMIT 1))
        FROM examples WHERE id = ?"""
    kept: str | None = db.execute(query, (example_id,)).fetchone()[0]
    return kept


def _example(row: tuple[str, str, str | None, str, int | None, str, str, str]) -> Example:
    id_, text, reference, source, line, family, split, metadata = row
    return Example(
        id=id_,
        input=text,
        reference=reference,
        source=source,
        line=line,
        group=family,
        split=Split(split),
        metadata=json.loads(metadata),
    )
