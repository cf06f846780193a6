"""The browser's arithmetic of spans, run by node: what is marked is what is kept."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.spans import read_spans, write_spans
from studio.components.labeller import ASSETS
from studio.components.palette import COLORS
from tests.studio.texts import TEXTS, spans_of

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node runs the script")
LABELS = ("time", "people", "Größe 😬")
MODES = ASSETS / "modes"
ASK = """
const asked = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(asked.map(answer)));
"""


def node(answer: str, asked: Sequence[object]) -> list[dict[str, object]]:
    """Return what JavaScript answers to each thing asked, in one process."""
    code = (MODES / "marks.js").read_text(encoding="utf-8") + answer + ASK
    run = subprocess.run(
        ["node", "--input-type=module", "-e", code],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(run.stdout)


@st.composite
def marked(draw: st.DrawFn) -> dict[str, object]:
    text = draw(TEXTS)
    spans = [[s.start, s.end, s.label] for s in draw(spans_of(text, LABELS))]
    return {"text": text, "spans": spans}


@needs_node
@settings(max_examples=12, deadline=None)
@given(st.lists(marked(), min_size=20, max_size=40))
def test_what_is_shown_and_not_touched_comes_back_as_it_was(cards: list[dict[str, object]]) -> None:
    answers = node("const answer = ({ text, spans }) => new Marks(text, spans).answer;", cards)
    for card, answer in zip(cards, answers, strict=True):
        spans = [{"start": a, "end": b, "label": label} for a, b, label in card["spans"]]
        shown = read_spans(json.dumps(spans), card["text"], LABELS)
        assert write_spans(read_spans(answer, card["text"], LABELS)) == write_spans(shown)


WORK = """
const labels = ["time", "people", "Größe 😬"];
function act(marks, [what, a, b, label]) {
  const [start, end] = [a, b].map((place) => place % (marks.text.length + 1)).sort((x, y) => x - y);
  const span = marks.spans[a % marks.spans.length];
  if (what === "undo") marks.undo();
  if (!span && what !== "exact" && what !== "words") return null;
  if (what === "relabel") marks.relabel(span, labels[label]);
  if (what === "remove") marks.remove([span]);
  if (what === "nudge") return marks.nudge(span, a % 2 ? "start" : "end", b % 2 ? 1 : -1);
  if (start === end || !["exact", "words"].includes(what)) return null;
  const stretch = marks[what === "exact" ? "whole" : "snapped"]({ start, end });
  return marks.put(stretch, labels[label]);
}
function answer({ text, spans, acts }) {
  const marks = new Marks(text, spans);
  const before = marks.answer;
  const edges = [...GRAPHEMES.segment(text)].map(({ index }) => index);
  const whole = new Set([...edges, text.length]);
  const made = acts.map((one) => act(marks, one)).filter(Boolean);
  const end = marks.answer;
  const words = marks.spans.map((span) => marks.words(span));
  const cut = made.filter((span) => !whole.has(span.start) || !whole.has(span.end)).length;
  const overlaps = marks.spans.filter((span) => marks.touching(span).length > 1).length;
  let steps = 0;
  while (marks.undo()) steps += 1;
  const undone = marks.answer;
  while (steps--) marks.redo();
  return { before, end, words, cut, overlaps, undone, redone: marks.answer };
}
"""
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["exact", "words", "words", "nudge", "nudge", "relabel", "remove", "undo"]),
        st.integers(0, 60),
        st.integers(0, 60),
        st.integers(0, 2),
    ),
    max_size=8,
)


@needs_node
@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(TEXTS, ACTS), min_size=20, max_size=40))
def test_whatever_is_done_marks_whole_characters_of_the_text(
    worked: list[tuple[str, list[object]]],
) -> None:
    asked = [{"text": text, "spans": [], "acts": acts} for text, acts in worked]
    for (text, _), told in zip(worked, node(WORK, asked), strict=True):
        spans = read_spans(told["end"], text, LABELS)
        assert sorted(text[s.start : s.end] for s in spans) == sorted(told["words"])
        assert (told["cut"], told["overlaps"]) == (0, 0)
        assert told["undone"] == told["before"]
        assert told["redone"] == told["end"]


@needs_node
@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(marked(), ACTS), min_size=20, max_size=30))
def test_spans_that_overlapped_to_begin_with_are_kept_until_touched(
    worked: list[tuple[dict[str, object], list[object]]],
) -> None:
    asked = [{**card, "acts": [act for act in acts if act[0] == "nudge"]} for card, acts in worked]
    for (card, _), told in zip(worked, node(WORK, asked), strict=True):
        spans = read_spans(told["end"], card["text"], LABELS)
        assert told["undone"] == told["before"]
        assert len(spans) <= len(card["spans"])


WORDS = """
const answer = (text) => {
  const marks = new Marks(text, []);
  return marks.stops.map((stop) => marks.words(stop));
};
"""


@needs_node
def test_words_are_words_in_any_script_and_commas_are_passed_over() -> None:
    texts = ["Hi, don't! 8:30", "明天晚上七点", "👨‍👩‍👧‍👦 and 😬", "... !", "", "غدا الساعة 8"]
    assert node(WORDS, texts) == [
        ["Hi", "don't", "8", "30"],
        ["明天", "晚上", "七", "点"],
        ["👨‍👩‍👧‍👦", "and", "😬"],
        [".", ".", ".", "!"],
        [],
        ["غدا", "الساعة", "8"],
    ]


CHUNKED = """
const answer = (text) => {
  const places = (from, piece) => [...WORDS.segment(piece)].map(({ index }) => from + index);
  const chunks = [...chunksOf(text)];
  const cut = chunks.flatMap(([from, chunk]) => places(from, chunk));
  return { same: String(cut) === String(places(0, text)), chunks: chunks.length };
};
"""


@needs_node
@settings(max_examples=8, deadline=None)
@given(st.lists(TEXTS, min_size=10, max_size=20))
def test_a_long_text_is_cut_where_no_word_is(texts: list[str]) -> None:
    long = ["".join(texts) * 3, "a table, please. " * 200]
    told = node(CHUNKED, long)
    assert [answer["same"] for answer in told] == [True, True]
    assert told[1]["chunks"] > 5


PUT = """
const answer = ({ spans, put }) => {
  const marks = new Marks("a table at eight pm", spans);
  marks.put({ start: put[0], end: put[1] }, put[2]);
  return { end: spansOf(marks.answer), changes: marks.past.length };
};
"""


@needs_node
@pytest.mark.parametrize(
    ("put", "kept", "changes"),
    [
        ([0, 1, "people"], [[0, 1, "people"], [2, 7, "people"], [11, 16, "time"]], 1),
        ([5, 13, "people"], [[5, 13, "people"]], 1),
        ([11, 16, "people"], [[2, 7, "people"], [11, 16, "people"]], 1),
        ([11, 16, "time"], [[2, 7, "people"], [11, 16, "time"]], 0),
    ],
)
def test_a_new_span_replaces_what_it_overlaps(
    put: list[object], kept: list[object], changes: int
) -> None:
    spans = [[2, 7, "people"], [11, 16, "time"]]
    assert node(PUT, [{"spans": spans, "put": put}]) == [{"end": kept, "changes": changes}]


def test_the_colours_are_those_of_every_other_page() -> None:
    script = (MODES / "spans.js").read_text(encoding="utf-8")
    line = next(line for line in script.splitlines() if line.startswith("const HUES"))
    assert json.loads(line[line.index("[") : line.index("]") + 1]) == list(COLORS)
