"""What people said, and how we left things with the systems they said it in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping

from curation.exceptions import ProjectError
from curation.tables.database import Database
from curation.types import Annotation


class Annotations(Database):
    """The tables of annotations and of links to other systems."""

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
                insert_annotation(db, annotation)
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

    def save_link(self, name: str, record: Mapping[str, object]) -> None:
        """Remember, under a name, how we left things with another system."""
        with self._writing() as db:
            _save_link(db, name, record)

    def link(self, name: str) -> dict[str, object] | None:
        """Return what `save_link` kept, or None."""
        rows = self._rows("SELECT record FROM links WHERE name = ?", (name,))
        return json.loads(rows[0][0]) if rows else None


def _save_link(db: sqlite3.Connection, name: str, record: Mapping[str, object]) -> None:
    db.execute(
        "INSERT INTO links VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET record = excluded.record",
        (name, json.dumps(record)),
    )


def insert_annotation(db: sqlite3.Connection, said: Annotation) -> None:
    """Keep one annotation inside a transaction; a uid already there changes nothing."""
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


def said_about(db: sqlite3.Connection, example_id: str) -> tuple[Annotation, ...]:
    """Return what was said about an example, inside a transaction, oldest first."""
    query = "SELECT record FROM annotations WHERE example_id = ? ORDER BY seq"
    rows = db.execute(query, (example_id,))
    return tuple(Annotation.model_validate_json(row[0]) for row in rows)
