"""A model behind an address that speaks OpenAI's chat completions, asked politely."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from curation.exceptions import FunctionError

if TYPE_CHECKING:
    import httpx

URL, KEY, MODEL = "TUNESMITH_LLM_URL", "TUNESMITH_LLM_KEY", "TUNESMITH_LLM_MODEL"
AGAIN = {408, 409, 425, 429, 500, 502, 503, 504, 529}
"""Statuses that may be over soon."""
LONGEST_WAIT = 60.0


@dataclass(frozen=True)
class _Busy:
    """No reply yet: what was said instead, and the seconds to wait if that was said."""

    said: str
    pause: float = 0.0


@dataclass(frozen=True)
class Endpoint:
    """Where prompts are sent. The texts in them leave this machine, unless it is the address.

    Attributes
    ----------
    url : str
        Up to and without `/chat/completions`, such as `http://localhost:11434/v1`.
    model : str
    key : str
        Sent as a bearer token; never shown, logged or kept.
    at_once : int
        Requests under way together.
    seconds : float
        How long one request may take.
    tries : int
        How often a request is made before it is given up.
    pause : float
        Seconds before the second try; they double with every other.
    most_tokens : int
        The longest reply, in tokens.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    at_once: int = 4
    seconds: float = 60.0
    tries: int = 5
    pause: float = 1.0
    most_tokens: int = 16

    @property
    def name(self) -> str:
        """The address and the model, without what may be secret in the address."""
        return f"{self._address} {self.model}"

    @property
    def _address(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"

    @property
    def _password(self) -> tuple[str, str] | None:
        parts = urlsplit(self.url)
        return (parts.username, parts.password or "") if parts.username else None

    def ask(self, prompts: Sequence[str]) -> Generator[tuple[int, str]]:
        """Yield each prompt's place and its reply, in the order they come in.

        Stopping to listen stops the asking: what was not sent is not sent.

        Raises
        ------
        FunctionError
            A request was refused, or failed as often as it may be tried.
        """
        import httpx

        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        limits = httpx.Limits(max_connections=self.at_once)
        stop, left = Event(), iter(enumerate(prompts))
        with (
            httpx.Client(
                headers=headers, auth=self._password, timeout=self.seconds, limits=limits
            ) as client,
            ThreadPoolExecutor(self.at_once) as pool,
        ):
            try:
                yield from self._answers(pool, client, left, stop)
            finally:
                stop.set()

    def _answers(
        self,
        pool: ThreadPoolExecutor,
        client: httpx.Client,
        left: Iterator[tuple[int, str]],
        stop: Event,
    ) -> Iterator[tuple[int, str]]:
        running: dict[Future[str], int] = {}
        failure: BaseException | None = None
        while True:
            if failure is None:
                for place, prompt in islice(left, self.at_once - len(running)):
                    running[pool.submit(self._reply, client, prompt, stop)] = place
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                place, error = running.pop(future), future.exception()
                if error is None:
                    yield place, future.result()
                else:  # what is under way was sent: its replies are taken, no other is asked
                    failure = failure or error
                    stop.set()
        if failure is not None:
            raise failure

    def _reply(self, client: httpx.Client, prompt: str, stop: Event) -> str:
        busy = _Busy("nothing")
        for attempt in range(self.tries):
            got = self._once(client, prompt)
            if isinstance(got, str):
                return got
            busy = got
            # Not all at the same moment: they would be too many again.
            longer = random.uniform(0.75, 1.25) * 2**attempt  # noqa: S311 - no secret
            if attempt + 1 == self.tries or stop.wait(busy.pause or self.pause * longer):
                break
        raise self._error(f"did not answer in {self.tries} tries", busy.said)

    def _once(self, client: httpx.Client, prompt: str) -> str | _Busy:
        """Return the reply, or why it may come another time."""
        import httpx

        try:
            response = client.post(f"{self._address}/chat/completions", json=self._body(prompt))
        except httpx.TransportError as error:
            return _Busy(self._excerpt(str(error)) or type(error).__name__)
        except httpx.InvalidURL as error:
            raise self._error("has no address", str(error)) from error
        if response.is_success:
            return self._text(response)
        said = f"HTTP {response.status_code}: {self._excerpt(response.text)}"
        if response.status_code not in AGAIN:
            raise self._error("refused a request", said)
        return _Busy(said, _retry_after(response))

    def _body(self, prompt: str) -> dict[str, Any]:
        messages = [{"role": "user", "content": prompt}]
        return {
            "model": self.model,
            "messages": messages,
            "temperature": 0,
            "max_tokens": self.most_tokens,
        }

    def _text(self, response: httpx.Response) -> str:
        try:
            text = response.json()["choices"][0]["message"]["content"]
        except (ValueError, LookupError, TypeError) as error:
            said = self._excerpt(response.text)
            raise self._error("answered in a form that is not OpenAI's", said) from error
        return text if isinstance(text, str) else ""  # null: it was silent, or was filtered

    def _excerpt(self, text: str) -> str:
        plain = text.replace(self.key, "***") if self.key else text
        return " ".join(re.sub(r"[^\x20-\x7e]+", " ", plain).split())[:200]

    def _error(self, what: str, said: str) -> FunctionError:
        return FunctionError(
            f"The model {what}. It said: {said}",
            where=self.name,
            remedy="What was answered is kept. Mend it and ask again: only the rest is asked.",
        )


def endpoint_from_environment(model: str = "") -> Endpoint:
    """Return the endpoint that the environment names.

    Parameters
    ----------
    model : str
        The model's name; by default `TUNESMITH_LLM_MODEL`.

    Raises
    ------
    FunctionError
        There is no address, or no model.
    """
    url, name = os.environ.get(URL, ""), model or os.environ.get(MODEL, "")
    if not url or not name:
        raise FunctionError(
            "No model is set to ask.",
            remedy=f"Set {URL} (such as http://localhost:11434/v1) and {MODEL}, and {KEY} if it "
            'wants one; or use a local one: model="bundled:smollm2-135m-instruct".',
        )
    return Endpoint(url, name, os.environ.get(KEY, ""))


def _retry_after(response: httpx.Response) -> float:
    try:
        return min(LONGEST_WAIT, max(0.0, float(response.headers.get("Retry-After", 0))))
    except ValueError:  # a date, which few send
        return 0.0
