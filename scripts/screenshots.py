"""Take the README's and the docs' pictures: every page, in light and dark, on a project.

    python scripts/screenshots.py [--project FOLDER] [--out docs/images]

Without a project the sample is opened in a temporary folder. Needs Debian's chromium (or another
one, named by CHROMIUM).
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from curation.project import open_project
from curation.types import TaskKind
from studio import loop, serving
from studio.samples import open_sample

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("home", "data", "functions", "review", "dataset", "train", "evaluate", "errors", "in_use")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
SIZE = {"width": 1360, "height": 900}


def main() -> None:
    """Start the app, look at every page, stop the app."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--pages", default=",".join(PAGES))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        _app(_projects(options.project, folder)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(QUIET)
        )
        for scheme in ("light", "dark"):
            _shoot(browser, url, options.pages.split(","), scheme, options.out)
        browser.close()


def _projects(project: Path | None, folder: str) -> Path:
    """Return a projects folder that holds the project to show, its votes up to date."""
    if project is not None:
        shutil.copytree(project, Path(folder) / project.name)
    shown = (
        open_project(Path(folder) / project.name)
        if project
        else open_sample("retail", Path(folder))
    )
    if shown.task.kind is TaskKind.CLASSIFY:
        loop.vote(shown)
    return Path(folder)


@contextmanager
def _app(projects: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with serving.app(projects, port) as process:
        serving.wait_until_up(url, process)
        yield url


def _shoot(browser: Browser, url: str, pages: list[str], scheme: str, out: Path) -> None:
    context = browser.new_context(viewport=SIZE, color_scheme=scheme)
    page = context.new_page()
    for name in pages:
        page.goto(f"{url}/{'' if name == 'home' else name}")
        _settle(page)
        page.screenshot(path=out / f"{name}_{scheme}.png")
    context.close()


def _settle(page: Page) -> None:
    """Wait until the page has stopped drawing."""
    app = page.get_by_test_id("stApp")
    app.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'",
        timeout=60_000,
    )
    page.wait_for_timeout(2500)


if __name__ == "__main__":
    main()
