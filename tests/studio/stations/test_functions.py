from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from curation.exceptions import FunctionError
from curation.project import Project
from curation.types import Example, Split
from labeling_functions.analysis.selection import Selection
from studio import loop

ASKS = 'asks_cash = keywords("asks_cash", "cash", ["cash"])'
OTHER = 'asks_card = keywords("asks_card", "card", ["card"])'


@pytest.fixture
def filled(project: Project, make_example: Callable[..., Example]) -> Project:
    texts = [f"cash please {n}" for n in range(6)] + [f"my card {n}" for n in range(6)]
    rows = [
        make_example(text, reference="cash" if "cash" in text else "card", split=split)
        for text, split in zip(texts, [Split.TRAIN, Split.TRAIN, Split.TEST] * 4, strict=True)
    ]
    project.store.add_examples(rows)
    return project


def names(functions: Sequence[object]) -> list[str]:
    return [function.name for function in functions]  # type: ignore[attr-defined]


def actions(project: Project, name: str) -> list[str]:
    return [event.action for event in loop.history(project, name)]


def test_saving_writes_votes_and_goes_on_record(filled: Project) -> None:
    assert names(loop.save_function(filled, ASKS)) == ["asks_cash"]
    assert names(loop.vote(filled).functions) == ["asks_cash"]
    (event,) = loop.history(filled, "asks_cash")
    assert (event.action, event.source, event.file) == ("saved", ASKS, "functions.py")


def test_a_version_made_in_a_text_editor_is_seen_by_the_next_vote(filled: Project) -> None:
    loop.save_function(filled, ASKS)
    path = filled.functions / "functions.py"
    path.write_text(path.read_text().replace('["cash"]', '["cash", "coins"]'))
    loop.vote(filled)
    loop.vote(filled)
    first, second = loop.versions_of(filled, "asks_cash")
    assert "coins" in second.version.source
    assert '+asks_cash = keywords("asks_cash", "cash", ["cash", "coins"])' in second.version.diff
    assert (first.current, second.current) == (False, True)
    assert actions(filled, "asks_cash") == ["saved", "saved"]


def test_versions_keep_their_numbers_while_their_votes_are_kept(filled: Project) -> None:
    loop.save_function(filled, ASKS)
    loop.save_function(filled, OTHER)
    loop.vote(filled)
    loop.save_function(filled, ASKS.replace('["cash"]', '["cash", "card"]'), replacing="asks_cash")
    loop.vote(filled)
    first, second = loop.versions_of(filled, "asks_cash")
    assert first.report is not None
    assert second.report is not None
    assert (first.report.covered, first.report.conflicting) == (4, 0)
    assert (second.report.covered, second.report.conflicting) == (8, 4)
    assert (second.report.precision.value, second.report.precision.n) == (0.5, 8)
    for path in filled.votes.glob("asks_cash@*"):
        path.unlink()
    assert next(v.report for v in loop.versions_of(filled, "asks_cash")) is None


def test_a_disabled_function_does_not_vote_until_it_is_enabled(filled: Project) -> None:
    loop.save_function(filled, ASKS)
    loop.save_function(filled, OTHER)
    loop.vote(filled)
    loop.disable(filled, "asks_cash")
    assert not loop.votes_are_current(filled)
    assert names(loop.vote(filled).functions) == ["asks_card"]
    assert names(loop.list_functions(filled).functions) == ["asks_cash", "asks_card"]
    loop.save_function(filled, ASKS.replace("cash]", "coins]"), replacing="asks_cash")
    assert names(loop.vote(filled).functions) == ["asks_card"]
    loop.enable(filled, "asks_cash")
    assert names(loop.vote(filled).functions) == ["asks_cash", "asks_card"]


def test_a_disabled_function_is_not_even_run(filled: Project) -> None:
    loop.save_function(filled, "@labeling_function\ndef bad(x):\n    raise ValueError(x.text)")
    assert loop.vote(filled).faults
    loop.disable(filled, "bad")
    assert loop.vote(filled).faults == ()


def test_a_version_is_restored_also_after_the_function_was_removed(filled: Project) -> None:
    loop.save_function(filled, ASKS)
    loop.save_function(filled, ASKS.replace('["cash"]', '["coins"]'), replacing="asks_cash")
    assert loop.restore(filled, "asks_cash", 1).source == ASKS
    assert "coins" not in (filled.functions / "functions.py").read_text()
    loop.remove(filled, "asks_cash")
    assert loop.list_functions(filled).functions == ()
    loop.restore(filled, "asks_cash", 2)
    assert "coins" in (filled.functions / "functions.py").read_text()
    assert actions(filled, "asks_cash") == ["saved", "saved", "restored", "removed", "restored"]
    assert [v.current for v in loop.versions_of(filled, "asks_cash")] == [False, True]


def test_a_version_written_by_hand_is_not_lost_when_it_is_replaced_or_removed(
    filled: Project,
) -> None:
    filled.functions.mkdir(exist_ok=True)
    (filled.functions / "functions.py").write_text(
        f"from labeling_functions import keywords\n{ASKS}\n{OTHER}\n"
    )
    loop.save_function(filled, ASKS.replace('["cash"]', '["coins"]'), replacing="asks_cash")
    assert next(v.version.source for v in loop.versions_of(filled, "asks_cash")) == ASKS
    loop.remove(filled, "asks_card")
    assert [v.version.source for v in loop.versions_of(filled, "asks_card")] == [OTHER]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("x = 1", "declares no labeling function"),
        ("x = nowhere", "nowhere"),
        ('new = keywords("asks_cash", "cash", ["money"])', "asks_cash"),
        ('new = keywords("new", "eggs", ["money"])', "eggs"),
        ("new = (", "compile"),
    ],
)
def test_what_does_not_load_is_not_written(filled: Project, code: str, told: str) -> None:
    loop.save_function(filled, ASKS)
    path = filled.functions / "functions.py"
    before = path.read_bytes()
    with pytest.raises(FunctionError) as caught:
        loop.save_function(filled, code)
    assert told in str(caught.value)
    assert path.read_bytes() == before
    with pytest.raises(FunctionError):
        loop.save_function(filled, code, filename="more.py")
    assert not (filled.functions / "more.py").exists()


def test_saving_what_is_there_already_is_that_function(filled: Project) -> None:
    loop.save_function(filled, ASKS)
    assert names(loop.save_function(filled, ASKS, replacing="asks_cash")) == ["asks_cash"]
    assert len(loop.versions_of(filled, "asks_cash")) == 1


def test_a_name_nobody_has_is_answered_with_those_there_are(filled: Project) -> None:
    loop.save_function(filled, ASKS)
    for verb in (loop.disable, loop.enable, loop.remove):
        with pytest.raises(FunctionError) as caught:
            verb(filled, "asks_coins")
        assert "asks_cash" in caught.value.remedy
    with pytest.raises(FunctionError, match="no version 2"):
        loop.restore(filled, "asks_cash", 2)


def test_rows_are_those_of_the_columns(filled: Project) -> None:
    loop.save_function(filled, ASKS)
    texts = loop.columns(filled).corpus.texts
    rows = loop.rows_of(filled, Selection(function="asks_cash"))
    assert ["cash" in texts[int(row)] for row in rows] == [True] * 4
    correct = loop.rows_of(filled, Selection(what="correct", function="asks_cash"))
    assert correct.tolist() == rows.tolist()
