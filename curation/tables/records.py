"""Records that are kept whole: findings, slices, and lists that only grow."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TypeVar

from curation.tables.database import Database
from curation.types import (
    Deployment,
    ExamOpening,
    Finding,
    FunctionEvent,
    Noun,
    Request,
    Round,
    Slice,
    now,
)

N = TypeVar("N", bound=Noun)


class Records(Database):
    """The tables that hold one record a row."""

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
            "SELECT record, closed_by, at FROM findings LEFT JOIN closings"
            " ON finding_id = findings.id ORDER BY seq DESC"
        )
        return tuple(
            Finding.model_validate({**json.loads(record), "closed_by": by, "closed_at": at})
            for record, by, at in rows
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

    def add_round(self, drawn: Round) -> None:
        """Put a round of review on the record; what is asked changes nothing that is known."""
        with self._writing(counts=False) as db:
            db.execute("INSERT INTO rounds (record) VALUES (?)", (drawn.model_dump_json(),))

    def rounds(self) -> tuple[Round, ...]:
        """Return the rounds of review, oldest first."""
        return self._records("rounds", Round)

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
