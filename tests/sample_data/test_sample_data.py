"""What the sample data promises to whoever trains or measures on it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from curation.importers import IMPORTERS, guess_importer, preview
from curation.importers.mapping import guess_mapping, to_examples
from curation.splits import group_of
from curation.types import Criterion, Example, Split, Task, TaskKind

DATA = Path(__file__).parents[2] / "sample_data"
INTENTS = (
    "store_hours",
    "stock",
    "order_status",
    "delivery_problem",
    "returns",
    "billing",
    "product_question",
    "account",
    "complaint",
)
Rows = list[dict[str, str]]


def read_csv(name: str) -> Rows:
    with (DATA / "retail" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def messages() -> Rows:
    return read_csv("messages.csv")


@pytest.fixture(scope="module")
def answers(messages: Rows) -> dict[str, str]:
    """The true intent of every message."""
    hidden = {row["text"]: row["label"] for row in read_csv("answers.csv")}
    return {row["text"]: row["label"] or hidden[row["text"]] for row in messages}


@pytest.fixture(scope="module")
def policies() -> Rows:
    lines = (DATA / "policies" / "policies.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def texts(rows: Rows, split: str) -> list[str]:
    return [row["text"] for row in rows if row["split"] == split]


def test_there_are_as_many_messages_as_promised(messages: Rows) -> None:
    assert len({row["text"].casefold() for row in messages}) == len(messages) >= 900
    assert {row["label"] for row in messages} - {""} == set(INTENTS)
    assert max(len(row["text"]) for row in messages) <= 400
    assert all(row["text"] == row["text"].strip() != "" for row in messages)


def test_enough_is_gold(messages: Rows) -> None:
    gold = Counter(row["split"] for row in messages if row["label"])
    assert gold.total() >= 300
    assert gold["test"] == len(texts(messages, "test")) >= 200
    assert gold["validation"] == len(texts(messages, "validation")) >= 150
    assert gold["train"] == 90


def test_the_answers_are_those_of_the_rows_without_a_label(messages: Rows) -> None:
    unlabelled = [row["text"] for row in messages if not row["label"]]
    found = read_csv("answers.csv")
    assert [row["text"] for row in found] == unlabelled
    assert {row["label"] for row in found} == set(INTENTS)


def test_no_intent_rules(messages: Rows, answers: dict[str, str]) -> None:
    for split in Split:
        counts = Counter(answers[text] for text in texts(messages, split))
        assert set(counts) == set(INTENTS)
        assert max(counts.values()) / counts.total() < 0.25


def test_dates_spread_over_eight_months(messages: Rows) -> None:
    days = [date.fromisoformat(row["received"]) for row in messages]
    by_month = Counter((day.year, day.month) for day in days)
    assert sorted(by_month) == [(2026, month) for month in range(3, 11)]
    assert min(by_month.values()) > 80
    assert days != sorted(days)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def resembling(some: list[str], others: list[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs that have at least 70 % of their words in common (Jaccard)."""
    pairs = product([(text, words_of(text)) for text in some], [(t, words_of(t)) for t in others])
    for (one, first), (other, second) in pairs:
        if len(first & second) >= 0.7 * len(first | second):
            yield one, other


@pytest.mark.parametrize("held_out", ["validation", "test"])
def test_no_text_nor_its_near_duplicate_is_on_both_sides(
    messages: Rows, policies: Rows, held_out: str
) -> None:
    for rows in (messages, policies):
        train, held = texts(rows, "train"), texts(rows, held_out)
        assert not {group_of(text) for text in train} & {group_of(text) for text in held}
        assert list(resembling(train, held)) == []


def test_the_near_duplicate_check_would_see_one(messages: Rows) -> None:
    one = texts(messages, "test")[0]
    assert list(resembling([one], [one.upper() + "!!"])) == [(one, one.upper() + "!!")]


def test_the_words_of_the_labels_alone_do_not_solve_it(answers: dict[str, str]) -> None:
    stems = {intent: [word.rstrip("s") for word in intent.split("_")] for intent in INTENTS}

    def guess(text: str) -> str:
        hits = {i: sum(stem in text.casefold() for stem in stems[i]) for i in INTENTS}
        return max(hits, key=lambda intent: hits[intent])

    right = sum(guess(text) == label for text, label in answers.items())
    assert 0.15 < right / len(answers) < 0.6


def test_there_are_as_many_policies_as_promised(policies: Rows) -> None:
    assert len({row["text"] for row in policies}) == len(policies) >= 150
    counts = Counter(row["split"] for row in policies)
    assert (counts["test"], counts["validation"]) == (30, 20)
    assert all(row["summary"] and row["topic"] for row in policies)
    assert all(len(row["summary"]) < len(row["text"]) for row in policies)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("retail/messages.csv", TaskKind.CLASSIFY),
        ("policies/policies.jsonl", TaskKind.GENERATE),
    ],
)
def test_it_imports_by_itself(name: str, kind: TaskKind) -> None:
    path = DATA / name
    seen = preview(path)
    mapping = guess_mapping(seen.columns, seen.rows, kind)
    labels = INTENTS if kind is TaskKind.CLASSIFY else ()
    criterion = Criterion(metric="f1", target=0.8)
    task = Task(kind=kind, instruction="Do it.", labels=labels, criterion=criterion)
    rows = IMPORTERS[guess_importer(path)](path, None)
    shares = (1.0, 0.0, 0.0)
    examples = list(to_examples(rows, mapping, task=task, source="s", seed=1, shares=shares))
    assert all(isinstance(example, Example) for example in examples)
    assert {e.split for e in examples if isinstance(e, Example)} == set(Split)
    assert mapping.reference == ("label" if kind is TaskKind.CLASSIFY else "summary")


def test_the_readme_counts_what_there_is(messages: Rows, answers: dict[str, str]) -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    counts = Counter((answers[row["text"]], row["split"]) for row in messages)
    gold = Counter(row["label"] for row in messages if row["split"] == "train")
    for intent in INTENTS:
        train, validation, test = (counts[intent, split] for split in Split)
        assert f"| {intent} | {train} ({gold[intent]}) | {validation} | {test} |" in readme
