"""The People view: counts, pace that is one's own, agreement, and how people are asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from curation.project import Project, open_project
from curation.types import Annotation, Split

Open = Callable[..., AppTest]


@pytest.fixture
def reviewed(retail: Project) -> Project:
    """Return the sample with the answers of two people, and gold questions."""
    labels = retail.task.labels
    examples = retail.store.examples(split=Split.TRAIN)[:30]
    retail.store.add_annotations(
        Annotation(
            uid=f"{who} {n}",
            example_id=example.id,
            answer=labels[(n + (who == "ben" and n % 5 == 0)) % len(labels)],
            reviewer=who,
            seconds=2.5 if who == "mia" else 7.5,
            drawn="random",
        )
        for n, example in enumerate(examples)
        for who in ("mia", "ben")
    )
    gold = [e for e in retail.store.examples(split=Split.TRAIN)[30:] if e.reference][:12]
    retail.store.add_annotations(
        Annotation(uid=e.id, example_id=e.id, answer=e.reference, reviewer="mia", drawn="gold")
        for e in gold
    )
    retail.store.close()
    return retail


def opened(open_page: Open, who: str = "mia") -> AppTest:
    app = open_page("Review", project="retail", view="people", reviewer=who)
    assert not app.exception
    return app


def paces(app: AppTest) -> dict[str, float]:
    frame = app.dataframe[0].value
    told = frame.dropna(subset=["seconds each"]) if "seconds each" in frame else frame[:0]
    return {row["who"]: row["seconds each"] for _, row in told.iterrows()}


def test_pace_is_ones_own_until_the_board_is_switched_on(
    open_page: Open, reviewed: Project
) -> None:
    app = opened(open_page)
    assert paces(app) == {"mia (you)": 2.5}
    assert paces(opened(open_page, "eva")) == {}
    app.toggle(key="leaderboard").set_value(True).run()
    assert paces(app) == {"mia (you)": 2.5, "ben": 7.5}
    assert open_project(reviewed.folder).settings.review.leaderboard


def test_agreement_and_the_reviewers_own_differences_carry_n_and_intervals(
    open_page: Open, reviewed: Project
) -> None:
    app = opened(open_page)
    named = {metric.label: metric.value for metric in app.metric}
    assert float(named["Krippendorff's alpha"]) > 0.5
    assert float(named["Same as the others"]) == 0.8
    captions = [caption.value for caption in app.caption]
    assert any(c.endswith("n = 30") and " to " in c for c in captions)


def test_how_many_are_asked_is_kept_and_other_settings_stay(
    open_page: Open, reviewed: Project
) -> None:
    app = opened(open_page)
    app.number_input(key="people_per_example").set_value(3).run()
    assert not app.exception
    settings = open_project(reviewed.folder).settings
    assert settings.review.people == 3
    assert settings.model_copy(update={"review": reviewed.settings.review}) == reviewed.settings


def test_before_anybody_answers_the_view_says_what_comes_there(
    open_page: Open, retail: Project
) -> None:
    app = opened(open_page)
    assert [info.value for info in app.info] == [
        "Nobody has answered yet. Names come here with the first answers."
    ]
