"""Offensive words in a text: a small list that comes along, and lines a project adds or takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from unicodedata import category, normalize

from evaluation.words import words

BUNDLED = Path(__file__).parent / "lexicons" / "offensive.txt"
_DISGUISES = str.maketrans({"@": "a", "$": "s", "0": "o", "1": "i", "3": "e", "!": "i"})
_STRETCHED = re.compile(r"(\w)\1{2,}")


@dataclass(frozen=True)
class Lexicon:
    """Terms to look for, each as its words; `*` ends a word that may go on."""

    terms: frozenset[tuple[str, ...]]
    beginnings: tuple[str, ...]

    def found_in(self, text: str) -> tuple[str, ...]:
        """Return the terms of the list that stand in a text, as they are written there."""
        said = spoken(text)
        longest = max(map(len, self.terms), default=0)
        runs = {
            tuple(said[at : at + size])
            for size in range(1, longest + 1)
            for at in range(len(said) - size + 1)
        }
        whole = {" ".join(run) for run in runs & self.terms}
        return tuple(sorted(whole | {word for word in said if word.startswith(self.beginnings)}))


def spoken(text: str) -> list[str]:
    """Return a text's words as they are said: undisguised, unstretched, without invisible signs.

    Examples
    --------
    >>> spoken("What the sh1t, you b@st\u200bard, nooooo!")
    ['what', 'the', 'shit', 'you', 'bastard', 'no']
    """
    seen = "".join(sign for sign in normalize("NFKC", text) if category(sign) != "Cf")
    plain = (_undisguised(part) for part in seen.split())
    return [_STRETCHED.sub(r"\1", word) for word in words(" ".join(plain))]


def _undisguised(part: str) -> str:
    """Return a piece of text with signs that stand for letters replaced, if they are among some."""
    core = part.strip("!")
    return core.translate(_DISGUISES) if any(map(str.isalpha, core)) else part


def lexicon(lines: Sequence[str] = ()) -> Lexicon:
    """Return the list that comes along with a project's own lines added to it.

    Parameters
    ----------
    lines : sequence of str
        A term each; `-term` takes one of the bundled list out, `#` begins a comment.
    """
    return _lexicon(tuple(lines))


@lru_cache(maxsize=4)
def _lexicon(lines: tuple[str, ...]) -> Lexicon:
    kept = dict.fromkeys(_terms(BUNDLED.read_text("utf-8").splitlines()))
    for term in _terms(lines):
        if term.startswith("-"):
            kept.pop(term[1:].strip(), None)
        else:
            kept[term] = None
    beginnings = tuple(term[:-1] for term in kept if term.endswith("*") and len(term) > 1)
    whole = frozenset(tuple(spoken(term)) for term in kept if not term.endswith("*"))
    return Lexicon(whole - {()}, beginnings)


def _terms(lines: Iterable[str]) -> list[str]:
    stripped = (line.partition("#")[0].strip().casefold() for line in lines)
    return [line for line in stripped if line]
