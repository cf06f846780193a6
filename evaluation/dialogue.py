"""Turns of conversations: what must be said by the end, and what a turn does.

A file's columns say so, kept as a row's metadata; rows of one conversation share a `group`.

- `goal`: what the assistant must have said by the end of the conversation. A list of texts, or one
  text with `;` between; a list in the list, or `|` within the text, gives other wordings of one.
- `act`: what the reference turn does, one of `ACTS`. Where the file does not say, a rule does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from curation.types import DatasetRow
from evaluation.words import sentences, words

GOAL, ACT, TURNS = "goal", "act", "messages"
ACTS = ("answer", "ask", "confirm", "hand over", "end")
"""What a turn can do."""
_QUESTION = ("?", "\uff1f", "\u061f", "\u037e")
_HAND_OVER = re.compile(
    r"\b(?:transfer(?:ring)? you|put(?:ting)? you through|connect(?:ing)? you (?:to|with)|"
    r"hand(?:ing)? you over|pass(?:ing)? you (?:on )?to|"
    r"(?:human|live|real) (?:agent|person)|(?:agent|colleague|representative|specialist)s? "
    r"(?:will|can) (?:help|call|contact|take|be))",
    re.IGNORECASE,
)
_END = re.compile(
    r"\b(?:good ?bye|bye|have a (?:nice|good|great|wonderful|lovely) \w+|"
    r"thank(?:s| you) for (?:calling|contacting|choosing)|take care|see you)\b",
    re.IGNORECASE,
)
_CONFIRM = re.compile(
    r"\b(?:is (?:that|this|it) (?:right|correct|ok|okay)|(?:right|correct)\s*\?|"
    r"(?:please|can you|could you|to|let me) (?:just )?confirm|do you (?:want|wish) me to|"
    r"shall i|should i (?:go ahead|proceed|book)|would you like me to|did you (?:mean|say)|"
    r"are you sure)",
    re.IGNORECASE,
)


def goals_of(row: DatasetRow) -> tuple[tuple[str, ...], ...]:
    """Return what must be said in a row's conversation, each in its wordings.

    Examples
    --------
    >>> from curation.types import Word
    >>> row = DatasetRow(id="", messages=(), answer="", word=Word.GOLD, confidence=1, input="",
    ...     metadata={"goal": "table for two; 8 pm | 20:00"})
    >>> goals_of(row)
    (('table for two',), ('8 pm', '20:00'))
    """
    said = row.metadata.get(GOAL)
    items = said.split(";") if isinstance(said, str) else said if isinstance(said, list) else []
    wordings = (
        item.split("|") if isinstance(item, str) else item if isinstance(item, list) else [item]
        for item in items
    )
    goals = (tuple(str(one).strip() for one in each if words(str(one))) for each in wordings)
    return tuple(goal for goal in goals if goal)


def says(turns: Sequence[str], wordings: Sequence[str]) -> bool:
    """Return whether one of the wordings stands in one of the turns, word by word."""
    heard = [f" {' '.join(words(turn))} " for turn in turns]
    return any(f" {' '.join(words(wording))} " in turn for wording in wordings for turn in heard)


def is_turn(row: DatasetRow) -> bool:
    """Return whether a row is a turn of a conversation: its act is given, or turns before it."""
    turns = row.metadata.get(TURNS)
    before = [turn for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []
    return act_given(row) != "" or any(turn.get("role") == "assistant" for turn in before)


def act_given(row: DatasetRow) -> str:
    """Return the act the file gives a row; empty where it gives none that is known."""
    said = str(row.metadata.get(ACT) or "").strip().casefold().replace("_", " ")
    return said if said in ACTS else ""


def act_of(text: str) -> str:
    """Return what a turn does, by its wording.

    In this order: it hands over where it says that somebody else takes on; it confirms where it
    asks whether something is right or wanted; it asks where its last sentence is a question; it
    ends where it says goodbye; otherwise it answers. The wordings are English, question marks of
    any script.

    Examples
    --------
    >>> [act_of(turn) for turn in ("It opens at 9.", "For how many?", "At 8, is that right?")]
    ['answer', 'ask', 'confirm']
    >>> [act_of(turn) for turn in ("I will transfer you to sales.", "Booked. Have a nice day!")]
    ['hand over', 'end']
    """
    if _HAND_OVER.search(text):
        return "hand over"
    if _CONFIRM.search(text):
        return "confirm"
    parts = sentences(text)
    if parts and parts[-1].rstrip("\"'\u201d\u2019)*_ ").endswith(_QUESTION):
        return "ask"
    return "end" if _END.search(text) else "answer"
