"""The listener takes hints from who knows the secret, and nothing from anybody else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from curation.exceptions import ReviewBackendError
from studio.stations.label_studio.hints import HEADER, LONGEST, PATH, listening

SECRET = "a secret of this watch alone"
KNOWN = {HEADER: SECRET}


class Listener:
    def __init__(self) -> None:
        self.heard = 0
        self.url = ""

    def hear(self) -> None:
        self.heard += 1


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    with listening(0, SECRET, found.hear) as url:
        found.url = url
        yield found


def test_a_hint_is_heard_and_answered_with_nothing(listener: Listener) -> None:
    answer = httpx.post(listener.url, headers=KNOWN, json={"action": "ANNOTATION_CREATED"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert listener.heard == 1


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: SECRET[:-1]}, {HEADER: "é"}])
def test_who_does_not_know_the_secret_is_not_heard(
    listener: Listener, headers: dict[str, str]
) -> None:
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    assert httpx.post(listener.url, headers=sent, json={}).status_code == 403
    assert listener.heard == 0


def test_the_secret_opens_no_other_path_and_no_other_verb(listener: Listener) -> None:
    other = listener.url.removesuffix(PATH) + "/"
    assert httpx.post(other, headers=KNOWN, json={}).status_code == 403
    assert httpx.get(listener.url, headers=KNOWN).status_code == 501
    assert listener.heard == 0


def test_a_body_too_long_is_not_read(listener: Listener) -> None:
    place = urlsplit(listener.url)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{HEADER}: {SECRET}\r\n"
    for length in (f"Content-Length: {LONGEST + 1}\r\n", "Content-Length: -1\r\n", ""):
        with socket.create_connection((place.hostname, place.port), timeout=5) as client:
            client.sendall(f"{head}{length}\r\n".encode())
            assert client.recv(100).startswith(b"HTTP/1.0 413")
    assert listener.heard == 0


def test_it_listens_on_this_machine_alone(listener: Listener) -> None:
    assert urlsplit(listener.url).hostname == "127.0.0.1"
    with socket.socket() as other:
        assert other.connect_ex(("127.0.0.2", urlsplit(listener.url).port or 0))


def test_nothing_of_a_hint_is_written_anywhere(
    listener: Listener, capfd: pytest.CaptureFixture[str]
) -> None:
    httpx.post(listener.url, headers=KNOWN, json={})
    httpx.post(listener.url, headers={HEADER: "wrong"}, json={})
    assert capfd.readouterr() == ("", "")


def test_a_port_that_is_taken_is_refused_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(ReviewBackendError, match="listens on this port"),
            listening(port, SECRET, lambda: None),
        ):
            pass


def test_afterwards_nobody_listens(listener: Listener) -> None:
    with listening(0, SECRET, lambda: None) as url:
        pass
    with pytest.raises(httpx.ConnectError):
        httpx.post(url, headers=KNOWN, json={})
