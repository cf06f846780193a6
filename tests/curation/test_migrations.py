"""The database's history: run once, in order, by whoever comes first, and never edited."""

from __future__ import annotations

import hashlib
import inspect
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from curation import migrations
from curation.migrations import MIGRATIONS, migrate
from curation.store import Store

ROOT = Path(__file__).parents[2]

RELEASED = {
    "m001_people_and_examples": "df88d3ad5c55d4cb586817a40b1fbe92e117d9c6a00c4ffff9b9dfeaf4dbbde4",
    "m002_functions_and_slices": "3c5bd081083a2bae85d665c78cfd3f858b0bcc64306617edb836674f78a25f2f",
    "m003_rounds_and_handouts": "7fdfebcff24c73ff7c42557255804af1776518c29f1d095f2d9e0d5616db93c1",
}
"""SHA-256 of every released migration's source."""


def tables(db: sqlite3.Connection) -> dict[str, str]:
    return dict(db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_a_released_migration_is_never_edited() -> None:
    sources = {m.__name__: inspect.getsource(m).encode() for m in MIGRATIONS}
    hashes = {name: hashlib.sha256(source).hexdigest() for name, source in sources.items()}
    assert hashes == RELEASED, (
        "Never edit a released migration: databases out there have run it as it was. "
        "Append a new one, and its hash here."
    )


def test_migrations_are_numbered_in_order() -> None:
    numbers = [m.__name__.split("_")[0] for m in MIGRATIONS]
    assert numbers == [f"m{n:03d}" for n in range(1, len(MIGRATIONS) + 1)]


def test_an_old_database_without_tables_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "project.db"
    path.touch()
    store = Store(path)
    assert store.revision() == 0
    assert version(connect(path)) == len(MIGRATIONS)
    assert {"examples", "annotations", "findings", "meta"} <= tables(connect(path)).keys()


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "project.db"
    Store(path).save_link("kept", {"a": 1})
    before = tables(connect(path))
    assert Store(path).link("kept") == {"a": 1}
    assert tables(connect(path)) == before


def test_a_later_migration_runs_once_on_an_existing_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "project.db"
    Store(path).save_link("kept", {"a": 1})
    runs = []

    def later(db: sqlite3.Connection) -> None:
        runs.append(version(db))
        db.execute("CREATE TABLE later (x)")

    monkeypatch.setattr(migrations, "MIGRATIONS", [*MIGRATIONS, later])
    db = connect(path)
    migrate(db)
    migrate(db)
    assert runs == [len(MIGRATIONS)]
    assert version(db) == len(MIGRATIONS) + 1
    assert db.execute("SELECT COUNT(*) FROM links").fetchone() == (1,)


def test_a_migration_that_breaks_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "project.db"
    Store(path).close()
    before = tables(connect(path))

    def breaks(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE half (x)")
        db.execute("INSERT INTO nowhere VALUES (1)")

    monkeypatch.setattr(migrations, "MIGRATIONS", [*MIGRATIONS, breaks])
    db = connect(path)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(db)
    assert not db.in_transaction
    assert tables(db) == before
    assert version(db) == len(MIGRATIONS)


def test_processes_that_open_a_new_project_at_once_make_it_once(tmp_path: Path) -> None:
    code = """
import sys, time
from pathlib import Path
from curation.store import Store
print("ready", flush=True)
start = float(sys.stdin.readline())
for n in range(20):  # races are won by chance: run some
    while time.time() < start + n * 0.05:
        pass
    Store(Path(sys.argv[1]) / f"{n}.db").save_link(sys.argv[2], {})
"""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b")
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer, start in zip(racers, [time.time() + 0.2] * 2, strict=True):
        assert racer.stdin is not None
        racer.stdin.write(f"{start}\n")
        racer.stdin.flush()
    errors = [racer.communicate(timeout=60)[1] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0], errors
    for n in range(20):
        store = Store(tmp_path / f"{n}.db")
        assert store.revision() == 2
        assert store.link("a") == store.link("b") == {}
