"""Review: every view draws, whatever there is to see; and nothing that leads the person."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.project import Project, Settings, create_project, default_task, open_project
from curation.types import Annotation, Example, Split, TaskKind
from studio import loop
from studio.desk.words import chips
from studio.pages.review import VIEWS

Open = Callable[..., AppTest]


def texts(app: AppTest) -> str:
    """Return all words of a page."""
    kinds = (app.markdown, app.caption, app.text, app.info, app.title, app.subheader)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


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
    assert chips(example) == {"shop": "north", "stars": "5"}


def test_a_copy_of_a_project_and_another_person_have_a_labeller_of_their_own(
    open_page: Open, retail: Project, projects: Path
) -> None:
    retail.store.close()
    shutil.copytree(retail.folder, projects / "copy")
    keys = set()
    for name in ("retail", "copy"):
        for who in ("ann", "bob"):
            app = open_page("Review", project=name, reviewer=who)
            (drawn,) = app.get("bidi_component")
            assert f"{projects / name}-{who}" in drawn.proto.id
            keys.add(drawn.proto.id)
    assert len(keys) == 4


@pytest.mark.parametrize("view", list(VIEWS))
@pytest.mark.parametrize("made", ["retail", "finished", "written"])
def test_every_view_draws(
    open_page: Open, request: pytest.FixtureRequest, made: str, view: str
) -> None:
    project: Project = request.getfixturevalue(made)
    app = open_page("Review", project=project.folder.name, view=view)
    assert not app.exception
    assert app.segmented_control(key="view").value == view
    assert app.title[0].value == "Review"


@pytest.mark.parametrize("view", list(VIEWS))
def test_a_project_without_examples_says_what_comes_here(
    open_page: Open, projects: Path, view: str
) -> None:
    create_project(
        projects / "empty", Settings(name="empty", task=default_task(TaskKind.CLASSIFY, ("a", "b")))
    )
    app = open_page("Review", project="empty", view=view)
    assert not app.exception
    assert "Import some texts first" in texts(app)


def test_the_address_and_the_switch_choose_the_view(open_page: Open, retail: Project) -> None:
    app = open_page("Review", project="retail", view="people")
    assert not app.get("bidi_component")
    app.segmented_control(key="view").set_value("label").run()
    assert app.query_params["view"] in ("label", ["label"])
    assert app.get("bidi_component")
    app.query_params["view"] = "people"
    app.run()
    assert app.segmented_control(key="view").value == "people"
    assert not app.get("bidi_component")


def test_an_unknown_view_is_the_labeller(open_page: Open, retail: Project) -> None:
    app = open_page("Review", project="retail", view="nonsense")
    assert not app.exception
    assert app.get("bidi_component")


def test_the_shares_are_shown_kept_and_drawn_by(open_page: Open, retail: Project) -> None:
    loop.vote(retail)
    app = open_page("Review", project="retail")
    assert [e.value for e in app.number_input if str(e.key).startswith("share_")] == [
        25, 20, 15, 10, 10, 20, 0,
    ]  # fmt: skip
    assert "No model has answered training rows yet." in texts(app)
    assert "Nothing is embedded yet." in texts(app)
    for name, part in (("uncertain", 0), ("model", 0), ("disagree", 0), ("random", 60)):
        app.number_input(key=f"share_{name}").set_value(part)
    app.run()
    assert "Shares add up to 80 %, and are scaled to 100 %" in texts(app)
    next(b for b in app.button if b.label == "Save and draw a round").click().run()
    assert not app.exception
    kept = open_project(retail.folder).settings.review.shares
    assert kept["random"] == pytest.approx(0.75)
    newest = retail.store.rounds()[-1]
    assert {card.strategy for card in newest.cards} == {"random"}
    assert "100 cards of this round" in texts(app)


def test_nothing_can_be_saved_without_a_share(open_page: Open, retail: Project) -> None:
    app = open_page("Review", project="retail")
    for element in app.number_input:
        if str(element.key).startswith("share_"):
            element.set_value(0)
    app.run()
    (button,) = (b for b in app.button if b.label == "Save and draw a round")
    assert button.disabled
    assert "One share must be more than 0 %" in texts(app)


def test_the_estimate_says_how_many_more_cards_would_narrow_it(
    open_page: Open, retail: Project
) -> None:
    loop.vote(retail)
    cards = loop.front_of_queue(retail, number=100)
    said = [
        Annotation(uid=f"u{i}", example_id=c.example.id, answer="stock", drawn="random")
        for i, c in enumerate(cards)
        if c.drawn == "random"
    ]
    loop.answer(retail, said)
    told = texts(open_page("Review", project="retail"))
    assert "The functions' labels: accuracy" in told
    assert "random cards would narrow it to ±" in told or "Enough: the accuracy is known" in told


def test_guidelines_are_written_and_shown(open_page: Open, retail: Project) -> None:
    app = open_page("Review", project="retail")
    assert loop.read_guidelines(retail) == ""
    app.text_area[0].set_value("Refund: money back.\nReturn: goods back.").run()
    next(b for b in app.button if b.label == "Save the guidelines").click().run()
    assert not app.exception
    assert loop.read_guidelines(retail) == "Refund: money back.\nReturn: goods back."
    assert [path.name for path in retail.folder.glob("guidelines*")] == ["guidelines.md"]


def test_held_out_cards_are_drawn_without_the_mix(open_page: Open, retail: Project) -> None:
    app = open_page("Review", project="retail", scope="Exam")
    assert not app.exception
    assert app.segmented_control(key="scope").value == "Exam"
    assert not [e for e in app.number_input if str(e.key).startswith("share_")]
    (drawn,) = retail.store.rounds()
    assert drawn.split is Split.TEST
