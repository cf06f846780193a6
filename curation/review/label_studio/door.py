"""The door to Label Studio: open it with a token, and say in words what stands in the way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.records import Person
from curation.review.label_studio.refusals import KEPT, read, refusal, strange
from curation.review.label_studio.token import Token

SECONDS = 120
"""How long one answer may take; an import of 500 tasks takes about two seconds."""

T = TypeVar("T")


@dataclass(frozen=True)
class Connection:
    """A Label Studio that knows us; use it as a context, or close it.

    Attributes
    ----------
    url : str
    user : str
        Whose token it is, by e-mail address.
    client : label_studio_sdk.LabelStudio
    http : httpx.Client
        What the client speaks through.
    token : Token
        What signs our own requests.
    """

    url: str
    user: str
    client: Any = field(repr=False)
    http: httpx.Client = field(repr=False)
    token: Token = field(repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the network."""
        self.http.close()

    @property
    def host(self) -> str:
        """The server's name and port, part of every annotation's uid."""
        return urlsplit(self.url).netloc

    def ask(
        self,
        shape: type[T],
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: object = None,
    ) -> T:
        """Return what the server answers to one request, read as `shape`; nothing is sent twice.

        The SDK would take any JSON for an answer, and believe our clock about its own tokens.

        Raises
        ------
        ReviewBackendError
            If it does not answer, refuses, or answers something else.
        """
        with in_words(self.url):
            answer = self.http.request(
                method,
                f"{self.url}/api/{path}",
                params=dict(params or {}),
                json=body,
                auth=self.token,
            )
            return read(self.url, answer, shape)


def connect(
    url: str, token: str, *, user: str | None = None, http: httpx.Client | None = None
) -> Connection:
    """Return a connection to the Label Studio at `url`, once it has answered to our token.

    Parameters
    ----------
    url : str
        For example http://127.0.0.1:8080.
    token : str
        A personal access token, or a legacy token where the organization allows them.
    user : str, optional
        The e-mail address the token must belong to.
    http : httpx.Client, optional
        What speaks HTTP, closed with the connection; tests put a fake here.

    Raises
    ------
    ReviewBackendError
        If nothing answers there, it is not Label Studio, or it does not accept the token.
    """
    url, token = url.strip().rstrip("/"), token.strip()
    _check_spelling(url, token)
    http = http or httpx.Client(timeout=SECONDS, follow_redirects=True)
    try:
        return _open(url, token, user, http)
    except ReviewBackendError:
        http.close()
        raise


def _open(url: str, token: str, user: str | None, http: httpx.Client) -> Connection:
    from label_studio_sdk.client import LabelStudio

    with in_words(url):
        _check_label_studio(url, http)
        # No retries of its own: an import sent twice would be stored twice. The final slash
        # keeps a path prefix, which the refreshing of access tokens would drop.
        client = LabelStudio(base_url=f"{url}/", api_key=token, httpx_client=http, max_retries=0)
    connection = Connection(url, "", client, http, Token(url, token))
    email = connection.ask(Person, "GET", "current-user/whoami").email
    if user not in (None, email):
        what = f"The token belongs to {email}, not to {user}."
        remedy = "Put your own token into LABEL_STUDIO_API_KEY."
        raise ReviewBackendError(what, where=url, remedy=remedy)
    return Connection(url, email, client, http, connection.token)


def check_prediction(config: str, prediction: Mapping[str, object], where: str) -> None:
    """Raise ReviewBackendError if a prediction does not fit a labeling screen.

    The server stores misfits silently unless told otherwise, so it is not asked.
    """
    faults = _screen(config).validate_prediction(dict(prediction), return_errors=True)
    if faults:
        raise ReviewBackendError(
            f"A suggestion does not fit the task: {faults[0]}",
            where=where,
            remedy="Suggest one of the task's labels; nothing was sent.",
        )


@lru_cache(maxsize=2)  # a screen is read once for all the cards of a push
def _screen(config: str) -> Any:  # noqa: ANN401 - the SDK is untyped
    from label_studio_sdk.label_interface import LabelInterface

    return LabelInterface(config)


@contextmanager
def in_words(url: str) -> Iterator[None]:
    """Turn what HTTP and the SDK raise into a ReviewBackendError, without its secret headers."""
    from label_studio_sdk.core.api_error import ApiError

    try:
        yield
    except ApiError as error:
        if error.status_code is not None and error.status_code < httpx.codes.BAD_REQUEST:
            raise strange(url, str(error.body)) from None
        what, remedy = refusal(error.status_code, error.body)
        raise ReviewBackendError(what, where=url, remedy=remedy) from None
    except httpx.TimeoutException:
        what = f"Label Studio did not answer within {SECONDS} seconds."
        raise ReviewBackendError(what, where=url, remedy=f"{KEPT} when it is less busy.") from None
    except httpx.HTTPError as error:
        what = f"Label Studio is not reachable ({type(error).__name__})."
        remedy = f"Is it running (`make label-studio`), and is the address right? {KEPT}."
        raise ReviewBackendError(what, where=url, remedy=remedy) from None
    except (UnicodeDecodeError, json.JSONDecodeError, ValidationError):
        raise strange(url, "") from None


def _check_spelling(url: str, token: str) -> None:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        remedy = "Write it like http://127.0.0.1:8080."
        raise ReviewBackendError("This is not a web address.", where=url, remedy=remedy)
    if not token:
        remedy = "Set LABEL_STUDIO_API_KEY; `make label-studio` shows the line."
        raise ReviewBackendError("There is no token for Label Studio.", where=url, remedy=remedy)
    # The HTTP library would quote the whole header in its own error.
    if not token.isascii() or not token.isprintable() or " " in token:
        remedy = "Copy it again into LABEL_STUDIO_API_KEY: the token alone, in one line."
        raise ReviewBackendError("The token is misspelled.", where=url, remedy=remedy)


def _check_label_studio(url: str, http: httpx.Client) -> None:
    answer = http.get(f"{url}/api/version")
    known = _object(answer) if answer.status_code == httpx.codes.OK else {}
    if not any(key.startswith("label-studio") for key in known):
        raise ReviewBackendError(
            "Something answers there, but it is not Label Studio.",
            where=url,
            remedy="Check address and port; `make label-studio` shows them.",
        )
    if answer.history:
        # A redirect makes an import a question: what is sent would be lost on the way.
        meant = str(answer.url).removesuffix("/").removesuffix("/api/version")
        raise ReviewBackendError(
            "Label Studio has moved to another address.", where=url, remedy=f"Use {meant}."
        )


def _object(answer: httpx.Response) -> Mapping[str, object]:
    try:
        known = answer.json()
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}
