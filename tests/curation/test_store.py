"""The store: exactly once, all or nothing, whoever else writes and whatever gets killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import ProjectError
from curation.store import Store
from curation.tables import database as store_module
from curation.types import (
    Annotation,
    Deployment,
    ExamOpening,
    Example,
    Finding,
    Request,
    Span,
    Split,
    example_id,
    now,
)

ROOT = Path(__file__).parents[2]
MakeExample = Callable[..., Example]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "project.db")


@pytest.fixture
def fifty(make_example: MakeExample) -> list[Example]:
    return [make_example(f"text {n}", line=n) for n in range(50)]


def said(uid: str, example: str, answer: str = "card", **fields: object) -> Annotation:
    return Annotation.model_validate(
        {"uid": uid, "example_id": example, "answer": answer, **fields}
    )


def start(code: str, path: Path, *arguments: str) -> subprocess.Popen[str]:
    """Run `code` in a process of its own; `store` is open and `arguments` are in `args`."""
    before = f"""
        import sys
        from pathlib import Path
        from curation.store import Store
        from curation.types import Annotation, Example, Split, example_id
        store, args = Store(Path({str(path)!r})), sys.argv[1:]
    """
    return subprocess.Popen(
        [sys.executable, "-c", dedent(before) + dedent(code), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(*processes: subprocess.Popen[str]) -> list[str]:
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [p.returncode for p in processes] == [0] * len(processes), outputs
    return [out for out, _ in outputs]


def is_sound(path: Path) -> bool:
    with sqlite3.connect(path) as db:
        return bool(db.execute("PRAGMA integrity_check").fetchone() == ("ok",))


# Examples


def test_examples_come_back_as_they_went_in(store: Store, make_example: MakeExample) -> None:
    went_in = [
        make_example("one", reference="card", source="a.csv", line=2, metadata={"x": [1, None]}),
        make_example("two", split=Split.TEST, group="family", metadata={"é": {"deep": True}}),
    ]
    report = store.add_examples(went_in)
    assert list(store.examples()) == went_in
    assert (report.added, report.known) == (2, 0)
    assert report.by_split == {Split.TRAIN: 1, Split.TEST: 1}
    assert store.count_examples() == {Split.TRAIN: 1, Split.VALIDATION: 0, Split.TEST: 1}


def test_importing_twice_changes_nothing(store: Store, fifty: list[Example]) -> None:
    store.add_examples(fifty)
    before = (store.revision(), store.examples(), store.annotations())
    again = store.add_examples(fifty)
    assert (again.added, again.known, again.disagreeing) == (0, 50, ())
    assert (store.revision(), store.examples(), store.annotations()) == before


def test_an_example_is_never_edited(store: Store, make_example: MakeExample) -> None:
    first = make_example("one", source="a.csv", split=Split.TEST, metadata={"kept": True})
    store.add_examples([first])
    store.add_examples([make_example("one", source="b.csv", split=Split.TRAIN)])
    assert store.examples() == (first,)


def test_an_iterable_that_raises_adds_nothing(store: Store, fifty: list[Example]) -> None:
    def breaks() -> Iterator[Example]:
        yield from fifty
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.add_examples(breaks())
    assert (store.examples(), store.revision()) == ((), 0)
    assert store.add_examples(fifty).added == 50


def test_rejected_rows_may_grow_while_the_rows_are_read(store: Store, fifty: list[Example]) -> None:
    rejected: list[tuple[int, str]] = []

    def rows() -> Iterator[Example]:
        yield fifty[0]
        rejected.append((2, "no text"))

    assert store.add_examples(rows(), rejected).rejected == ((2, "no text"),)


def test_pages_of_examples_put_together_are_all_examples(
    store: Store, fifty: list[Example]
) -> None:
    store.add_examples(fifty)
    pages = [store.examples(limit=7, offset=start) for start in range(0, 50, 7)]
    assert [example for page in pages for example in page] == fifty
    assert store.examples(split=Split.TEST) == ()
    assert len(store.examples(split=Split.TRAIN, limit=3)) == 3


def test_examples_by_id_keep_the_order_asked_for(store: Store, make_example: MakeExample) -> None:
    many = [make_example(f"text {n}") for n in range(1203)]
    store.add_examples(many)
    ids = [example.id for example in reversed(many)]
    assert store.examples(ids=[*ids, "nobody"]) == tuple(reversed(many))
    assert store.examples(ids=[]) == ()


# Gold that comes late


def test_late_gold_is_an_annotation_by_its_file(store: Store, make_example: MakeExample) -> None:
    store.add_examples([make_example("one", source="raw.csv")])
    report = store.add_examples([make_example("one", reference="card", source="gold.csv")])
    (gold,) = store.annotations()
    assert (gold.via, gold.reviewer, gold.answer) == ("file", "gold.csv", "card")
    assert (report.known, report.disagreeing) == (1, ())
    assert store.examples()[0].reference is None


def test_late_gold_is_kept_once(store: Store, make_example: MakeExample) -> None:
    store.add_examples([make_example("one")])
    late = make_example("one", reference="card", source="gold.csv")
    store.add_examples([late, late])
    revision = store.revision()
    store.add_examples([late])
    assert len(store.annotations()) == 1
    assert store.revision() == revision


def test_gold_that_contradicts_is_reported_and_the_first_stands(
    store: Store, make_example: MakeExample
) -> None:
    store.add_examples([make_example("one", reference="card")])
    other = make_example("one", reference="cash", line=7)
    assert store.add_examples([other]).disagreeing == ((7, other.id),)
    assert store.examples()[0].reference == "card"
    assert store.annotations() == ()


def test_late_gold_that_contradicts_late_gold_is_reported_too(
    store: Store, make_example: MakeExample
) -> None:
    store.add_examples([make_example("one")])
    store.add_examples([make_example("one", reference="card", source="a.csv")])
    other = make_example("one", reference="cash", source="b.csv", line=3)
    assert store.add_examples([other]).disagreeing == ((3, other.id),)
    assert [gold.answer for gold in store.annotations()] == ["card"]


def test_a_persons_answer_is_no_gold_to_contradict(store: Store, make_example: MakeExample) -> None:
    one = make_example("one")
    store.add_examples([one])
    store.add_annotations([said("u1", one.id, "refund")])
    late = make_example("one", reference="card", source="gold.csv")
    assert store.add_examples([late]).disagreeing == ()
    assert [a.answer for a in store.annotations()] == ["refund", "card"]


def test_a_file_that_contradicts_itself_is_reported(
    store: Store, make_example: MakeExample
) -> None:
    answers = ("card", "cash", "card", None)
    rows = [make_example("one", reference=a, line=n) for n, a in enumerate(answers, 1)]
    report = store.add_examples(rows)
    assert (report.added, report.known) == (1, 3)
    assert report.disagreeing == ((2, rows[0].id),)


# What people said


def test_a_decision_sent_again_is_kept_once(store: Store, fifty: list[Example]) -> None:
    store.add_examples(fifty)
    decision = said("u1", fifty[0].id)
    assert store.add_annotations([decision, decision]) == 1
    revision = store.revision()
    assert store.add_annotations([decision]) == 0
    assert store.annotations() == (decision,)
    assert store.revision() == revision


def test_an_annotation_comes_back_whole(store: Store, fifty: list[Example]) -> None:
    store.add_examples(fifty)
    whole = said(
        "u1",
        fifty[3].id,
        spans=(Span(start=0, end=4, label="card"),),
        reviewer="ann",
        via="label_studio",
        seconds=1.25,
        note='a "note"\n',
    )
    store.add_annotations([whole, said("u2", fifty[4].id)])
    assert store.annotations(fifty[3].id) == (whole,)
    assert store.annotations("") == ()
    assert len(store.annotations()) == 2


def test_an_annotation_on_an_unknown_example_is_refused_in_words(
    store: Store, fifty: list[Example]
) -> None:
    store.add_examples(fifty)
    with pytest.raises(ProjectError, match="no example 'nobody'") as caught:
        store.add_annotations([said("u1", fifty[0].id), said("u2", "nobody")])
    assert "u2" in caught.value.where
    assert caught.value.remedy
    assert store.annotations() == ()  # not even the first: nothing is half-kept
    assert store.add_annotations([said("u1", fifty[0].id)]) == 1


# Findings and records


def test_a_finding_is_opened_once_and_its_first_answer_stands(store: Store) -> None:
    findings = [Finding(id=f"f{n}", kind="errors", title=f"finding {n}") for n in range(2)]
    for finding in (*findings, findings[0]):
        store.add_finding(finding)
    store.close_findings(["f0"], "v0001")
    store.close_findings(["f0"], "v0002")
    assert [(f.id, f.closed_by) for f in store.findings()] == [("f1", None), ("f0", "v0001")]


def test_closing_no_finding_writes_nothing_and_an_unknown_one_is_refused(store: Store) -> None:
    store.close_findings([], "v0001")
    assert store.revision() == 0
    with pytest.raises(ProjectError, match="does not have"):
        store.close_findings(["nobody"], "v0001")


def test_records_come_back_in_the_order_they_were_made(store: Store) -> None:
    looks = [ExamOpening(run=f"r{n}", dataset="v1", who="ann", why="to see") for n in range(3)]
    steps = [Deployment(action="promote", run=f"r{n}", who="ann", why="better") for n in range(3)]
    for look, step in zip(looks, steps, strict=True):
        store.record_opening(look)
        store.record_deployment(step)
    assert store.openings() == tuple(looks)
    assert store.deployments() == tuple(steps)
    assert store.revision() == 6


def test_requests_are_kept_once(store: Store) -> None:
    requests = [Request(id=f"q{n}", at=now(), input=f"text {n}") for n in range(4)]
    assert store.add_requests(requests[:3]) == 3
    assert store.add_requests(requests) == 1
    assert store.requests() == tuple(requests)


def test_a_link_is_what_was_saved_last(store: Store) -> None:
    assert store.link("ls") is None
    store.save_link("ls", {"project": 1})
    store.save_link("ls", {"project": 2, "heard": {"é": [1, 2]}})
    assert store.link("ls") == {"project": 2, "heard": {"é": [1, 2]}}


def test_every_write_that_changes_something_changes_the_revision(
    store: Store, make_example: MakeExample
) -> None:
    one = make_example("one")
    writes: list[Callable[[], object]] = [
        lambda: store.add_examples([one]),
        lambda: store.add_annotations([said("u1", one.id)]),
        lambda: store.add_finding(Finding(id="f", kind="errors", title="t")),
        lambda: store.close_findings(["f"], "v0001"),
        lambda: store.record_opening(ExamOpening(run="r", dataset="v", who="a", why="b")),
        lambda: store.record_deployment(Deployment(action="promote", run="r", who="a", why="b")),
        lambda: store.add_requests([Request(id="q", at=now(), input="text")]),
        lambda: store.save_link("ls", {}),
    ]
    for expected, write in enumerate(writes, 1):
        write()
        assert store.revision() == expected


# Any text

any_text = st.text(st.characters(codec="utf-8"), min_size=1) | st.sampled_from(
    [
        "\x00",
        "a\x00b",
        "\U0001f9d1\u200d\U0001f680 emoji",
        "\r\n",
        "\u2028",
        "'; DROP TABLE x",
        "%s",
    ]
)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("shared") / "project.db")


@given(any_text, any_text, any_text, st.dictionaries(any_text, any_json, max_size=3))
def test_any_text_round_trips(
    shared: Store, text: str, answer: str, note: str, metadata: dict[str, object]
) -> None:
    id_ = example_id(text + note)
    example = Example(id=id_, input=text, reference=answer, source=note, metadata=metadata)
    if shared.add_examples([example]).added:
        assert shared.examples(ids=[id_]) == (example,)
    word = said(f"{id_}:{answer}", id_, answer, note=note, reviewer=text)
    if shared.add_annotations([word]):
        assert shared.annotations(id_)[-1] == word
    shared.save_link(text, metadata)
    assert shared.link(text) == metadata


HALF = "cut in two: \ud83d"


@pytest.mark.parametrize(
    "fields", [{"input": HALF}, {"reference": HALF}, {"metadata": {"deep": [HALF]}}]
)
def test_half_a_character_in_an_example_is_refused_in_words(
    store: Store, fields: dict[str, object]
) -> None:
    good = Example(id="good", input="good")
    bad = Example.model_validate({"id": "bad", "input": "bad", **fields})
    with pytest.raises(ProjectError, match="half a character"):
        store.add_examples([good, bad])
    assert store.examples() == ()


def test_half_a_character_in_an_answer_is_refused_in_words(
    store: Store, fifty: list[Example]
) -> None:
    store.add_examples(fifty)
    with pytest.raises(ProjectError, match="half a character"):
        store.add_annotations([said("u1", fifty[0].id, note=HALF)])
    assert store.annotations() == ()


# Many at once


def test_threads_lose_nothing(store: Store, fifty: list[Example]) -> None:
    store.add_examples(fifty)
    new: list[int] = []
    barrier = threading.Barrier(4)

    def label(worker: int) -> None:
        barrier.wait()
        for n, example in enumerate(fifty):
            shared_uid = said(f"shared-{n}", example.id)
            own = said(f"{worker}-{n}", example.id, reviewer=f"r{worker}")
            new.append(store.add_annotations([shared_uid, own]))
        store.close()

    threads = [threading.Thread(target=label, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.annotations()) == sum(new) == 50 + 4 * 50
    assert store.revision() == 1 + 4 * 50


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "project.db"
    code = """
        seen, me = [], args[0]
        for n in range(40):
            ids = [f"{me}-{n}", f"both-{n}"]
            store.add_examples(Example(id=id_, input=id_) for id_ in ids)
            store.add_annotations(Annotation(uid=id_, example_id=id_) for id_ in ids)
            seen.append(store.revision())
        assert seen == sorted(set(seen)), seen
        print(store.revision())
    """
    finish(start(code, path, "a"), start(code, path, "b"))
    expected = {f"{who}-{n}" for who in ("a", "b", "both") for n in range(40)}
    store = Store(path)
    ids, uids = [e.id for e in store.examples()], [a.uid for a in store.annotations()]
    assert len(ids) == len(uids) == 120
    assert set(ids) == set(uids) == expected
    assert store.revision() == 160
    assert is_sound(path)


def test_a_reader_sees_all_of_an_import_or_nothing_of_it(
    tmp_path: Path, fifty: list[Example]
) -> None:
    path = tmp_path / "project.db"
    writer, reader = Store(path), Store(path)
    seen: list[tuple[int, int]] = []

    def rows() -> Iterator[Example]:
        for example in fifty:
            yield example
            seen.append((len(reader.examples()), reader.revision()))

    writer.add_examples(rows())
    assert set(seen) == {(0, 0)}
    assert (len(reader.examples()), reader.revision()) == (50, 1)


def test_a_process_killed_in_the_middle_of_an_import_leaves_nothing_of_it(
    tmp_path: Path, fifty: list[Example]
) -> None:
    path = tmp_path / "project.db"
    Store(path).add_examples(fifty)
    code = """
        def rows():
            for n in range(10**9):
                if n == 20_000:
                    print("in the middle", flush=True)
                yield Example(id=f"big-{n}", input="x" * 500)
        store.add_examples(rows())
    """
    process = start(code, path)
    assert process.stdout is not None
    assert process.stdout.readline() == "in the middle\n"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    store = Store(path)
    assert is_sound(path)
    assert list(store.examples()) == fifty
    assert store.revision() == 1
    assert store.add_annotations([said("u1", fifty[0].id)]) == 1  # nor does it block the next


# What SQLite says, in words


def test_a_database_somebody_else_is_writing_to(
    store: Store, fifty: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.1)
    with sqlite3.connect(store.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        impatient = Store(store.path)
        with pytest.raises(ProjectError, match="Another process has been writing") as caught:
            impatient.add_examples(fifty)
        assert impatient.examples() == ()  # reading goes on meanwhile
        other.execute("ROLLBACK")
    assert str(store.path) in str(caught.value)
    assert "try again" in caught.value.remedy
    assert impatient.add_examples(fifty).added == 50


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "project.db"
    path.write_text("this is a diary, not a database. " * 100)
    with pytest.raises(ProjectError, match="not a database") as caught:
        Store(path)
    assert str(path) in caught.value.where
    assert path.read_text().startswith("this is a diary")


def test_a_database_damaged_in_the_middle(store: Store, make_example: MakeExample) -> None:
    store.add_examples(make_example(f"text {n} " * 50) for n in range(400))
    store.close()
    with store.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xde\xad\xbe\xef" * 50_000)
    with pytest.raises(ProjectError, match="damaged"):
        Store(store.path).examples()


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Drop root's rights for a moment: root may write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("existing", [True, False])
def test_a_folder_nobody_may_write_to(existing: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project.db"
        if existing:
            Store(path).close()
        Path(folder).chmod(0o555)
        try:
            with as_somebody_else(), pytest.raises(ProjectError, match=r"opened|read") as caught:
                Store(path).save_link("x", {})
        finally:
            Path(folder).chmod(0o755)
    assert "writable" in caught.value.remedy


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="cannot be opened"):
        Store(tmp_path / "nowhere" / "project.db")


def test_a_full_disk_keeps_what_there_was(store: Store, make_example: MakeExample) -> None:
    store.add_examples([make_example("one")])
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(ProjectError, match="disk is full"):
        store.add_examples(make_example("x" * 10_000 + str(n)) for n in range(20))
    assert len(store.examples()) == 1
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert store.add_examples([make_example("two")]).added == 1


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    path = tmp_path / "project.db"
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 999")
    with pytest.raises(ProjectError, match="newer Tunesmith") as caught:
        Store(path)
    assert "Update" in caught.value.remedy
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (999,)


def test_the_database_is_readable_without_tunesmith(store: Store, fifty: list[Example]) -> None:
    store.add_examples(fifty)
    store.add_annotations([said("u1", fifty[0].id)])
    with sqlite3.connect(store.path) as db:
        ((record,),) = db.execute("SELECT record FROM annotations")
        assert json.loads(record)["answer"] == "card"
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
