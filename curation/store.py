"""The project's memory, and the only module that speaks SQL."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from curation.exceptions import ProjectError
from curation.migrations import MIGRATIONS, migrate
from curation.types import (
    Annotation,
    Deployment,
    ExamOpening,
    Example,
    Finding,
    ImportReport,
    Noun,
    Request,
    Split,
    fingerprint,
    now,
)

N = TypeVar("N", bound=Noun)

BUSY_SECONDS = 30
"""How long a write waits for another process's write before it gives up."""

EXAMPLE_COLUMNS = "id, input, reference, source, line, family, split, metadata"


class Store:
    """A project's database.

    Every write is one transaction that bumps the revision, so that a reader who remembers a
    revision knows whether anything changed. Several threads and processes may use the same file
    at once (SQLite in WAL mode): each thread has its own connection.

    Parameters
    ----------
    path : Path
        The database file; it is created when absent.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        migrate(self._db)
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise ProjectError(
                "This project was written by a newer Tunesmith.",
                where=str(path),
                remedy="Update Tunesmith, then open it again.",
            )

    @property
    def _db(self) -> sqlite3.Connection:
        if not hasattr(self._local, "db"):
            db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            db.execute("PRAGMA journal_mode = WAL")
            # A decision is on disk before the next one is shown, also when the power goes.
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            self._local.db = db
        return self._local.db  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._local, "db"):
            self._local.db.close()
            del self._local.db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            before = db.total_changes
            yield db
            if db.total_changes != before:
                db.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")
        except BaseException:
            db.execute("ROLLBACK")  # nothing is ever half-written, whatever went wrong
            raise
        db.execute("COMMIT")

    def revision(self) -> int:
        """Return the number that changes with every write."""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
        return int(row[0])

    # Examples

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
            for example in examples:
                if _insert_example(db, example):
                    counts[example.split] += 1
                    continue
                known += 1
                if not _keep_late_gold(db, example):
                    disagreeing.append((example.line or 0, example.id))
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
        rows = self._db.execute(
            f"SELECT {EXAMPLE_COLUMNS} FROM examples {where} ORDER BY seq LIMIT ? OFFSET ?",  # noqa: S608 - our own constants
            [*values, limit, offset],
        )
        return tuple(_example(row) for row in rows)

    def _examples_by_id(self, ids: Sequence[str]) -> tuple[Example, ...]:
        found: dict[str, Example] = {}
        for start in range(0, len(ids), 500):
            chunk = ids[start : start + 500]
            marks = ", ".join("?" * len(chunk))
            query = f"SELECT {EXAMPLE_COLUMNS} FROM examples WHERE id IN ({marks})"  # noqa: S608
            found |= {row[0]: _example(row) for row in self._db.execute(query, chunk)}
        return tuple(found[id_] for id_ in ids if id_ in found)

    def count_examples(self) -> dict[Split, int]:
        """Return how many examples each split has."""
        rows = self._db.execute("SELECT split, COUNT(*) FROM examples GROUP BY split")
        return {Split.TRAIN: 0, Split.VALIDATION: 0, Split.TEST: 0} | {
            Split(split): count for split, count in rows
        }

    # What people said

    def add_annotations(self, annotations: Iterable[Annotation]) -> int:
        """Keep annotations; a uid already there is the same decision and changes nothing.

        Returns
        -------
        int
            How many were new.
        """
        with self._writing() as db:
            before = db.total_changes
            for annotation in annotations:
                _insert_annotation(db, annotation)
            return db.total_changes - before

    def annotations(self, example_id: str | None = None) -> tuple[Annotation, ...]:
        """Return everything people said, oldest first."""
        where, values = ("WHERE example_id = ?", [example_id]) if example_id else ("", [])
        query = f"SELECT record FROM annotations {where} ORDER BY seq"  # noqa: S608
        return tuple(
            Annotation.model_validate_json(row[0]) for row in self._db.execute(query, values)
        )

    # Findings

    def add_finding(self, finding: Finding) -> None:
        """Open a finding; one with the same id is already open."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO findings (id, record) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
                (finding.id, finding.model_dump_json()),
            )

    def close_findings(self, ids: Iterable[str], closed_by: str) -> None:
        """Record what answered some findings; the first answer stands."""
        with self._writing() as db:
            db.executemany(
                "INSERT INTO closings VALUES (?, ?, ?) ON CONFLICT (finding_id) DO NOTHING",
                [(id_, closed_by, now().isoformat()) for id_ in ids],
            )

    def findings(self) -> tuple[Finding, ...]:
        """Return all findings, newest first, each with what closed it."""
        rows = self._db.execute(
            "SELECT record, closed_by FROM findings LEFT JOIN closings"
            " ON finding_id = findings.id ORDER BY seq DESC"
        )
        return tuple(
            Finding.model_validate_json(record).model_copy(update={"closed_by": closed_by})
            for record, closed_by in rows
        )

    # Records that only grow

    def record_opening(self, opening: ExamOpening) -> None:
        """Put a look at the exam on the record."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO exam_openings (record) VALUES (?)", (opening.model_dump_json(),)
            )

    def openings(self) -> tuple[ExamOpening, ...]:
        """Return every look at the exam, oldest first."""
        return self._records("exam_openings", ExamOpening)

    def record_deployment(self, deployment: Deployment) -> None:
        """Put a promotion or a rollback on the record."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO deployments (record) VALUES (?)", (deployment.model_dump_json(),)
            )

    def deployments(self) -> tuple[Deployment, ...]:
        """Return every promotion and rollback, oldest first."""
        return self._records("deployments", Deployment)

    def add_requests(self, requests: Iterable[Request]) -> int:
        """Keep requests of the model in use; return how many were new."""
        with self._writing() as db:
            before = db.total_changes
            db.executemany(
                "INSERT INTO requests (id, record) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
                ((request.id, request.model_dump_json()) for request in requests),
            )
            return db.total_changes - before

    def requests(self) -> tuple[Request, ...]:
        """Return every request of the model in use, in the order they were imported."""
        return self._records("requests", Request)

    def _records(self, table: str, noun: type[N]) -> tuple[N, ...]:
        rows = self._db.execute(f"SELECT record FROM {table} ORDER BY seq")  # noqa: S608
        return tuple(noun.model_validate_json(row[0]) for row in rows)

    # What another system calls our things

    def save_link(self, name: str, record: Mapping[str, object]) -> None:
        """Remember, under a name, how we left things with another system."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO links VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET record = excluded.record",
                (name, json.dumps(record)),
            )

    def link(self, name: str) -> dict[str, object] | None:
        """Return what `save_link` kept, or None."""
        row = self._db.execute("SELECT record FROM links WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None


def _insert_example(db: sqlite3.Connection, example: Example) -> bool:
    cursor = db.execute(
        f"INSERT INTO examples ({EXAMPLE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
        " ON CONFLICT (id) DO NOTHING",
        (
            example.id,
            example.input,
            example.reference,
            example.source,
            example.line,
            example.group,
            example.split.value,
            json.dumps(example.metadata, ensure_ascii=False),
        ),
    )
    return cursor.rowcount > 0


def _keep_late_gold(db: sqlite3.Connection, example: Example) -> bool:
    """Keep the gold answer of an example already there; False if it contradicts the one kept.

    Examples are never edited: gold that comes with a later file is something that file said.
    """
    query = "SELECT reference FROM examples WHERE id = ?"
    kept = db.execute(query, (example.id,)).fetchone()[0]
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
        _insert_annotation(db, said)
    return kept is None


def _insert_annotation(db: sqlite3.Connection, said: Annotation) -> None:
    db.execute(
        "INSERT INTO annotations (uid, example_id, reviewer, record) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (uid) DO NOTHING",
        (said.uid, said.example_id, said.reviewer, said.model_dump_json()),
    )


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
