"""What every importer promises, on a good and a damaged file of each format."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.exceptions import ImportFailedError
from curation.importers import IMPORTERS, guess_importer, preview
from curation.importers.mapping import guess_mapping, to_examples
from curation.importers.rows import BadRow, RawRow
from curation.types import Criterion, Example, Split, Task, TaskKind

SAMPLE = [("where is my order", "order"), ("a line\nand another, “quoted”", "other")]
TASK = Task(
    kind=TaskKind.CLASSIFY, instruction="Pick.", criterion=Criterion(metric="f1", target=0.8)
)
SHARED = Path(__file__).parents[4] / "shared" / "data"


def write_delimited(folder: Path, delimiter: str, suffix: str) -> Path:
    path = folder / f"sample.{suffix}"
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([("text", "label"), *SAMPLE])
    return path


def write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def write_lines(path: Path, objects: list[dict[str, Any]]) -> Path:
    return write_text(path, "\n".join(json.dumps(fields) for fields in objects))


def objects() -> list[dict[str, Any]]:
    return [{"text": text, "label": label} for text, label in SAMPLE]


def write_chat(folder: Path) -> Path:
    turns = [[("user", text), ("assistant", label)] for text, label in SAMPLE]
    rows = [{"messages": [{"role": r, "content": c} for r, c in turn]} for turn in turns]
    return write_lines(folder / "sample.jsonl", rows)


def write_parquet(folder: Path) -> Path:
    pq.write_table(pa.Table.from_pylist(objects()), folder / "sample.parquet")
    return folder / "sample.parquet"


def write_hf_folder(folder: Path) -> Path:
    from datasets import Dataset

    Dataset.from_list(objects()).save_to_disk(folder / "saved")
    return folder / "saved"


def write_wrench(folder: Path) -> Path:
    write_text(folder / "label.json", '{"0": "order", "1": "other"}')
    rows = {
        str(n): {"label": n, "weak_labels": [n, -1], "data": {"text": text}}
        for n, (text, _) in enumerate(SAMPLE)
    }
    return write_text(folder / "valid.json", json.dumps(rows))


WRITERS: dict[str, Callable[[Path], Path]] = {
    "csv": lambda folder: write_delimited(folder, ",", "csv"),
    "tsv": lambda folder: write_delimited(folder, "\t", "tsv"),
    "jsonl": lambda folder: write_lines(folder / "sample.jsonl", objects()),
    "json": lambda folder: write_text(folder / "sample.json", json.dumps(objects())),
    "parquet": write_parquet,
    "chat": write_chat,
    "hf_folder": write_hf_folder,
    "wrench": write_wrench,
}

DAMAGED = {
    "csv": ("some.csv", b"text,label\na,b,c\n\xff,x\nok,x\n"),
    "tsv": ("some.tsv", b"text\tlabel\na\n\xff\tx\nok\tx\n"),
    "jsonl": ("some.jsonl", b'{"text": \n"\xff"\n{"text": "ok"}\n'),
    "json": ("some.json", b'[3, {"text": NaN}, {"text": "ok"}]'),
    "chat": ("some.jsonl", b'{"messages": []}\n{"prompt": 3}\n{"prompt": "a", "completion": "b"}'),
    "wrench": (
        "some.json",
        b'{"0": {"label": 7, "data": {}}, "1": 3, "2": {"data": {"text": ""}}}',
    ),
}
NO_BAD_ROWS = {"parquet", "hf_folder"}


@pytest.mark.parametrize("name", IMPORTERS)
def test_reads_what_was_written(name: str, tmp_path: Path) -> None:
    rows = list(IMPORTERS[name](WRITERS[name](tmp_path), None))
    assert [type(row) for row in rows] == [RawRow, RawRow]
    assert all(row.line > 0 for row in rows)
    answer = "reference" if name == "chat" else "label"
    assert [(row.fields["text"], row.fields[answer]) for row in rows] == SAMPLE


@pytest.mark.parametrize("name", IMPORTERS)
def test_its_format_is_recognised_and_becomes_examples(name: str, tmp_path: Path) -> None:
    path = WRITERS[name](tmp_path)
    assert guess_importer(path) == name
    seen = preview(path)
    mapping = guess_mapping(seen.columns, seen.rows, TASK.kind)
    examples = list(
        to_examples(seen.rows, mapping, task=TASK, source="s", seed=1, shares=(1, 0, 0))
    )
    assert all(isinstance(example, Example) for example in examples)
    assert [(e.input, e.reference) for e in examples if isinstance(e, Example)] == SAMPLE


@pytest.mark.parametrize("name", sorted(set(IMPORTERS) - NO_BAD_ROWS))
def test_bad_rows_have_a_line_and_a_reason_and_stop_nothing(name: str, tmp_path: Path) -> None:
    file, content = DAMAGED[name]
    path = tmp_path / file
    path.write_bytes(content)
    write_text(tmp_path / "label.json", '{"0": "ham"}')
    *bad, last = IMPORTERS[name](path, None)
    assert len(bad) == 2
    for row in bad:
        assert isinstance(row, BadRow)
        assert row.line > 0
        assert len(row.reason) > 10
    assert isinstance(last, RawRow)


@pytest.mark.parametrize("name", IMPORTERS)
@pytest.mark.parametrize("content", [None, b"", b"\x00\x01\x02 rubbish \xff"])
def test_what_is_missing_empty_or_rubbish_is_refused_in_words(
    name: str, content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    write_text(tmp_path / "label.json", '{"0": "ham"}')
    if name in ("jsonl", "chat") and content:
        assert all(isinstance(row, BadRow) for row in IMPORTERS[name](path, None))
        return
    with pytest.raises(ImportFailedError) as caught:
        list(IMPORTERS[name](path, None))
    assert caught.value.where


def test_a_preview_stops_early_and_counts_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("text,label\n" + "a\n" + "b,x\n" * 1000)
    seen = preview(path, n=5)
    assert (seen.columns, len(seen.rows), len(seen.bad)) == (("text", "label"), 4, 1)


@pytest.mark.parametrize(
    ("file", "content", "name"),
    [
        ("a.CSV", "text\na", "csv"),
        ("a.tab", "text\na", "tsv"),
        ("a.ndjson", '{"a": 1}', "jsonl"),
        ("a.jsonl", 'torn\n{"conversations": []}', "chat"),
        ("a.jsonl", '{"prompt": "a", "completion": "b"}', "chat"),
        ("a.jsonl", '{"prompt": "a", "label": "b"}', "jsonl"),
        ("a.json", '[{"instruction": "a", "output": "b"}]', "chat"),
        ("a.json", '{"x": {"data": {}, "label": 0}}', "json"),
        ("unnamed", '{"a": 1}\n{"a": 2}', "jsonl"),
    ],
)
def test_a_format_is_told_from_name_and_content(
    tmp_path: Path, file: str, content: str, name: str
) -> None:
    assert guess_importer(write_text(tmp_path / file, content)) == name


@pytest.mark.parametrize("make", [lambda p: p.write_bytes(b"%PDF-1.7"), lambda p: p.mkdir()])
def test_an_unknown_format_is_answered_with_the_known_ones(
    tmp_path: Path, make: Callable[[Path], object]
) -> None:
    make(tmp_path / "a.pdf")
    with pytest.raises(ImportFailedError, match="csv, tsv, jsonl, json, parquet, chat"):
        guess_importer(tmp_path / "a.pdf")


def test_parquet_keeps_types_numbers_rows_and_refuses_what_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"text": [f"t{i}" for i in range(2500)], "n": np.arange(2500)})
    pq.write_table(table, path)
    rows = list(IMPORTERS["parquet"](path, None))
    assert rows[-1] == RawRow(2500, {"text": "t2499", "n": 2499})
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ImportFailedError, match="cannot be read"):
        list(IMPORTERS["parquet"](path, None))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table([pa.array(["a"]), pa.array(["b"])], names=["text", "text"]), "same name"),
        (pa.table({"text": pa.array([], pa.string())}), "no rows"),
    ],
)
def test_parquet_without_sense_is_refused(tmp_path: Path, table: pa.Table, message: str) -> None:
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(ImportFailedError, match=message):
        list(IMPORTERS["parquet"](tmp_path / "a.parquet", None))


def test_a_dataset_dict_names_splits_and_classes(tmp_path: Path) -> None:
    from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

    features = Features({"text": Value("string"), "label": ClassLabel(names=["ham", "spam"])})
    parts = {"train": {"text": ["a", "b"], "label": [1, -1]}, "test": {"text": ["c"], "label": [0]}}
    saved = {name: Dataset.from_dict(part, features=features) for name, part in parts.items()}
    DatasetDict(saved).save_to_disk(tmp_path / "saved")
    rows = list(IMPORTERS["hf_folder"](tmp_path / "saved", None))
    assert rows == [
        RawRow(1, {"split": "train", "text": "a", "label": "spam"}),
        RawRow(2, {"split": "train", "text": "b", "label": None}),
        RawRow(3, {"split": "test", "text": "c", "label": "ham"}),
    ]


def test_wrench_names_the_label_and_the_split(tmp_path: Path) -> None:
    first = next(IMPORTERS["wrench"](write_wrench(tmp_path), None))
    assert first.fields["label"] == "order"
    assert (first.fields["split"], first.fields["weak_labels"]) == ("valid", [0, -1])


def test_wrench_without_its_class_names_is_refused(tmp_path: Path) -> None:
    path = write_wrench(tmp_path)
    (tmp_path / "label.json").write_text("[1]")
    with pytest.raises(ImportFailedError, match="class names"):
        list(IMPORTERS["wrench"](path, None))
    (tmp_path / "label.json").unlink()
    with pytest.raises(ImportFailedError, match=r"label\.json"):
        list(IMPORTERS["wrench"](path, None))


REAL = {
    "banking77/train.csv": ("csv", 10_003),
    "banking77/test.csv": ("csv", 3_080),
    "sentfin/SEntFiN.csv": ("csv", 10_753),
    "legal_summarization/all_v1.json": ("json", 446),
    "restaurant8k/train_0.json": ("json", 8_198),
    "restaurant8k/test.json": ("json", 3_731),
    "wrench_sms/train.json": ("wrench", 4_571),
    "wrench_youtube/valid.json": ("wrench", 120),
    "wrench_youtube/original_with_raw/test.json": ("wrench", 250),
    "wrench_youtube/original_with_raw/raw/Youtube01-Psy.csv": ("csv", 350),
    "wrench_youtube/original_with_raw/raw/Youtube04-Eminem.csv": ("csv", 448),
    "sgd_user_turns/dev.jsonl.gz": ("jsonl", None),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files_read_without_a_bad_row(name: str) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip("the shared data sets are not beside the repository")
    importer, count = REAL[name]
    assert guess_importer(path) == importer
    seen = preview(path)
    mapping = guess_mapping(seen.columns, seen.rows, TaskKind.GENERATE)
    rows = islice(IMPORTERS[importer](path, None), 12_000)
    examples = list(
        to_examples(
            rows,
            mapping,
            task=TASK.model_copy(update={"kind": TaskKind.GENERATE}),
            source=path.name,
            seed=13,
            shares=(0.7, 0.15, 0.15),
        )
    )
    assert [e for e in examples if isinstance(e, BadRow)] == []
    assert len(examples) == (count or 12_000)
    if path.name.startswith("valid"):
        assert {e.split for e in examples if isinstance(e, Example)} == {Split.VALIDATION}
