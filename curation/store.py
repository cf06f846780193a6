"""The project's memory: every table of its database behind one name."""

from __future__ import annotations

from curation.tables.annotations import Annotations
from curation.tables.examples import Examples
from curation.tables.handouts import Handouts
from curation.tables.records import Records


class Store(Examples, Annotations, Records, Handouts):
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
