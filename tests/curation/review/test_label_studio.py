from __future__ import annotations

import traceback
from typing import Any

import httpx
import jwt
import pytest

from curation.exceptions import ReviewBackendError
from curation.review.label_studio import check_prediction, connect

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


def jwt_token(kind: str, expires: int) -> str:
    claims = {"token_type": kind, "exp": expires}
    return jwt.encode(claims, "key" * 12, algorithm="HS256")


# The SDK reads the answer with pydantic's old name for it.
@pytest.mark.filterwarnings("ignore:The `parse_obj` method is deprecated")
def test_a_personal_access_token_is_exchanged_also_below_a_path(make: Any) -> None:
    access, asked = jwt_token("access", 9_999_999_999), []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path == "/ls/api/token/refresh/":
            return httpx.Response(200, json={"access": access})
        if request.url.path == "/ls/api/version":
            return httpx.Response(200, json={"label-studio-os-package": {}})
        assert request.headers["Authorization"] == f"Bearer {access}"
        return httpx.Response(200, json={"email": "ada@example.org", "username": "ada"})

    token = jwt_token("refresh", 9_999_999_999)
    assert connect(f"{make.url}/ls", token, http=through(answer)).user == "ada@example.org"
    assert "/ls/api/token/refresh/" in asked


@pytest.mark.parametrize(
    ("token", "detail", "words"),
    [
        (jwt_token("access", 9_999_999_999), "Token has wrong type", "lives for five minutes"),
        (jwt_token("refresh", 9_999_999_999), "Token is blacklisted", "was revoked"),
        (jwt_token("refresh", 1), "never asked", "has expired"),
        (jwt_token("refresh", 9_999_999_999), "Token is invalid", "does not accept our token"),
    ],
)
def test_personal_access_tokens_fail_in_words(
    server: Any, make: Any, token: str, detail: str, words: str
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response | None:
        refused = httpx.Response(401, json={"detail": detail})
        return refused if "refresh" in request.url.path else None

    server.before = refuse
    with pytest.raises(ReviewBackendError, match=words):
        connect(make.url, token, http=through(server))


def test_a_prediction_is_checked_before_it_is_sent() -> None:
    value = {"choices": ["eggs"]}
    region = {"from_name": "label", "to_name": "text", "type": "choices", "value": value}
    prediction = {"model_version": "m", "score": 0.5, "result": [region]}
    with pytest.raises(ReviewBackendError, match="does not fit") as caught:
        check_prediction(CONFIG, prediction, "example 7")
    assert caught.value.where == "example 7"
    value["choices"] = ["spam"]
    check_prediction(CONFIG, prediction, "example 7")
