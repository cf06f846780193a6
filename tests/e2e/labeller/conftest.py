"""A labeller in a real browser against a real server that can be killed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.labeller.page import LISTENER, SCRIPT, SETTINGS, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.conftest import Watch

ROOT = Path(__file__).parents[3]


@pytest.fixture
def server(tmp_path: Path, serve: Callable[..., Any], request: pytest.FixtureRequest) -> Server:
    (tmp_path / "page.py").write_text(SCRIPT, encoding="utf-8")
    for name in (".streamlit", "static"):
        shutil.copytree(ROOT / name, tmp_path / name)
    asked = {name.upper(): str(value) for name, value in getattr(request, "param", {}).items()}
    favicon = str(ROOT / "static" / "favicon.png")
    return Server(serve(tmp_path / "page.py", tmp_path, FAVICON=favicon, **(SETTINGS | asked)))


@pytest.fixture
def labeller(page: Page, server: Server, watch: Watch) -> Page:
    page.goto(server.url)
    page.locator(".card", has_text="Example</i> 0").wait_for(timeout=30_000)
    return page


@pytest.fixture(autouse=True)
def first_listener(page: Page) -> None:
    page.add_init_script(LISTENER)
