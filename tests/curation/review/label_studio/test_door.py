from __future__ import annotations

import base64
import traceback
from typing import Any

import httpx
import pytest

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.door import check_prediction, connect
from curation.review.label_studio.sync import PushState, pull, push

CONFIG = (
    '<View><Text name="text" value="$text"/>'
    '<Choices name="label" toName="text"><Choice value="spam"/></Choices></View>'
)


def through(handler: Any) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(handler))


def test_a_connection_knows_whose_token_it_is(connection: Any) -> None:
    assert connection.user == "ada@example.org"
    assert connection.host == "label-studio.test:8080"


def test_a_connection_and_a_refused_one_let_go_of_the_network(server: Any, make: Any) -> None:
    with connect(make.url, make.token, http=through(server)) as connection:
        assert not connection.http.is_closed
    assert connection.http.is_closed
    refused = through(server)
    with pytest.raises(ReviewBackendError):
        connect(make.url, "f" * 40, http=refused)
    assert refused.is_closed


def test_the_token_is_in_no_repr(connection: Any, make: Any) -> None:
    assert make.token not in repr(connection)


def test_a_wrong_token_is_told_apart(server: Any, make: Any) -> None:
    with pytest.raises(ReviewBackendError, match=r"accept our token: Invalid token\.") as caught:
        connect(make.url, "f" * 40, http=through(server))
    assert "LABEL_STUDIO_API_KEY" in caught.value.remedy


def test_somebody_elses_token_is_refused(server: Any, make: Any) -> None:
    with pytest.raises(ReviewBackendError, match=r"belongs to ada@example\.org, not to eve@"):
        connect(make.url, make.token, user="eve@example.org", http=through(server))


def test_blanks_around_token_and_address_do_not_matter(server: Any, make: Any) -> None:
    found = connect(f" {make.url}/ ", f"{make.token}\n", http=through(server))
    assert found.url == make.url


@pytest.mark.parametrize(
    ("token", "words"),
    [("", "no token"), ("secret\nsecret", "misspelled"), ("secret tail", "misspelled"),
     ("secrét", "misspelled")],
)  # fmt: skip
def test_a_misspelled_token_never_reaches_http(server: Any, token: str, words: str) -> None:
    with pytest.raises(ReviewBackendError, match=words) as caught:
        connect("http://x", token, http=through(server))
    assert not server.requests
    assert "secr" not in str(caught.value)


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://x", "", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ReviewBackendError, match="not a web address"):
        connect(url, "f" * 40)


def test_nothing_listens_there() -> None:
    with pytest.raises(ReviewBackendError, match="not reachable") as caught:
        connect("http://127.0.0.1:9", "f" * 40)
    assert "make label-studio" in caught.value.remedy


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>a router</html>"),
        httpx.Response(200, json=["something"]),
        httpx.Response(200, json={"version": "of something else"}),
        httpx.Response(404, text="not found"),
    ],
)
def test_something_else_listens_there(answer: httpx.Response) -> None:
    with pytest.raises(ReviewBackendError, match="not Label Studio"):
        connect("http://x", "f" * 40, http=through(lambda _: answer))


LEGACY_OFF = (
    "Authentication token no longer valid: legacy token authentication has been disabled for "
    "this organization"
)


