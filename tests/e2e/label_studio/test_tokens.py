"""Tokens of both kinds, and what is said of those that open nothing any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from curation.exceptions import ReviewBackendError
from curation.project import Project
from curation.types import TaskKind
from studio.stations.label_studio.link import TOKEN
from studio.stations.label_studio.syncing import check, pull, sync

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    rows = [{"text": f"message {number}"} for number in range(10)]
    return make_project(TaskKind.CLASSIFY, ("spam", "ham"), rows, "tokens")


def test_a_token_that_is_revoked(
    door: Any, invite: Any, person: Any, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(project, number=5)
    other = invite("cleo@example.org")
    old = other.token
    monkeypatch.setenv(TOKEN, old)
    assert check(project).user == "cleo@example.org"
    other.sent("POST", "/api/current-user/reset-token/")
    with pytest.raises(ReviewBackendError, match="does not accept our token"):
        pull(project)
    monkeypatch.setenv(TOKEN, "nonsense")
    with pytest.raises(ReviewBackendError, match="does not accept our token"):
        check(project)
    monkeypatch.setenv(TOKEN, person.token)
    assert pull(project).kept == 0


def test_a_personal_access_token_and_its_end(
    door: Any, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with httpx.Client(base_url=door.url, timeout=60, follow_redirects=True) as browser:
        browser.get("/user/login/")
        form = {"email": "tunesmith@localhost.local", "password": door.password}
        csrf = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        browser.post("/user/login/", data=form | csrf, headers={"Referer": door.url})
        headers = {"X-CSRFToken": browser.cookies["csrftoken"], "Referer": door.url}
        personal = browser.post("/api/token/", headers=headers).json()["token"]
        monkeypatch.setenv(TOKEN, personal)
        assert check(project).token == "personal access token"
        assert sync(project, number=5).sent == 5
        access = browser.post("/api/token/refresh/", json={"refresh": personal}).json()["access"]
        revoked = browser.post("/api/token/blacklist/", json={"refresh": personal}, headers=headers)
        assert revoked.is_success
    with pytest.raises(ReviewBackendError, match="revoked"):
        pull(project)
    monkeypatch.setenv(TOKEN, access)
    with pytest.raises(ReviewBackendError, match="access token, which lives for five minutes"):
        pull(project)
