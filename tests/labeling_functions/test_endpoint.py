"""Against a real HTTP server that speaks OpenAI's chat completions."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from curation.exceptions import FunctionError
from labeling_functions.endpoint import KEY, MODEL, URL, Endpoint, endpoint_from_environment

SECRET = "sk-very-secret"
Answer = tuple[int, dict[str, str], bytes]


def completion(text: str | None) -> Answer:
    body = {"choices": [{"message": {"role": "assistant", "content": text}}]}
    return 200, {}, json.dumps(body).encode()


class Server(ThreadingHTTPServer):
    """Answers with what `says` makes of the prompt and of how often it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.says: Callable[[str, int], Answer] = lambda prompt, _n: completion(prompt.upper())
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.times: dict[str, int] = {}
        self.lock = threading.Lock()
        self.now = self.most = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = body["messages"][0]["content"]
        with self.server.lock:
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
            self.server.requests.append({**body, "path": self.path})
            self.server.headers.append(dict(self.headers))
            times = self.server.times[prompt] = self.server.times.get(prompt, 0) + 1
        status, headers, content = self.server.says(prompt, times)
        with self.server.lock:
            self.server.now -= 1
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def endpoint(server: Server, **options: Any) -> Endpoint:
    return Endpoint(server.url, "tiny", SECRET, **{"pause": 0.01, **options})


def test_every_prompt_is_answered_as_openai_s_protocol_has_it(server: Server) -> None:
    prompts = [f"prompt {n}" for n in range(20)]
    found = dict(endpoint(server).ask(prompts))
    assert found == {n: f"PROMPT {n}" for n in range(20)}
    request = next(r for r in server.requests if r["messages"][0]["content"] == "prompt 7")
    assert request["path"] == "/v1/chat/completions"
    assert request["messages"] == [{"role": "user", "content": "prompt 7"}]
    assert (request["model"], request["temperature"]) == ("tiny", 0)
    assert server.headers[0]["Authorization"] == f"Bearer {SECRET}"


def test_without_a_key_none_is_sent(server: Server) -> None:
    assert dict(Endpoint(server.url, "tiny").ask(["a"])) == {0: "A"}
    assert "Authorization" not in server.headers[0]


def test_no_more_are_asked_at_once_than_said(server: Server) -> None:
    gate = threading.Barrier(3, timeout=10)

    def together(prompt: str, _times: int) -> Answer:
        gate.wait()  # only three requests under way at once get past here
        return completion(prompt)

    server.says = together
    assert len(dict(endpoint(server, at_once=3).ask([str(n) for n in range(9)]))) == 9
    assert server.most == 3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_be_over_soon_is_tried_again(server: Server, status: int) -> None:
    def at_the_third_time(prompt: str, times: int) -> Answer:
        return completion(prompt) if times == 3 else (status, {"Retry-After": "0"}, b"busy")

    server.says = at_the_third_time
    assert dict(endpoint(server).ask(["a", "b"])) == {0: "a", 1: "b"}
    assert server.times == {"a": 3, "b": 3}


def test_what_keeps_failing_is_given_up_in_words(server: Server) -> None:
    server.says = lambda _prompt, _times: (503, {}, b"out of order")
    with pytest.raises(FunctionError, match=r"in 2 tries\. It said: HTTP 503: out of order"):
        list(endpoint(server, tries=2).ask(["a"]))
    assert server.times == {"a": 2}


def test_a_refusal_is_not_repeated_and_shows_no_secret(server: Server) -> None:
    server.says = lambda _prompt, _times: (401, {}, f"wrong key {SECRET}".encode())
    with pytest.raises(FunctionError, match="HTTP 401: wrong key") as caught:
        list(endpoint(server).ask(["a"]))
    assert SECRET not in str(caught.value) + repr(caught.value.__cause__)
    assert server.times == {"a": 1}


def test_a_server_that_is_not_there_is_said(server: Server) -> None:
    gone = Endpoint("http://127.0.0.1:9/v1", "tiny", tries=2, pause=0.01)
    with pytest.raises(FunctionError, match="did not answer in 2 tries"):
        list(gone.ask(["a"]))


def test_a_request_that_takes_too_long_is_given_up(server: Server) -> None:
    late = threading.Event()

    def never(prompt: str, _times: int) -> Answer:
        late.wait(10)
        return completion(prompt)

    server.says = never
    try:
        with pytest.raises(FunctionError, match="timed out"):
            list(endpoint(server, seconds=0.1, tries=1).ask(["a"]))
    finally:
        late.set()


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"choices": []}', b'{"choices": [3]}'])
def test_an_answer_of_another_form_is_refused(server: Server, content: bytes) -> None:
    server.says = lambda _prompt, _times: (200, {}, content)
    with pytest.raises(FunctionError, match="a form that is not OpenAI's"):
        list(endpoint(server).ask(["a"]))


def test_silence_is_an_empty_reply(server: Server) -> None:
    server.says = lambda _prompt, _times: completion(None)
    assert dict(endpoint(server).ask(["a"])) == {0: ""}


def test_who_stops_listening_stops_the_asking(server: Server) -> None:
    answers = endpoint(server, at_once=2).ask([str(n) for n in range(100)])
    next(answers)
    answers.close()
    assert len(server.requests) < 10


def test_the_key_is_in_no_name_no_log_and_no_text(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked = endpoint(server)
    list(asked.ask(["a"]))
    assert SECRET not in repr(asked) + asked.name + caplog.text
    inside = Endpoint(server.url.replace("//", "//me:pass@"), "tiny")
    assert dict(inside.ask(["b"])) == {0: "B"}
    assert server.headers[-1]["Authorization"].startswith("Basic ")
    assert "pass" not in inside.name + caplog.text
    hidden = Endpoint("https://me:pass@host.example:8/v1?x=pass", "m").name
    assert hidden == "https://host.example:8/v1 m"


def test_the_environment_names_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (URL, MODEL, KEY):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(FunctionError, match=URL):
        endpoint_from_environment()
    monkeypatch.setenv(URL, "http://localhost:1/v1")
    with pytest.raises(FunctionError, match=MODEL):
        endpoint_from_environment()
    assert endpoint_from_environment("big").model == "big"
    monkeypatch.setenv(MODEL, "small")
    monkeypatch.setenv(KEY, SECRET)
    found = endpoint_from_environment()
    assert (found.model, found.key) == ("small", SECRET)
