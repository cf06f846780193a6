"""The story of a row: every word with what it led to; to a blind reader nothing of others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from curation.project import Project, change_settings
from curation.types import Annotation, Example, Split, fingerprint
from studio.stations.browsing import Filter, Part, as_line

Opener = Callable[..., AppTest]


@pytest.fixture
def twice(retail: Project) -> tuple[Project, Example]:
    """Return the sample where each example is asked of two people, and one that mia answered."""
    review = retail.settings.review.model_copy(update={"people": 2})
    project = change_settings(retail, retail.settings.model_copy(update={"review": review}))
    example = next(e for e in project.store.examples(split=Split.TRAIN) if not e.reference)
    label = project.task.labels[0]
    said = Annotation(uid="m", example_id=example.id, answer=label, reviewer="mia", note="CANARY")
    project.store.add_annotations([said])
    return project, example


def story(open_page: Opener, example: Example, who: str) -> list[str]:
    """Return the words of the example's story, and what the table says of it, as somebody sees."""
    line = as_line(Filter(parts=(Part(kind="ids", values=(example.id,)),)))
    app = open_page("Home", reviewer=who)
    app.query_params["filter"] = line
    app.switch_page("studio/pages/data.py").run()
    key = f"examples_{fingerprint(f'arrival {line}', '1', length=8)}"
    app.session_state[key] = {"selection": {"rows": [0]}}
    app.run()
    assert not app.exception
    by = [str(frame.value["by"].tolist()) for frame in app.dataframe if "by" in frame.value]
    return [text.value for text in app.text] + by


def test_nobody_reads_anothers_answer_before_giving_their_own(
    open_page: Opener, twice: tuple[Project, Example]
) -> None:
    project, example = twice
    blind = story(open_page, example, "eva")
    assert "What others answered shows once you have answered it" in blind
    assert not any("mia" in text or "CANARY" in text or "person" in text for text in blind)
    own = story(open_page, example, "mia")
    label = project.task.labels[0]
    assert any(text.startswith("mia via app") and f"{label}, by person" in text for text in own)
    assert f"We go with {label}, on the word of person" in own


def test_every_word_is_told_with_what_it_led_to(
    open_page: Opener, twice: tuple[Project, Example]
) -> None:
    project, example = twice
    first, other, *_ = project.task.labels
    fields = {"example_id": example.id, "reviewer": "eva"}
    project.store.add_annotations(
        [
            Annotation(uid="e1", answer=other, **fields),
            Annotation(uid="e2", action="undo", **fields),
            Annotation(uid="e3", answer=first, **fields),
        ]
    )
    told = [text for text in story(open_page, example, "eva") if " via app, " in text]
    assert [text.split(" \u2192 ")[1] for text in told] == [
        f"{first}, by person",
        "people disagree",
        f"{first}, by person",
        f"{first}, by person (as before)",
    ]
