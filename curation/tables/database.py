"""A project's database file: one connection a thread, writes as transactions, errors in words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from pydantic_core import PydanticSerializationError

from curation.exceptions import ProjectError
from curation.migrations import MIGRATIONS, migrate

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


class Database:
    """A database file; `curation.store.Store` says what holds for all of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
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
    def _writing(self, *, counts: bool = True) -> Iterator[sqlite3.Connection]:
        """Write in one transaction; one that does not count leaves the revision as it is."""
        with _in_words(self.path):
            db = self._db
            db.execute("BEGIN IMMEDIATE")
            try:
                before = db.total_changes
                yield db
                if counts and db.total_changes != before:
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
