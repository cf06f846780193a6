"""The record: its audit, and a round trip that keeps every fact once, or nothing at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import ImportFailedError, ProjectError
from curation.project import Project, Settings, create_project, default_task
from curation.types import Annotation, Example, Split, TaskKind, example_id
from studio import loop
from studio.stations.record import Exported, Taken

LABELS = ("card", "cash")
TEXTS = ["Lost card", "No cash", "Why?", "Café crème"]
Examples = list[Example]


def make_project(folder: Path, texts: list[str] = TEXTS) -> Project:
    task = default_task(TaskKind.CLASSIFY, LABELS)
    project = create_project(folder, Settings(name="shop", task=task))
    project.store.add_examples(
        Example(
            id=example_id(t), input=t, group=t, split=Split.TEST if t == "Why?" else Split.TRAIN
        )
        for t in texts
    )
    return project


def say(uid: str, text: str = "Lost card", who: str = "ann", **more: object) -> Annotation:
    fields = {"uid": uid, "example_id": example_id(text), "reviewer": who, "answer": "card"}
    return Annotation.model_validate({**fields, **more})


@pytest.fixture
def here(tmp_path: Path) -> Project:
    return make_project(tmp_path / "here")


facts = st.lists(
    st.builds(
        say,
        st.sampled_from([f"u{n}" for n in range(20)]),
        st.sampled_from(TEXTS),
        st.sampled_from(["ann", "bob"]),
        action=st.sampled_from(["answer", "skip", "undo", "decide", "exclude", "draft", "prefer"]),
        answer=st.sampled_from(LABELS),
        note=st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
        flagged=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda said: said.uid,
)


@given(facts)
def test_a_round_trip_is_the_identity_and_a_second_one_changes_nothing(
    record: list[Annotation],
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        here, there = make_project(folder / "here"), make_project(folder / "there")
        here.store.add_annotations(record)
        loop.export_annotations(here, folder / "out.jsonl")
        assert loop.import_annotations(there, folder / "out.jsonl") == Taken(len(record), 0)
        assert there.store.annotations() == here.store.annotations() == tuple(record)
        assert loop.import_annotations(there, folder / "out.jsonl") == Taken(0, len(record))
        loop.export_annotations(there, folder / "again.jsonl")
        assert (folder / "again.jsonl").read_bytes() == (folder / "out.jsonl").read_bytes()
        for project in (here, there):
            project.store.close()


@given(facts, st.data())
def test_two_copies_that_went_on_apart_have_every_fact_once_after_merging(
    record: list[Annotation], data: st.DataObject
) -> None:
    shared = record[: data.draw(st.integers(0, len(record)))]
    rest = record[len(shared) :]
    mine = [said for said in rest if data.draw(st.booleans())]
    theirs = [said for said in rest if said not in mine]
    with TemporaryDirectory() as name:
        folder = Path(name)
        here, there = make_project(folder / "here"), make_project(folder / "there")
        here.store.add_annotations([*shared, *mine])
        there.store.add_annotations([*shared, *theirs])
        loop.export_annotations(here, folder / "mine.jsonl")
        loop.export_annotations(there, folder / "theirs.jsonl")
        assert loop.import_annotations(here, folder / "theirs.jsonl").kept == len(theirs)
        assert loop.import_annotations(there, folder / "mine.jsonl").kept == len(mine)
        for project in (here, there):
            uids = [said.uid for said in project.store.annotations()]
            assert sorted(uids) == sorted(said.uid for said in record)
            project.store.close()


def test_an_export_says_how_much_of_it_answers_the_exam(here: Project, tmp_path: Path) -> None:
    here.store.add_annotations([say("u1"), say("u2", "Why?"), say("u3", "Why?", "bob")])
    done = loop.export_annotations(here, tmp_path / "deep" / "out.jsonl")
    assert done == Exported(annotations=3, exam=2, reviewers=2)
    first = json.loads((tmp_path / "deep" / "out.jsonl").read_text("utf-8").splitlines()[0])
    assert (first["input"], first["uid"], first["via"]) == ("Lost card", "u1", "app")


def test_unknown_examples_stop_an_import_unless_they_are_passed_over(
    here: Project, tmp_path: Path
) -> None:
    other = make_project(tmp_path / "other", ["Lost card", "Elsewhere", "Beyond"])
    other.store.add_annotations([say("u1", "Elsewhere"), say("u2"), say("u3", "Beyond")])
    loop.export_annotations(other, tmp_path / "out.jsonl")
    with pytest.raises(ImportFailedError) as caught:
        loop.import_annotations(here, tmp_path / "out.jsonl")
    assert [line for line, _ in caught.value.rejected] == [1, 3]
    assert "--skip-unknown" in caught.value.remedy
    assert here.store.annotations() == ()
    done = loop.import_annotations(here, tmp_path / "out.jsonl", skip_unknown=True)
    assert (done.kept, [line for line, _ in done.skipped]) == (1, [1, 3])
    assert [said.uid for said in here.store.annotations()] == ["u2"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda line: line.replace('"card"', '"cheque"'), "There is no label called 'cheque'."),
        (lambda line: line.replace('"u1"', '"taken"'), "Something else was said under the uid"),
        (lambda line: line[:20], "It is not JSON"),
    ],
)
def test_one_bad_line_keeps_everything_out(
    here: Project, tmp_path: Path, spoil: Callable[[str], str], reason: str
) -> None:
    path = tmp_path / "out.jsonl"
    here.store.add_annotations([say("u0"), say("u1")])
    loop.export_annotations(here, path)
    good, bad = path.read_text("utf-8").splitlines()
    path.write_text(f"{good}\n{spoil(bad)}\n", "utf-8")
    there = make_project(tmp_path / "there")
    there.store.add_annotations([say("taken", note="mine")])
    with pytest.raises(ImportFailedError) as caught:
        loop.import_annotations(there, path, skip_unknown=True)
    ((line, why),) = caught.value.rejected
    assert line == 2
    assert reason in why
    assert "line 2" in caught.value.what
    assert [said.uid for said in there.store.annotations()] == ["taken"]


def test_the_same_text_typed_on_another_machine_is_the_same_example(
    here: Project, tmp_path: Path
) -> None:
    decomposed = make_project(tmp_path / "mac", ["Cafe\u0301 cre\u0300me"])
    decomposed.store.add_annotations([say("u1", "Café crème")])
    loop.export_annotations(decomposed, tmp_path / "out.jsonl")
    assert loop.import_annotations(here, tmp_path / "out.jsonl").kept == 1


def test_the_audit_is_of_all_of_one_example_or_of_one_person(here: Project) -> None:
    here.store.add_annotations(
        [say("u1"), say("u2", "No cash", "bob", answer="cash"), say("u3", who="bob", answer="cash")]
    )
    assert [line.said.uid for line in loop.audit(here)] == ["u1", "u2", "u3"]
    last = list(loop.audit(here, example_id("Lost card")))[-1]
    assert (last.said.uid, last.answer, last.on) == ("u3", "", "people disagree")
    assert (last.words, last.after) == ("cash", "people disagree")
    assert [line.said.uid for line in loop.audit(here, reviewer="bob")] == ["u2", "u3"]
    with pytest.raises(ProjectError, match="no example 'nowhere'"):
        loop.audit(here, "nowhere")
