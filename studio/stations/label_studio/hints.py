"""Listen for Label Studio's webhook, which only hints that somebody said something."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.door import Connection, in_words
from curation.review.label_studio.refusals import refused
from curation.review.label_studio.requests import Params

HOST = "127.0.0.1"
PATH = "/label-studio/hint"
HEADER = "X-Tunesmith-Hint"
LONGEST = 64 * 1024
"""Bytes a hint may have; without its payload, which we ask not to be sent, it has about fifty."""

RESERVED = "reserved network address"
"""What Label Studio says, with a 403, of a webhook to an address that is not public."""

ACTIONS = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED")


class _Webhook(BaseModel):
    id: int
    url: str


class _Hint(BaseHTTPRequestHandler):
    timeout = 5  # seconds a slow sender may keep a thread

    def do_POST(self) -> None:
        """Answer a hint at once: Label Studio waits for it while it saves the annotation."""
        server: Any = self.server
        secret = self.headers.get(HEADER, "").encode()
        if self.path != PATH or not hmac.compare_digest(secret, server.secret.encode()):
            self._answer(HTTPStatus.FORBIDDEN)
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        self.rfile.read(int(length))  # what it says is not trusted: the pull asks the server
        server.heard()  # before the answer: a hint that was answered has been heard
        self._answer(HTTPStatus.NO_CONTENT)

    def _answer(self, status: HTTPStatus) -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing: the headers hold the secret."""


@contextmanager
def listening(port: int, secret: str, heard: Callable[[], None]) -> Iterator[str]:
    """Listen on this machine alone inside the block, and yield the address to send hints to.

    Parameters
    ----------
    port : int
        0 takes a free one.
    secret : str
        What a hint must carry in its header.
    heard : callable
        Called, in another thread, for every hint before it is answered; must not take long.

    Raises
    ------
    ReviewBackendError
        If the port is taken.
    """
    try:
        server: Any = ThreadingHTTPServer((HOST, port), _Hint)
    except OSError:
        raise ReviewBackendError(
            "Something listens on this port already.",
            where=f"{HOST}:{port}",
            remedy="Choose another, or 0 for a free one.",
        ) from None
    server.secret, server.heard = secret, heard
    thread = Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}{PATH}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask_for_hints(connection: Connection, number: int, address: str, secret: str) -> int:
    """Let a Label Studio project send hints to us, in place of what a watch before left there.

    Returns
    -------
    int
        The webhook's id, for `end_hints`.

    Raises
    ------
    ReviewBackendError
        If the server does not allow it; most refuse addresses of their own machine or network.
    """
    mine: Params = {"project": number}
    for old in connection.ask(list[_Webhook], "GET", "webhooks/", params=mine):
        if urlsplit(old.url).path == PATH:
            end_hints(connection, old.id)
    wanted = {
        "url": address,
        "project": number,
        "send_payload": False,
        "send_for_all_actions": False,
        "actions": list(ACTIONS),
        "headers": {HEADER: secret},
    }
    try:
        return connection.ask(_Webhook, "POST", "webhooks/", body=wanted).id
    except ReviewBackendError as error:
        if RESERVED not in error.what:
            raise
        raise ReviewBackendError(
            "It sends nothing to its own machine or network.",
            where=connection.url,
            remedy="SSRF_PROTECTION_ENABLED=false would let it.",
        ) from None


def end_hints(connection: Connection, webhook: int) -> None:
    """Let a Label Studio project send no more hints."""
    address = f"{connection.url}/api/webhooks/{webhook}/"
    with in_words(connection.url):
        answer = connection.http.delete(address, auth=connection.token)
    if answer.is_error:
        raise refused(connection.url, answer)
