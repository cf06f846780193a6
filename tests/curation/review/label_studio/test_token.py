from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.token import Token

URL = "http://label-studio.test"


def a_jwt(kind: str, expires: int) -> str:
    claims = json.dumps({"token_type": kind, "exp": expires}).encode()
    return ".".join(["e30", base64.urlsafe_b64encode(claims).decode().rstrip("="), "c2ln"])


PERSONAL = a_jwt("refresh", 9_999_999_999)


class Door:
    """A server that takes one access token at a time and hands out the next."""

    def __init__(self) -> None:
        self.bought = 0
        self.asked: list[str] = []
        self.refuses: httpx.Response | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if "refresh" in request.url.path:
            assert json.loads(request.content) == {"refresh": PERSONAL}
            self.bought += 1
            # By our clock it ended long ago; only the server's word counts.
            answer = httpx.Response(200, json={"access": f"{a_jwt('access', 1)}{self.bought}"})
            return self.refuses or answer
        good = f"Bearer {a_jwt('access', 1)}{self.bought}"
        return httpx.Response(200 if request.headers["Authorization"] == good else 401, json=[])

    def end_tokens(self) -> None:
        self.bought += 1


@pytest.fixture
def door() -> Door:
    return Door()


def through(door: Any, token: str) -> httpx.Client:
    transport = httpx.MockTransport(door)
    return httpx.Client(transport=transport, base_url=URL, auth=Token(URL, token))


def test_a_legacy_token_is_sent_as_it_is() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return httpx.Response(401)

    assert through(answer, "f" * 40).get("/api/tasks").status_code == 401
    assert seen == [f"Token {'f' * 40}"], "and not sent again"


def test_an_access_token_is_bought_once_and_again_when_the_server_ends_it(door: Door) -> None:
    http = through(door, PERSONAL)
    assert [http.get("/api/tasks").status_code for _ in range(3)] == [200] * 3
    assert door.bought == 1
    door.end_tokens()
    assert http.post("/api/import", json=[1]).status_code == 200
    assert door.asked[-3:] == ["/api/import", "/api/token/refresh/", "/api/import"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(401, json={"detail": "Token is blacklisted"}), "was revoked"),
        (httpx.Response(401, json={"detail": "Token is expired"}), "has expired"),
        (httpx.Response(401, json={"detail": "Token has wrong type"}), "lives for five minutes"),
        (httpx.Response(502, text="<html>bad gateway</html>"), "error 502"),
        (httpx.Response(200, text="<html>sign in</html>"), "web page"),
        (httpx.Response(200, json={"refresh": "?"}), "access Field required"),
    ],
)
def test_a_token_that_buys_nothing_is_said_in_words(
    door: Door, answer: httpx.Response, words: str
) -> None:
    door.refuses = answer
    with pytest.raises(ReviewBackendError, match=words):
        through(door, PERSONAL).get("/api/tasks")
