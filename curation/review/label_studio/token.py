"""The token that opens Label Studio: an old one as it is, a personal one exchanged as needed."""

from __future__ import annotations

from collections.abc import Generator

import httpx
from pydantic import BaseModel

from curation.review.label_studio.refusals import read


class _Exchanged(BaseModel):
    access: str


class Token(httpx.Auth):
    """Signs requests with our token.

    A personal access token buys access tokens that live for five minutes. No clock of ours says
    when one has ended: the server does, by refusing it, and then another is bought.
    """

    requires_response_body = True

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token
        self._personal = token.count(".") == 2  # header, claims, signature
        self._access = ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request; one that was refused is signed anew and sent once more."""
        if not self._personal:
            request.headers["Authorization"] = f"Token {self._token}"
            yield request
            return
        if self._access:
            answer = yield self._signed(request)
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                return
        answer = yield self._exchange()
        self._access = read(self._url, answer, _Exchanged).access
        yield self._signed(request)

    def _signed(self, request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {self._access}"
        return request

    def _exchange(self) -> httpx.Request:
        return httpx.Request(
            "POST", f"{self._url}/api/token/refresh/", json={"refresh": self._token}
        )
