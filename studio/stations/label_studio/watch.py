"""Keep taking answers back from Label Studio: ask every so often, and soon after a hint."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event
from urllib.parse import urlsplit

from curation.exceptions import ReviewBackendError
from curation.project import Project
from studio.stations.label_studio.hints import ask_for_hints, end_hints, listening
from studio.stations.label_studio.link import address_of, begun, knock, state_of
from studio.stations.label_studio.syncing import pull

SETTLE = 0.5
"""Seconds between a hint and the pull: a hint comes before its annotation is committed, and whoever
answers fast sends many."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")

Say = Callable[[str], None]


class Watch:
    """Pulls until told to stop. Hints only make it sooner: all comes without them too.

    Parameters
    ----------
    project : Project
    url : str
    every : float
        Seconds between pulls while no hint comes.
    port : int
        Where to listen for hints, on this machine alone; 0 takes a free one.
    say : callable
        Told in words what came and what is wrong; a fault that lasts is told once.
    """

    def __init__(
        self, project: Project, *, url: str = "", every: float = 30.0, port: int = 0, say: Say
    ) -> None:
        self._project, self._url, self._every = project, url, every
        self._port, self._say = port, say
        self._wake, self._stopped, self._trouble = Event(), Event(), ""

    def stop(self) -> None:
        """End `run`, from another thread."""
        self._stopped.set()
        self._wake.set()

    def run(self) -> None:
        """Pull at once, then whenever it is due or a hint came, until stopped.

        Raises
        ------
        ReviewBackendError
            If nothing was pushed yet, the server cannot be asked at the start, or the port is
            taken.
        """
        with self._hinted():
            while not self._stopped.is_set():
                self._wake.clear()
                self._pull()
                if self._wake.wait(self._every):
                    self._stopped.wait(SETTLE)

    def _pull(self) -> None:
        try:
            done = pull(self._project, url=self._url)
        except ReviewBackendError as error:
            self._tell(str(error))
            return
        if done.kept:
            self._say(f"{done.kept} new from Label Studio")
        self._tell("\n".join(done.problems))

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._say(trouble or "Nothing stands in the way any more")
        self._trouble = trouble

    @contextmanager
    def _hinted(self) -> Iterator[None]:
        """Have Label Studio send hints while the block runs, if it will."""
        address = address_of(self._project, self._url)
        there = begun(self._project, address) or [state_of(self._project, address)]
        numbers = [state.project for state in there]
        secret = secrets.token_urlsafe(32)
        with listening(self._port, secret, self._wake.set) as here:
            webhooks = self._ask(address, numbers, here, secret)
            try:
                yield
            finally:
                # A server that is gone sends none; the next watch clears away what is left.
                with suppress(ReviewBackendError), knock(address) as connection:
                    for webhook in webhooks:
                        end_hints(connection, webhook)

    def _ask(self, address: str, numbers: Sequence[int], here: str, secret: str) -> list[int]:
        """Ask for hints; say so and go without where they cannot come."""
        without = f"Asking every {self._every:g} seconds."
        if urlsplit(address).hostname not in LOOPBACK:
            self._say(f"Label Studio is on another machine: it sends no hints here. {without}")
            return []
        with knock(address) as connection:
            try:
                return [ask_for_hints(connection, number, here, secret) for number in numbers]
            except ReviewBackendError as error:
                self._say(f"Label Studio sends no hints here. {error.what} {without}")
                return []
