"""What goes wrong between us and Label Studio, in a user's words."""

from __future__ import annotations

import json
from typing import TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from curation.exceptions import ReviewBackendError

KEPT = "What was sent is kept: try again"

REFUSALS = {
    "legacy token authentication has been disabled": (
        "Label Studio does not accept legacy tokens in this organization.",
        "Make a personal access token (Account & Settings), or allow legacy tokens there "
        "(Organization > API Tokens Settings).",
    ),
    "wrong type": (
        "The token is an access token, which lives for five minutes.",
        "Use the personal access token itself.",
    ),
    "expired": ("The token has expired.", "Make a new personal access token."),
    "blacklisted": ("The token was revoked.", "Make a new personal access token."),
}

T = TypeVar("T")


def read(url: str, answer: httpx.Response, shape: type[T]) -> T:
    """Return what a server answered, read as `shape`.

    Raises
    ------
    ReviewBackendError
        If it refused, or answered with a web page, half an answer, or something else.
    """
    if answer.is_error:
        raise refused(url, answer)
    try:
        return TypeAdapter(shape).validate_json(answer.content)
    except ValidationError as error:
        raise strange(url, answer.text, error) from None


def refused(url: str, answer: httpx.Response) -> ReviewBackendError:
    """Return the error to raise for an answer that is a refusal."""
    try:
        body: object = json.loads(answer.content)
    except ValueError:
        body = answer.text
    what, remedy = refusal(answer.status_code, body)
    return ReviewBackendError(what, where=url, remedy=remedy)


def strange(url: str, body: str, error: ValidationError | None = None) -> ReviewBackendError:
    """Return the error to raise for an answer that does not read as what was asked for."""
    found = error.errors()[0] if error else {"loc": (), "msg": "it is not JSON"}
    what = " ".join(map(str, (*found["loc"], found["msg"])))
    page = body.lstrip().startswith("<")
    return ReviewBackendError(
        f"Label Studio's answer cannot be read: {'it is a web page' if page else what}.",
        where=url,
        remedy=f"Is there a proxy before it, or a login page? {KEPT}.",
    )


def refusal(status: int | None, body: object) -> tuple[str, str]:
    """Return what to tell a user about a refused request: what is wrong, and what to do."""
    said = body.get("validation_errors") or body.get("detail") if isinstance(body, dict) else ""
    detail = f": {said}"[:300] if said else "."
    for sign, words in REFUSALS.items():
        if status == 401 and sign in detail:
            return words
    what, remedy = _by_status(status or 0, detail)
    return f"{what}{detail}", remedy


def _by_status(status: int, detail: str) -> tuple[str, str]:
    if status in (401, 403):
        remedy = "Put a token of this very server into LABEL_STUDIO_API_KEY."
        return "Label Studio does not accept our token", remedy
    if status == 404 and "No Project" in detail:
        remedy = "Forget it here, then push: what people said there is kept."
        return "The project is no longer in Label Studio", remedy
    if status == 404:
        return "Label Studio does not have what we asked for", "Check the address."
    if status == 429:
        return "Label Studio asks us to be slower", f"{KEPT} in a minute."
    if status >= 500:
        remedy = "Look into its log, then run the same again: what was sent is kept."
        return f"Label Studio failed with error {status}", remedy
    return f"Label Studio refused ({status})", "Correct that, then run the same again."
