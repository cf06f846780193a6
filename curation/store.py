"""The project's memory, and the only module that speaks SQL."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

from pydantic_core import PydanticSerializationError

from curation.exceptions import ProjectError
from curation.migrations import MIGRATIONS, migrate
from curation.types import (
    Annotation,
    Deployment,
    ExamOpening,
    Example,
    Finding,
    FunctionEvent,
    ImportReport,
    Noun,
    Request,
    Slice,
    Split,
    fingerprint,
    now,
)

N = TypeVar("N", bound=Noun)

BUSY_SECONDS = 30
"""How long a write waits for another process's write before it gives up."""

IN_WORDS = {
    "BUSY": (
        f"Another process has been writing to it for more than {BUSY_SECONDS} seconds.",
        "Let it finish, then try again: nothing was written.",
    ),
    "NOTADB": ("This is not a database.", "Put the project's own project.db back."),
    "CORRUPT": ("The database is damaged.", "Put a copy of the whole project back."),
    "READONLY": ("The database may only be read.", "Make its folder writable, also for you."),
    "CANTOPEN": ("The database cannot be opened.", "Make its folder writable, also for you."),
    "FULL": ("The disk is full.", "Make room, then try again: nothing was half-written."),
    "CONSTRAINT": (
        "It would belong to something this project does not have.",
        "Open the project it comes from.",
    ),
}
"""What SQLite's errors mean to a user, and what to do about them."""

EXAMPLE_COLUMNS = "id, input, reference, source, line, family, split, metadata"
INSERT_EXAMPLE = f"INSERT INTO examples ({EXAMPLE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own constants
CHUNK = 500
"""Ids in one question: fewer than SQLite lets a statement have."""


