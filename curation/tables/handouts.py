"""Which card was handed to whom, so that no example is asked of more people than wished."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from curation.tables.annotations import said_about
from curation.tables.database import Database
from curation.types import now
from curation.words import is_answer, standing_words

HELD = timedelta(minutes=20)
"""How long a card that nobody answers stays with the person it was handed to."""


class Handouts(Database):
    """The table of handouts."""

    def hand_out(
        self,
        reviewer: str,
        wanted: Sequence[str],
        *,
        number: int,
        people: int = 1,
        tab: str = "",
        at: datetime | None = None,
    ) -> tuple[str, ...]:
        """Hand a reviewer the first of some examples that need one more person, and note it.

        Two who ask at once are not handed the same example, unless it wants two. What another of
        the reviewer's own tabs holds comes last. A handout is held for `HELD`, counted from the
        last time it was asked for, or until its holder skips the example.

        Parameters
        ----------
        reviewer : str
        wanted : sequence of str
            Example ids, first choice first; none that the reviewer has seen.
        number : int
            The most to hand out.
        people : int
            How many people each example is asked of.
        tab : str
            Tells a reviewer's browser tabs apart.
        at : datetime, optional
            The moment; now, unless a test says otherwise.

        Returns
        -------
        tuple of str
        """
        moment = at or now()
        with self._writing(counts=False) as db:
            mine: list[str] = []
            elsewhere: list[str] = []
            for example in wanted:
                if len(mine) >= number:
                    break
                held = _held(db, example, moment)
                if len(_others(db, example, held, reviewer)) < people:
                    (mine if held.get(reviewer, tab) == tab else elsewhere).append(example)
            renewed = (moment - HELD / 4).isoformat()
            db.executemany(
                "INSERT INTO handouts VALUES (?, ?, ?, ?) ON CONFLICT (example_id, reviewer)"
                " DO UPDATE SET tab = excluded.tab, at = excluded.at WHERE at < ?",
                [(example, reviewer, tab, moment.isoformat(), renewed) for example in mine],
            )
            return (*mine, *elsewhere)[:number]


def _held(db: sqlite3.Connection, example: str, moment: datetime) -> dict[str, str]:
    """Return who holds an example now, and in which of their tabs."""
    since = (moment - HELD).isoformat()
    query = "SELECT reviewer, tab FROM handouts WHERE example_id = ? AND at > ?"
    return dict(db.execute(query, (example, since)).fetchall())


def _others(db: sqlite3.Connection, example: str, held: dict[str, str], reviewer: str) -> set[str]:
    """Return who else answered an example or is about to."""
    standing = standing_words(said_about(db, example)).get(example, ())
    done = {said.reviewer for said in standing if is_answer(said)}
    waived = {said.reviewer for said in standing if said.action in ("skip", "refuse")}
    return (done | set(held) - waived) - {reviewer}
