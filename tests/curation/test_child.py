from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from curation.child import Child
from curation.exceptions import ModelError

SERVER = """
import os, time
from curation.child import serve
from curation.exceptions import DatasetError

def count(job, send):
    print("noise on stdout")
    for n in range(job["to"]):
        send({"event": "count", "n": n})

def refuse(job, send):
    raise DatasetError("No.", where="here", remedy="Ask nicely.")

def crash(job, send):
    raise KeyError("a bug")

def sleep(job, send):
    send({"event": "pid", "pid": os.getpid()})
    time.sleep(600)

serve({"count": count, "refuse": refuse, "crash": crash, "sleep": sleep})
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Child:
    (tmp_path / "a_server.py").write_text(SERVER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return Child("a_server")


def test_a_job_is_answered_in_events_whatever_is_printed(child: Child) -> None:
    with child:
        job = {"job": "count", "to": 3}
        assert [event["n"] for event in child.events(job)] == [0, 1, 2]
        assert [event["n"] for event in child.events(job)] == [0, 1, 2]


def test_our_errors_come_through_and_the_child_is_ready_for_more(child: Child) -> None:
    with child:
        with pytest.raises(ModelError, match=r"No\. \[here\] Ask nicely\."):
            list(child.events({"job": "refuse"}))
        assert len(list(child.events({"job": "count", "to": 1}))) == 1


def test_a_crash_is_told_with_its_last_words(child: Child) -> None:
    with child:
        with pytest.raises(ModelError, match="KeyError: 'a bug'") as caught:
            list(child.events({"job": "crash"}))
        assert "exit code 1" in caught.value.where
        assert len(list(child.events({"job": "count", "to": 1}))) == 1


def test_who_stops_listening_stops_the_job(child: Child) -> None:
    with child:
        events = child.events({"job": "sleep"})
        pid = next(events)["pid"]
        events.close()
        assert not psutil.pid_exists(pid)


def test_a_child_ends_with_its_parent(child: Child, tmp_path: Path) -> None:
    code = """
import os
from curation.child import Child
event = next(Child("a_server").events({"job": "sleep"}))
os.write(1, str(event["pid"]).encode())
os._exit(0)
"""
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join([root, str(tmp_path)])
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        check=True,
    )
    try:
        psutil.Process(int(told.stdout)).wait(20)
    except psutil.NoSuchProcess:
        return
