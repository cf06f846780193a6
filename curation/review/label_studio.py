"""The door to Label Studio: open it with a token, and say in words what stands in the way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError

from curation.exceptions import ReviewBackendError
from curation.review.label_refusals import refusal
from curation.types import JsonObject

SECONDS = 120
"""How long one answer may take; an import of 500 tasks takes about two seconds."""

PAGE = 200

Filter = tuple[str, str, object, str]
"""A Data Manager filter: column, operator, value, type."""


@dataclass(frozen=True)
class Connection:
    """A Label Studio that knows us; use it as a context, or close it.

    Every method that asks the server raises ReviewBackendError when it fails.

    Attributes
    ----------
    url : str
    user : str
        Whose token it is, by e-mail address.
    client : label_studio_sdk.LabelStudio
    http : httpx.Client
        What the client speaks through.
    """

    url: str
    user: str
    client: Any = field(repr=False)
    http: httpx.Client = field(repr=False)

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

    def project(self, number: int) -> Any:  # noqa: ANN401 - the SDK is untyped
        """Return a project's settings and counts."""
        with in_words(self.url):
            return self.client.projects.get(number)

    def projects(self, title: str) -> list[Any]:
        """Return the projects with exactly this title."""
        with in_words(self.url):
            return [found for found in self.client.projects.list() if found.title == title]

    def create_project(self, **settings: object) -> int:
        """Create a project and return its number."""
        with in_words(self.url):
            return int(self.client.projects.create(**settings).id)

    def change_screen(self, number: int, config: str) -> None:
        """Give a project another labeling screen."""
        with in_words(self.url):
            self.client.projects.update(id=number, label_config=config)

    def import_tasks(self, number: int, tasks: Sequence[JsonObject]) -> list[int]:
        """Import tasks, all or none, and return their ids in order."""
        with in_words(self.url):
            answer = self.client.projects.import_tasks(
                id=number, request=list(tasks), return_task_ids=True
            )
        ids = list(getattr(answer, "task_ids", None) or ())
        if len(ids) != len(tasks):
            raise ReviewBackendError(
                "Label Studio did not say which tasks it made.",
                where=self.url,
                remedy="Push again: what arrived is recognised.",
            )
        return ids

    def import_predictions(self, number: int, predictions: Sequence[JsonObject]) -> None:
        """Import suggestions for tasks that are there already, all or none."""
        with in_words(self.url):
            self.client.projects.import_predictions(id=number, request=list(predictions))

    def tasks(
        self, number: int, *filters: Filter, fields: Sequence[str], order: str, size: int
    ) -> list[Any]:
        """Return the first page of a project's tasks that pass all `filters`."""
        query = {"filters": _conjunction(filters), "ordering": [order]}
        with in_words(self.url):
            page = self.client.tasks.list(
                project=number, query=json.dumps(query), include=",".join(fields), page_size=size
            )
        return list(page.items or ())

    def tasks_by_id(
        self, number: int, *filters: Filter, fields: Sequence[str], after: int = 0
    ) -> Iterator[Any]:
        """Yield all such tasks with an id above `after`; changes meanwhile shift no page."""
        while True:
            here: Filter = ("id", "greater", after, "Number")
            page = self.tasks(number, *filters, here, fields=fields, order="tasks:id", size=PAGE)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].id

    def delete_tasks(self, number: int, ids: Sequence[int], *filters: Filter) -> None:
        """Delete those of a project's tasks that pass all `filters`, in one request."""
        with in_words(self.url):
            self.client.actions.create(
                id="delete_tasks",
                project=number,
                filters=_conjunction(filters),
                selected_items={"all": False, "included": list(ids)},
            )

    def which(self, number: int, ids: Sequence[int]) -> set[int]:
        """Return those of `ids` that are tasks of a project."""
        here: Filter = ("id", "in_list", list(ids), "Number")
        return {task.id for task in self.tasks_by_id(number, here, fields=("id",))}

    def people(self) -> dict[int, str]:
        """Return e-mail addresses by user id."""
        with in_words(self.url):
            return {user.id: user.email or user.username for user in self.client.users.list()}


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
        email = client.users.whoami().email or ""
    if user not in (None, email):
        what = f"The token belongs to {email}, not to {user}."
        remedy = "Put your own token into LABEL_STUDIO_API_KEY."
        raise ReviewBackendError(what, where=url, remedy=remedy)
    return Connection(url, email, client, http)


def check_prediction(config: str, prediction: Mapping[str, object], where: str) -> None:
    """Raise ReviewBackendError if a prediction does not fit a labeling screen.

    The server stores misfits silently unless told otherwise, so it is not asked.
    """
    from label_studio_sdk.label_interface import LabelInterface

    faults = LabelInterface(config).validate_prediction(dict(prediction), return_errors=True)
    if faults:
        raise ReviewBackendError(
            f"A suggestion does not fit the task: {faults[0]}",
            where=where,
            remedy="Suggest one of the task's labels; nothing was sent.",
        )


@contextmanager
def in_words(url: str) -> Iterator[None]:
    """Turn what HTTP and the SDK raise into a ReviewBackendError, without its secret headers."""
    from label_studio_sdk.core.api_error import ApiError

    kept = "What was sent is kept: try again"
    try:
        yield
    except ApiError as error:
        what, remedy = refusal(error.status_code, error.body)
        raise ReviewBackendError(what, where=url, remedy=remedy) from None
    except httpx.TimeoutException:
        what = f"Label Studio did not answer within {SECONDS} seconds."
        raise ReviewBackendError(what, where=url, remedy=f"{kept} when it is less busy.") from None
    except httpx.HTTPError as error:
        what = f"Label Studio is not reachable ({type(error).__name__})."
        remedy = f"Is it running (`make label-studio`), and is the address right? {kept}."
        raise ReviewBackendError(what, where=url, remedy=remedy) from None
    except (json.JSONDecodeError, ValidationError):
        raise _not_label_studio(url) from None


def _conjunction(filters: Sequence[Filter]) -> JsonObject:
    keys = ("filter", "operator", "value", "type")
    items = [dict(zip(keys, (f"filter:tasks:{f[0]}", *f[1:]), strict=True)) for f in filters]
    return {"conjunction": "and", "items": items}


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
    known = answer.json() if answer.status_code == httpx.codes.OK else {}
    if not isinstance(known, dict) or not any(key.startswith("label-studio") for key in known):
        raise _not_label_studio(url)


def _not_label_studio(url: str) -> ReviewBackendError:
    return ReviewBackendError(
        "Something answers there, but it is not Label Studio.",
        where=url,
        remedy="Check address and port; `make label-studio` shows them.",
    )
