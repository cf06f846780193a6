"""The Label Studio our script starts: strict, alone on this machine, and silent about its token."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmarks.label_studio import Sizes, measure
from curation.types import TaskKind
from studio.stations.label_studio.link import state_of
from studio.stations.label_studio.syncing import check, look, sync

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_it_is_the_one_we_asked_for(door: Any, make_project: Any) -> None:
    found = check(make_project(TaskKind.CLASSIFY, ("spam", "ham"), []))
    assert found.server == "Label Studio 1.23.2 (Community)"
    assert (found.user, found.token) == ("tunesmith@localhost.local", "legacy token")


def test_a_prediction_that_does_not_fit_is_refused(
    door: Any, person: Any, make_project: Any, regions: Any
) -> None:
    project = make_project(TaskKind.CLASSIFY, ("spam", "ham"), [{"text": "hello"}])
    sync(project, number=1)
    number = state_of(project, look(project).address).project
    (task,) = person.tasks(number)
    body = {"task": task["id"], "result": [regions.choice("eggs")], "score": 0.5}
    answer = person.http.post("/api/predictions/", json=body)
    assert answer.status_code == 400
    assert "eggs" in answer.text


def test_only_this_machine_is_let_in(door: Any) -> None:
    with socket.socket() as other:
        assert other.connect_ex(("127.0.0.2", door.port))


def test_it_tells_nobody_about_us(door: Any) -> None:
    (server,) = (
        child
        for child in psutil.Process(door.script.pid).children()
        if "label-studio" in " ".join(child.cmdline())
    )
    environment = server.environ()
    assert environment["COLLECT_ANALYTICS"] == "0"
    assert environment["SENTRY_DSN"] == environment["FRONTEND_SENTRY_DSN"] == ""
    assert environment["LATEST_VERSION_CHECK"] == "false"
    strangers = {
        connection.raddr.ip
        for connection in server.net_connections()
        if connection.raddr and not connection.raddr.ip.startswith("127.")
    }
    assert strangers == set()


def test_its_log_holds_no_secret(door: Any) -> None:
    log = (door.home / "server.log").read_text(errors="replace")
    assert door.token not in log
    assert door.password not in log
    account: Path = door.home / "account.json"
    assert account.stat().st_mode & 0o077 == 0
    assert account.stat().st_uid == os.getuid()


def test_the_benchmark_measures_and_finds_nothing_lost(door: Any, tmp_path: Path) -> None:
    figures = measure(door.url, door.token, tmp_path, Sizes(tasks=60, push=20, changed=5))
    assert list(figures) == [
        "push_20_seconds", "pull_5_of_60_seconds", "sdk_list_seconds", "ratio_pull", "lost",
        "doubled",
    ]  # fmt: skip
    assert (figures["lost"], figures["doubled"]) == (0, 0)
    assert all(value > 0 for name, value in figures.items() if name.endswith("seconds"))