class Store:
    """A project's database.

    Every write is one transaction that bumps the revision, so that a reader who remembers a
    revision knows whether anything changed. Several threads and processes may use the same file
    at once (SQLite in WAL mode): each thread has its own connection.

    Parameters
    ----------
    path : Path
        The database file; it is created when absent.

    Raises
    ------
    ProjectError
        By every method, when the database cannot be opened, read or written; it says why.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._counted: tuple[int, dict[Split, int]] = (0, dict.fromkeys(Split, 0))
        with _in_words(path):
            migrate(self._db)
        version = self._rows("PRAGMA user_version")[0][0]
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
            _use_wal(db)
            # A decision is on disk before the next one is shown, also when the power goes.
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA cache_size = -65536")  # KiB: a million ids are looked up in memory
            self._local.db = db
        return self._local.db  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._local, "db"):
            self._local.db.close()
            del self._local.db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _in_words(self.path):
            db = self._db
            db.execute("BEGIN IMMEDIATE")
            try:
                before = db.total_changes
                yield db
                if db.total_changes != before:
                    db.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")
                db.execute("COMMIT")
            except BaseException:  # nothing is ever half-written, whatever went wrong
                if db.in_transaction:  # a full disk has ended it already
                    db.execute("ROLLBACK")
                raise

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        with _in_words(self.path):
            return self._db.execute(query, values).fetchall()

    def revision(self) -> int:
        """Return the number that changes with every write."""
        return int(self._rows("SELECT value FROM meta WHERE key = 'revision'")[0][0])

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

    # What people said

    def add_annotations(
        self,
        annotations: Iterable[Annotation],
        *,
        link: tuple[str, Mapping[str, object]] | None = None,
    ) -> int:
        """Keep annotations; a uid already there is the same decision and changes nothing.

        Parameters
        ----------
        annotations : iterable of Annotation
        link : tuple of str and mapping, optional
            How we left things with the system they came from, kept in the same transaction.

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        ProjectError
            If one is about an example the project does not have; then none was kept.
        """
        with self._writing() as db:
            before = db.total_changes
            for annotation in annotations:
                _insert_annotation(db, annotation)
            kept = db.total_changes - before
            if link:
                _save_link(db, *link)
            return kept

    def annotations(self, example_id: str | None = None) -> tuple[Annotation, ...]:
        """Return everything people said, oldest first."""
        where, values = ("", []) if example_id is None else ("WHERE example_id = ?", [example_id])
        query = f"SELECT record FROM annotations {where} ORDER BY seq"  # noqa: S608
        return tuple(Annotation.model_validate_json(row[0]) for row in self._rows(query, values))

    def annotations_after(self, seq: int) -> tuple[int, tuple[Annotation, ...]]:
        """Return what was said after a place in the record, oldest first, and the new last place.

        Whoever keeps what was said before only has to read this. 0 is before everything.
        """
        rows = self._rows("SELECT seq, record FROM annotations WHERE seq > ? ORDER BY seq", (seq,))
        said = tuple(Annotation.model_validate_json(record) for _, record in rows)
        return (rows[-1][0] if rows else seq), said

    # Slices

    def save_slice(self, kept: Slice) -> None:
        """Keep a slice; one of the same name is replaced."""
        with self._writing() as db:
            db.execute("DELETE FROM slices WHERE name = ?", (kept.name,))
            row = (kept.name, kept.model_dump_json())
            db.execute("INSERT INTO slices (name, record) VALUES (?, ?)", row)

    def slices(self) -> tuple[Slice, ...]:
        """Return the slices, oldest first."""
        return self._records("slices", Slice)

    def remove_slice(self, name: str) -> None:
        """Forget a slice, if there is one of that name."""
        with self._writing() as db:
            db.execute("DELETE FROM slices WHERE name = ?", (name,))

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
        rows = self._rows(
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

    def record_function_events(self, events: Iterable[FunctionEvent]) -> None:
        """Put what was done to labeling functions on the record."""
        with self._writing() as db:
            db.executemany(
                "INSERT INTO function_events (record) VALUES (?)",
                [(event.model_dump_json(),) for event in events],
            )

    def function_events(self) -> tuple[FunctionEvent, ...]:
        """Return the history of all labeling functions, oldest first."""
        return self._records("function_events", FunctionEvent)

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
        rows = self._rows(f"SELECT record FROM {table} ORDER BY seq")  # noqa: S608
        return tuple(noun.model_validate_json(row[0]) for row in rows)

    # What another system calls our things

    def save_link(self, name: str, record: Mapping[str, object]) -> None:
        """Remember, under a name, how we left things with another system."""
        with self._writing() as db:
            _save_link(db, name, record)

    def link(self, name: str) -> dict[str, object] | None:
        """Return what `save_link` kept, or None."""
        rows = self._rows("SELECT record FROM links WHERE name = ?", (name,))
        return json.loads(rows[0][0]) if rows else None


def _use_wal(db: sqlite3.Connection) -> None:
    """Let readers and a writer work at once.

    Changing the journal mode is the one thing for which SQLite does not wait until another
    process that opens the same new project is done.
    """
    patience = monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or monotonic() > patience:
                raise
            sleep(0.01)
        else:
            return


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite and the encoders raise into a ProjectError."""
    try:
        yield
    except sqlite3.Error as error:
        kind = getattr(error, "sqlite_errorname", "SQLITE_").split("_")[1]
        what, remedy = IN_WORDS.get(kind, (f"The database refuses: {error}.", ""))
        raise ProjectError(what, where=str(path), remedy=remedy) from error
    except (UnicodeEncodeError, PydanticSerializationError) as error:
        raise ProjectError(
            f"A text holds half a character and cannot be kept: {error}.",
            where=str(path),
            remedy="Mend the text, then try again: nothing was written.",
        ) from error


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
        _insert_annotation(db, said)
    return kept is None


def _kept_gold(db: sqlite3.Connection, example_id: str) -> str | None:
    query = """SELECT COALESCE(reference, (
            SELECT json_extract(record, '$.answer') FROM annotations
            WHERE example_id = examples.id AND json_extract(record, '$.via') = 'file'
            ORDER BY seq LIMIT 1))
        FROM examples WHERE id = ?"""
    kept: str | None = db.execute(query, (example_id,)).fetchone()[0]
    return kept


def _save_link(db: sqlite3.Connection, name: str, record: Mapping[str, object]) -> None:
    db.execute(
        "INSERT INTO links VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET record = excluded.record",
        (name, json.dumps(record)),
    )


def _insert_annotation(db: sqlite3.Connection, said: Annotation) -> None:
    try:
        db.execute(
            "INSERT INTO annotations (uid, example_id, reviewer, record) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (uid) DO NOTHING",
            (said.uid, said.example_id, said.reviewer, said.model_dump_json()),
        )
    except sqlite3.IntegrityError as error:
        raise ProjectError(
            f"This project has no example {said.example_id!r}, so nothing was kept.",
            where=f"annotation {said.uid}",
            remedy="Import the example first, or open the project it belongs to.",
        ) from error


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
