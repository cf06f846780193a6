"""What the labeller is given: whose queue it is, and nothing that leads the person."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from curation.project import Project
from curation.review.queue import QueueItem
from curation.types import Example, Split
from studio.pages import review


def test_a_card_shows_plain_columns_and_no_lists_of_votes_or_turns() -> None:
    metadata = {
        "shop": "north",
        "stars": 5,
        "empty": "",
        "none": None,
        "weak_labels": [1, -1],
        "messages": [{"role": "user", "content": "hi"}],
        "nested": {"label": "card"},
    }
    example = Example(id="1", input="hi", split=Split.TEST, metadata=metadata)
    assert review._chips(QueueItem(example, "because")) == {"shop": "north", "stars": "5"}


def test_a_copy_of_a_project_has_a_labeller_of_its_own(
    open_page: Callable[..., AppTest], retail: Project, projects: Path
) -> None:
    retail.store.close()
    shutil.copytree(retail.folder, projects / "copy")
    for name in ("retail", "copy"):
        app = open_page("Review", project=name)
        (drawn,) = app.get("bidi_component")
        assert drawn.proto.id.endswith(str(projects / name))
