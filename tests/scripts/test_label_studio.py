from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "label_studio.py"


@pytest.fixture(scope="module")
def launcher() -> ModuleType:
    spec = spec_from_file_location("label_studio_launcher", SCRIPT)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def run(home: Path, port: int, venv: Path, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), "--port", str(port), "--home", str(home)],
        env={**os.environ, "TUNESMITH_LABEL_STUDIO_VENV": str(venv), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_account_is_made_once_and_only_ours_to_read(launcher: Any, tmp_path: Path) -> None:
    path = tmp_path / "new" / "account.json"
    account = launcher.load_account(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert launcher.load_account(path) == account == json.loads(path.read_text())
    assert launcher.load_account(tmp_path / "other.json")["token"] != account["token"]
    assert len(account["token"]) == 40
    assert [each.name for each in path.parent.iterdir()] == ["account.json"]


def test_a_half_made_account_is_made_anew(launcher: Any, tmp_path: Path) -> None:
    (tmp_path / "account.new").write_text("{")
    assert launcher.load_account(tmp_path / "account.json")["user"] == launcher.USER


def test_a_busy_port_is_refused_before_anything_else(listening: int, tmp_path: Path) -> None:
    with run(tmp_path / "home", listening, tmp_path / "venv") as script:
        _, complaint = script.communicate(timeout=20)
    assert script.returncode == 1
    assert f"Port {listening} is in use" in complaint
    assert not (tmp_path / "home").exists()


def pretend(venv: Path, version: str, program: str) -> None:
    """Put a program where the installed Label Studio would be."""
    (venv / "bin").mkdir(parents=True)
    (venv / f"label-studio-{version}.installed").touch()
    file = venv / "bin" / "label-studio"
    file.write_text(f"#!{sys.executable}\n{program}")
    file.chmod(0o755)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_that_dies_at_once_shows_its_last_words(launcher: Any, tmp_path: Path) -> None:
    pretend(tmp_path / "venv", launcher.VERSION, "raise SystemExit('no such table')")
    with run(tmp_path / "home", free_port(), tmp_path / "venv") as script:
        _, complaint = script.communicate(timeout=20)
    assert script.returncode == 1
    assert "did not start" in complaint
    assert "no such table" in complaint


SERVER = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_GET(self):
        token = "Token " + os.environ["LABEL_STUDIO_USER_TOKEN"]
        known = self.headers.get("Authorization") == token and not os.environ.get("STRANGER")
        email = os.environ["LABEL_STUDIO_USERNAME"] if known else ""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "UP", "email": email}).encode())
json.dump(dict(os.environ), open("environment.json", "w"))
HTTPServer(("127.0.0.1", int(sys.argv[-1])), Handler).serve_forever()
"""


def test_it_tells_what_to_export_and_stops_with_ctrl_c(launcher: Any, tmp_path: Path) -> None:
    pretend(tmp_path / "venv", launcher.VERSION, SERVER)
    port, home = free_port(), tmp_path / "home"
    with run(home, port, tmp_path / "venv") as script:
        assert script.stdout
        lines = [script.stdout.readline() for _ in range(9)]
        script.send_signal(signal.SIGINT)
        rest, complaint = script.communicate(timeout=20)
    account = launcher.load_account(home / "account.json")
    assert f"export LABEL_STUDIO_URL=http://127.0.0.1:{port}\n" in lines
    assert f"export LABEL_STUDIO_API_KEY={account['token']}\n" in lines
    assert (script.returncode, complaint) == (0, "")
    assert "Stopping" in rest
    log = home / "server.log"
    assert account["token"] not in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)), "nothing is left behind"
    environment = json.loads((home / "data" / "environment.json").read_text())
    assert environment["LABEL_STUDIO_BASE_DATA_DIR"] == str(home / "data")
    assert launcher.SETTINGS.items() <= environment.items()


def test_a_server_that_does_not_know_us_is_not_taken_for_ours(
    launcher: Any, tmp_path: Path
) -> None:
    pretend(tmp_path / "venv", launcher.VERSION, SERVER)
    started = time.monotonic()
    with run(tmp_path / "home", free_port(), tmp_path / "venv", STRANGER="1") as script:
        _, complaint = script.communicate(timeout=20)
    assert script.returncode == 1
    assert "does not know our token" in complaint
    assert time.monotonic() - started < 20
