"""Install Label Studio beside Tunesmith and run it for one person on this machine.

    python scripts/label_studio.py [--port 8080]

It has its own virtual environment and its own data in `.label-studio/`, so that nothing of it can
disturb Tunesmith. It only listens on this machine and stops with Ctrl+C. The token is shown once
on the terminal and kept, with the password, in a file only you can read.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

VERSION = "1.23.2"
USER = "tunesmith@localhost.local"
FIRST_BOOT_SECONDS = 400
"""The first start creates the database: 50 to 170 s measured on two busy cores."""

SETTINGS = {
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    # Off by default: without it a prediction with an unknown label is stored silently.
    "fflag_feat_utc_210_prediction_validation_15082025": "true",
    "CORS_ALLOW_ALL_ORIGINS": "false",
    # Nothing is sent to anybody: no analytics, no version check, no crash reports.
    "COLLECT_ANALYTICS": "0",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "LOG_LEVEL": "WARNING",
    # Both only matter to a model or a webhook on this same machine.
    "SSRF_PROTECTION_ENABLED": "false",
    "ML_BLOCK_LOCAL_IP": "false",
}


def main() -> None:
    """Install if needed, start, wait until our own token is answered, and stay until Ctrl+C."""
    options = _options()
    if _busy(options.port):
        sys.exit(f"Port {options.port} is in use. Stop what uses it, or name another: --port 8081")
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    home: Path = options.home.absolute()
    environment = os.environ.get("TUNESMITH_LABEL_STUDIO_VENV")
    program = install(Path(environment) if environment else home / "venv")
    account = load_account(home / "account.json")
    server = start(program, home, options.port, account)
    try:
        wait_until_ready(server, options.port, account, home / "server.log")
        _say(ready_message(options.port, account))
        code = server.wait()
        sys.exit(f"Label Studio stopped by itself ({code}). Its log: {home / 'server.log'}")
    except KeyboardInterrupt:
        _say("Stopping Label Studio.\n")
    finally:
        stop(server)


def install(environment: Path) -> Path:
    """Return the `label-studio` program of a virtual environment, installing it once (1 GB)."""
    done = environment / f"label-studio-{VERSION}.installed"
    program = environment.absolute() / "bin" / "label-studio"
    if done.exists() and program.exists():
        return program
    _say(f"Installing Label Studio {VERSION} into {environment} (about 1 GB, two minutes) ...\n")
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    quiet = ["--disable-pip-version-check", f"label-studio=={VERSION}"]
    if subprocess.run([*pip, *quiet], check=False).returncode:
        sys.exit("Label Studio could not be installed: see pip's words above, then run this again.")
    done.touch()
    return program


def load_account(path: Path) -> dict[str, str]:
    """Return the user, password and token in `path`, making them up the first time.

    Label Studio only heeds them when it creates the user, so they must outlive every start.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        account = {
            "user": USER,
            "password": secrets.token_urlsafe(18),
            "token": secrets.token_hex(20),
        }
        temporary = path.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(account, file)
        temporary.replace(path)
    loaded: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def start(program: Path, home: Path, port: int, account: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the server in its own process session, its words going to `server.log`."""
    data = home / "data"
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)  # tokens are in its database, and invitations in the log
    environment = {
        **os.environ,
        **SETTINGS,
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "LABEL_STUDIO_USERNAME": account["user"],
        "LABEL_STUDIO_PASSWORD": account["password"],
        "LABEL_STUDIO_USER_TOKEN": account["token"],
    }
    command = [str(program), "start", "--no-browser", "--internal-host", "127.0.0.1"]
    with open(home / "server.log", "wb", opener=_ours_alone) as log:
        return subprocess.Popen(
            [*command, "--port", str(port)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=data,
            start_new_session=True,
        )


def wait_until_ready(
    server: subprocess.Popen[bytes], port: int, account: dict[str, str], log: Path
) -> None:
    """Wait for /health, then make sure that it is our server that answers."""
    _say("Starting Label Studio (the first time takes one to three minutes) ...\n")
    deadline = time.monotonic() + FIRST_BOOT_SECONDS
    while not _answers(port):
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"Label Studio did not start. Its log: {log}\n{_last_words(log)}")
        time.sleep(0.5)
    moved = re.search(r"Port \d+ is in use", log.read_text(encoding="utf-8", errors="replace"))
    if moved or _whoami(port, account["token"]) != account["user"]:
        sys.exit(
            f"Port {port} is answered by a Label Studio that does not know our token. Either "
            "another one took the port (name another: --port 8081), or the data folder was made "
            f"with another account: then move {log.parent / 'data'} away and start again."
        )


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and everything it started."""
    for how, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        try:
            os.killpg(server.pid, how)
            server.wait(seconds)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def ready_message(port: int, account: dict[str, str]) -> str:
    """Return what the user needs to know, the only place where the token is shown."""
    url = f"http://127.0.0.1:{port}"
    return (
        f"\nLabel Studio is ready: {url}\n"
        f"Sign in as {account['user']} with the password {account['password']}\n\n"
        "Tell Tunesmith about it, in the terminal that starts it:\n\n"
        f"export LABEL_STUDIO_URL={url}\n"
        f"export LABEL_STUDIO_API_KEY={shlex.quote(account['token'])}\n\n"
        "Ctrl+C stops it.\n"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run Label Studio for Tunesmith.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8080")))
    home = Path(__file__).resolve().parents[1] / ".label-studio"
    parser.add_argument("--home", type=Path, default=home, help="where its data and log live")
    return parser.parse_args()


def _ours_alone(path: str, flags: int) -> int:
    descriptor = os.open(path, flags, 0o600)
    os.fchmod(descriptor, 0o600)  # also one from before
    return descriptor


def _busy(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _get(port: int, path: str, headers: dict[str, str]) -> dict[str, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    # A proxy in the environment must not be asked about this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as response:
        answer: dict[str, str] = json.load(response)
        return answer


def _answers(port: int) -> bool:
    try:
        return _get(port, "/health", {}).get("status") == "UP"
    except (OSError, ValueError):
        return False


def _whoami(port: int, token: str) -> str:
    try:
        headers = {"Authorization": f"Token {token}"}
        return _get(port, "/api/current-user/whoami", headers).get("email", "")
    except (OSError, ValueError):
        return ""


def _last_words(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
