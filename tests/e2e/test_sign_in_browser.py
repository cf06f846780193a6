"""Signing in with a team's own provider, in a real browser."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from studio.samples import open_sample

if TYPE_CHECKING:
    from tests.e2e.conftest import Watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow

SECRETS = """
[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "a-secret-that-only-this-test-knows-of"
client_id = "tunesmith"
client_secret = "not a secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "provider.py"), str(port)]
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def signed_in_app(serve: Callable[..., Any], folder: Path, provider: str, **options: str) -> Any:
    """Serve the app with a sample project, behind the provider."""
    open_sample("retail", folder / "projects")
    home = folder / "home"
    server = serve(
        ROOT / "app.py",
        ROOT,
        TUNESMITH_PROJECTS=str(folder / "projects"),
        HOME=str(home),
        **options,
    )
    (home / ".streamlit").mkdir(parents=True)
    secrets = SECRETS.format(app=server.url, provider=provider)
    (home / ".streamlit" / "secrets.toml").write_text(secrets, "utf-8")
    server.kill()
    server.start()
    return server


def test_who_signs_in_answers_under_their_own_name(
    page: sync_api.Page, serve: Callable[..., Any], watch: Watch, provider: str, tmp_path: Path
) -> None:
    server = signed_in_app(serve, tmp_path, provider)
    page.goto(server.url)
    sign_in = page.get_by_role("button", name="Sign in")
    sync_api.expect(sign_in).to_be_visible(timeout=30_000)
    assert page.get_by_role("link", name="Review").count() == 0
    sign_in.click()
    signed = page.get_by_text("Signed in as reviewer")
    sync_api.expect(signed).to_be_visible(timeout=30_000)
    page.reload()
    sync_api.expect(signed).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Sign out").click()
    sync_api.expect(sign_in).to_be_visible(timeout=30_000)


def test_a_server_others_can_reach_draws_nothing_unless_people_sign_in(
    page: sync_api.Page, serve: Callable[..., Any], watch: Watch, tmp_path: Path
) -> None:
    open_sample("retail", tmp_path / "projects")
    server = serve(
        ROOT / "app.py",
        ROOT,
        TUNESMITH_PROJECTS=str(tmp_path / "projects"),
        HOME=str(tmp_path),
        STREAMLIT_SERVER_ADDRESS="0.0.0.0",  # noqa: S104 - what must be refused
    )
    page.goto(server.url)
    refusal = page.get_by_text("This server can be reached from other machines")
    sync_api.expect(refusal).to_be_visible(timeout=30_000)
    assert page.get_by_role("link", name="Review").count() == 0


def test_a_name_chosen_here_outlives_a_reload(
    page: sync_api.Page, serve: Callable[..., Any], watch: Watch, tmp_path: Path
) -> None:
    open_sample("retail", tmp_path / "projects")
    server = serve(
        ROOT / "app.py", ROOT, TUNESMITH_PROJECTS=str(tmp_path / "projects"), HOME=str(tmp_path)
    )
    page.goto(server.url)
    who = page.locator(".st-key-who button").first
    who.click(timeout=30_000)
    page.get_by_role("textbox", name="Sign my answers as").fill("Ada")
    page.keyboard.press("Enter")
    sync_api.expect(who).to_contain_text("Ada", timeout=15_000)
    page.reload()
    sync_api.expect(who).to_contain_text("Ada", timeout=30_000)
