"""The database's history: m001, m002, ..., each run once, in order, and never edited."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: list[Migration] = []
"""Append-only: a released migration is never changed, a new one follows it."""


def m001_people_and_examples(db: sqlite3.Connection) -> None:
    """Create examples, what people said about them, and the revision every write bumps."""
    for statement in (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "INSERT INTO meta VALUES ('revision', '0')",
        """CREATE TABLE examples (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            input TEXT NOT NULL,
            reference TEXT,
            source TEXT NOT NULL,
            line INTEGER,
            family TEXT NOT NULL,
            split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
            metadata TEXT NOT NULL)""",
        "CREATE INDEX examples_by_split ON examples (split, seq)",
        "CREATE INDEX examples_by_family ON examples (family)",
        """CREATE TABLE annotations (
            seq INTEGER PRIMARY KEY,
            uid TEXT NOT NULL UNIQUE,
            example_id TEXT NOT NULL REFERENCES examples (id),
            reviewer TEXT NOT NULL,
            record TEXT NOT NULL)""",
        "CREATE INDEX annotations_by_example ON annotations (example_id)",
        """CREATE TABLE findings (
            seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL)""",
        """CREATE TABLE closings (
            finding_id TEXT PRIMARY KEY REFERENCES findings (id),
            closed_by TEXT NOT NULL, at TEXT NOT NULL)""",
        "CREATE TABLE exam_openings (seq INTEGER PRIMARY KEY, record TEXT NOT NULL)",
        "CREATE TABLE deployments (seq INTEGER PRIMARY KEY, record TEXT NOT NULL)",
        "CREATE TABLE requests (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT)",
        "CREATE TABLE links (name TEXT PRIMARY KEY, record TEXT NOT NULL)",
    ):
        db.execute(statement)


MIGRATIONS.append(m001_people_and_examples)


def m002_functions_and_slices(db: sqlite3.Connection) -> None:
    """Create the history of labeling functions, and named slices."""
    for statement in (
        "CREATE TABLE function_events (seq INTEGER PRIMARY KEY, record TEXT NOT NULL)",
        "CREATE TABLE slices (seq INTEGER PRIMARY KEY, name TEXT NOT NULL, record TEXT NOT NULL)",
    ):
        db.execute(statement)


MIGRATIONS.append(m002_functions_and_slices)


def m003_rounds_and_handouts(db: sqlite3.Connection) -> None:
    """Create the rounds of review, and which card was handed to whom."""
    for statement in (
        "CREATE TABLE rounds (seq INTEGER PRIMARY KEY, record TEXT NOT NULL)",
        """CREATE TABLE handouts (
            example_id TEXT NOT NULL REFERENCES examples (id),
            reviewer TEXT NOT NULL, tab TEXT NOT NULL, at TEXT NOT NULL,
            PRIMARY KEY (example_id, reviewer)) WITHOUT ROWID""",
    ):
        db.execute(statement)


MIGRATIONS.append(m003_rounds_and_handouts)


def migrate(db: sqlite3.Connection) -> None:
    """Bring the database up to date, in one transaction.

    Two processes may open a new project at once: the lock is taken before the version is read.
    """
    if db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        for migration in MIGRATIONS[version:]:
            migration(db)
        db.execute(f"PRAGMA user_version = {max(version, len(MIGRATIONS))}")
    except BaseException:  # a half-made schema would never be repaired
        if db.in_transaction:  # a full disk has ended it already
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
