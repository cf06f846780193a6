"""The Label Studio view: what it says, what its buttons do, and that it never shows a secret."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from curation.project import Project
from curation.review.label_studio.sync import PushState
from studio.stations.label_studio.link import ADDRESS, TOKEN, Sync, keep, remember
from studio.stations.label_studio.syncing import look

HERE = "http://127.0.0.1:9"
SECRET = "5ec2e7" * 7
PROBLEM = "An answer was left out: *bold* <b>. [http://127.0.0.1:9/projects/7/data?task=5]"
View = Callable[[], AppTest]


@pytest.fixture
def view(
    retail: Project, open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> View:
    """Return a way to open the view of a project that was pushed to a server that is down."""
    monkeypatch.setenv(ADDRESS, HERE)
    monkeypatch.setenv(TOKEN, SECRET)

    def opened() -> AppTest:
        app = open_page("Review")
        return app.segmented_control(key="view").set_value("label-studio").run()

    return opened


@pytest.fixture
def pushed(retail: Project) -> Project:
    tasks = {f"example {number}": number for number in range(1, 1201)}
    keep(retail, HERE, PushState(project_id=7, tasks=tasks))
    done = Sync(
        user="ada@example.org",
        token="legacy token",
        server="Label Studio 1.23.2 (Community)",
        problems=(PROBLEM,),
    )
    remember(retail, HERE, done)
    return retail


def words(app: AppTest) -> str:
    shown = (*app.text, *app.caption, *app.code, *app.markdown, *app.error, *app.toast)
    return "\n".join(str(element.value) for element in shown)


def test_without_a_token_it_says_how_to_connect(
    view: View, retail: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN)
    app = view()
    assert "make label-studio" in words(app)
    assert f"export {ADDRESS}={HERE}" in words(app)
    assert not [button for button in app.button if button.label == "Sync"]
    asked = " ".join(field.label for field in app.text_input).lower()
    assert "token" not in asked, "nobody types one into a page"


def test_before_the_first_push_there_is_nothing_to_forget(view: View, retail: Project) -> None:
    app = view()
    assert {m.label: m.value for m in app.metric}["Last sync"] == "never"
    assert not [button for button in app.button if button.label == "Forget"]


def test_how_things_stand_at_a_glance(view: View, pushed: Project) -> None:
    app = view()
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures == {
        "Tasks there": "1,200",
        "Waiting": "1,200",
        "Brought back": "0",
        "Last sync": "just now",
    }
    assert HERE in words(app)
    assert "1.23.2" in words(app)
    assert PROBLEM in [element.value for element in app.text], "as plain text"
    assert not app.exception


def test_a_sync_with_nobody_there_says_so(view: View, pushed: Project) -> None:
    app = view()
    app.button(key="label_studio_sync").click().run()
    assert "not reachable" in words(app)
    assert SECRET not in words(app)
    assert not app.exception
    assert look(pushed).tasks == 1200, "and nothing is forgotten"


def test_a_check_with_nobody_there_says_so(view: View, pushed: Project) -> None:
    app = view()
    app.button(key="label_studio_check").click().run()
    assert "not reachable" in words(app)
    assert not app.exception


def test_forgetting_asks_with_a_count(view: View, pushed: Project) -> None:
    app = view()
    app.button(key="label_studio_forget").click().run()
    assert look(pushed).tasks == 1200
    really = app.button(key="label_studio_forget_really")
    assert really.label == "Forget 1,200 tasks"
    really.click()
    app.button(key="label_studio_forget").click().run()  # a test draws a dialog from its button
    assert not app.exception
    assert look(pushed).tasks == 0