@pytest.mark.parametrize(
    ("status", "detail", "words", "remedy"),
    [
        (401, LEGACY_OFF, "does not accept legacy tokens", "personal access token"),
        (401, "Invalid token.", "does not accept our token", "LABEL_STUDIO_API_KEY"),
        (403, "You do not have permission.", "does not accept our token", "LABEL_STUDIO_API_KEY"),
        (404, "Not found.", "does not have", "address"),
        (500, "database is locked", "failed with error 500: database is locked", "log"),
        (503, "", "failed with error 503", "log"),
        (418, "teapot", r"refused \(418\): teapot", "Correct"),
    ],
)
def test_every_refusal_has_its_words(
    server: Any, make: Any, status: int, detail: str, words: str, remedy: str
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response | None:
        if "whoami" not in request.url.path:
            return None
        return httpx.Response(status, json={"detail": detail})

    server.before = refuse
    with pytest.raises(ReviewBackendError, match=words) as caught:
        connect(make.url, make.token, http=through(server))
    assert remedy in caught.value.remedy
    assert caught.value.where == make.url
    assert len(server.requests) == 2, "nothing is asked again by itself"


@pytest.mark.parametrize("fault", [httpx.ReadTimeout, httpx.ConnectTimeout])
def test_a_slow_server_is_not_a_missing_one(server: Any, make: Any, fault: Any) -> None:
    def dawdle(request: httpx.Request) -> None:
        raise fault("slow", request=request)

    server.before = dawdle
    with pytest.raises(ReviewBackendError, match="did not answer within"):
        connect(make.url, make.token, http=through(server))


def test_no_secret_is_left_in_the_traceback(server: Any, make: Any) -> None:
    secret = "9" * 40
    with pytest.raises(ReviewBackendError) as caught:
        connect(make.url, secret, http=through(server))
    assert secret not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(200, text="<html>sign in</html>"), "cannot be read: it is a web page"),
        (httpx.Response(200, text='{"email": "ada@exa'), "cannot be read: .*JSON"),
        (httpx.Response(200, content=b"\xff\xfe"), "cannot be read: .*JSON"),
        (httpx.Response(200, json=["ada"]), "cannot be read: Input should be"),
        (httpx.Response(200, json={"email": 7}), "cannot be read: email Input should be"),
        (httpx.Response(500, text="<html>oops</html>"), r"failed with error 500\."),
        (httpx.Response(429, json={"detail": "Request was throttled."}), "slower: Request was"),
    ],
)
def test_an_answer_that_is_none_is_said_in_words(
    server: Any, make: Any, answer: httpx.Response, words: str
) -> None:
    server.before = lambda request: answer if "whoami" in request.url.path else None
    with pytest.raises(ReviewBackendError, match=words) as caught:
        connect(make.url, make.token, http=through(server))
    assert caught.value.remedy


@pytest.mark.parametrize("fault", [httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError])
def test_a_server_that_goes_away_is_said_in_words(server: Any, make: Any, fault: Any) -> None:
    def go(request: httpx.Request) -> None:
        raise fault("gone", request=request)

    server.before = go
    with pytest.raises(ReviewBackendError, match=f"not reachable.*{fault.__name__}"):
        connect(make.url, make.token, http=through(server))


def test_an_address_that_leads_elsewhere_is_put_right(make: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "http":
            return httpx.Response(
                301, headers={"Location": str(request.url.copy_with(scheme="https"))}
            )
        return httpx.Response(200, json={"label-studio-os-package": {}})

    http = httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True)
    with pytest.raises(ReviewBackendError, match="moved") as caught:
        connect("http://label-studio.test/ls", make.token, http=http)
    assert caught.value.remedy == "Use https://label-studio.test/ls."


def test_a_page_shorter_than_it_says_is_no_answer(
    connection: Any, server: Any, task: Any, make: Any
) -> None:
    state = push(connection, task, "Spam or ham", [make.card("a"), make.card("b")], PushState())

    def halve(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        body = answer.json()
        return httpx.Response(200, json={**body, "tasks": body["tasks"][:1]})

    server.after = lambda request, answer: (
        halve(request, answer) if request.url.path == "/api/tasks/" else answer
    )
    server._import(1, {"data": {}})
    with pytest.raises(ReviewBackendError, match="gave 1 of 3 tasks"):
        pull(connection, task, state)


def test_a_personal_access_token_opens_also_below_a_path(make: Any) -> None:
    claims = base64.urlsafe_b64encode(b'{"token_type":"refresh","exp":9999999999}').decode()
    token, asked = f"e30.{claims.rstrip('=')}.c2ln", []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path == "/ls/api/version":
            return httpx.Response(200, json={"label-studio-os-package": {}})
        if "refresh" in request.url.path:
            return httpx.Response(200, json={"access": "bought"})
        assert request.headers["Authorization"] == "Bearer bought"
        return httpx.Response(200, json={"email": "ada@example.org"})

    assert connect(f"{make.url}/ls", token, http=through(answer)).user == "ada@example.org"
    assert asked[1:] == ["/ls/api/token/refresh/", "/ls/api/current-user/whoami"]


def test_a_prediction_is_checked_before_it_is_sent() -> None:
    value = {"choices": ["eggs"]}
    region = {"from_name": "label", "to_name": "text", "type": "choices", "value": value}
    prediction = {"model_version": "m", "score": 0.5, "result": [region]}
    with pytest.raises(ReviewBackendError, match="does not fit") as caught:
        check_prediction(CONFIG, prediction, "example 7")
    assert caught.value.where == "example 7"
    value["choices"] = ["spam"]
    check_prediction(CONFIG, prediction, "example 7")
