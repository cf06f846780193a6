"""Generated texts, expressions and conditions, with the signs that two engines may disagree on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import polars as pl
from hypothesis import strategies as st

from curation.corpus import Corpus, Ids
from curation.exceptions import FunctionError
from labeling_functions import (
    all_of,
    any_of,
    length,
    matches,
    metadata,
    none_of,
    punctuation,
    words,
)
from labeling_functions.conditions import Condition
from labeling_functions.conditions.gazetteer import Gazetteer

SIGNS = "aAbBkKsSiI\u017f\u212aİ\u0131ßẞéÉ\u0301Σ\u03c3ςǅ0٣²½🙂_ \x1c\x85\xa0\u2028\n\r\t\0"
SIGNS += ".!-+^$\\[](){}|*?"
WORDS = [
    "a", "Ab", "kS", "\u0131", "\u017f", "é", "e\u0301", "c++", "b a", "İ", "²", "_", "0", "🙂",
    "ß",
]  # fmt: skip
TEXTS = (
    st.text(st.sampled_from(SIGNS), max_size=12)
    | st.text(max_size=8)
    | st.lists(st.sampled_from([*WORDS, "ba", "K", "AB", " ", "\n", "\t", "!"]), max_size=6).map(
        " ".join
    )
)

ONE = (
    st.sampled_from(SIGNS).map(re.escape)
    | st.sampled_from([".", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\u212a", "[^a]", "[a-k]"])
    | st.sampled_from(
        [r"[\w.]", r"[^\s\d]", r"[A-Zß]", r"[^\W_]", "[k-\u017f]", r"[\0-\x7f]", "[^é-\u0131]"]
    )
)
ASIDE = st.sampled_from(
    ["^", "$", r"\A", r"\Z", r"\b", r"\B", r"(?<!\w)", r"(?!\w)", r"(?=\W)", r"(?<=a)", "(?!a|b)"]
)


def _more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    wraps = ["(%s)", "(?:%s)", "(?i:%s)", "(?s:%s)", "(?m:%s)", "(?-i:%s)", "(?>%s)", r"(%s)\1"]
    wraps += ["(?=%s)", "(?!%s)", "(?a:%s)", r"(%s)?(?(1)a|b)", r"(?P<x>%s)(?P=x)"]
    repeats = ["*", "+", "?", "{2}", "{1,3}", "*?", "+?", "{,2}", "?+", "*+"]
    return (
        st.tuples(inner, inner).map("".join)
        | st.lists(inner, min_size=2, max_size=3).map("|".join)
        | st.tuples(st.sampled_from(wraps), inner).map(lambda pair: pair[0].replace("%s", pair[1]))
        | st.tuples(ONE, st.sampled_from(repeats)).map("".join)
        | st.tuples(inner, st.sampled_from(repeats)).map(lambda pair: f"(?:{pair[0]}){pair[1]}")
        | st.tuples(ASIDE, inner).map("".join)
        | st.tuples(inner, ASIDE).map("".join)
        | st.tuples(ASIDE, inner, ASIDE).map("".join)
    )


def _compiles(regex: str) -> bool:
    try:
        matches(regex)
    except FunctionError:
        return False
    return True


REGEXES = st.recursive(ONE | ASIDE, _more, max_leaves=6).filter(_compiles)
SCALARS = (
    st.sampled_from(["email", "Email", "5", "", "é", "a b", '"', "{", None, True, 5, -1, 2.5, 0])
    | st.integers(-3, 9)
    | TEXTS
)
COLUMNS = st.sampled_from(["stars", "channel", "a b", 'q"', "é"])
METADATA = st.dictionaries(
    COLUMNS, SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(COLUMNS, SCALARS, max_size=2)
)
BOUNDS = st.tuples(st.none() | st.integers(0, 4), st.none() | st.integers(0, 9))


def _bounded(made: type[Condition] | object, *first: object, **more: object) -> Condition | None:
    try:
        return made(*first, **more)  # type: ignore[operator, no-any-return]
    except FunctionError:
        return None


def _some(strategy: st.SearchStrategy[Condition | None]) -> st.SearchStrategy[Condition]:
    return strategy.filter(lambda made: made is not None)  # type: ignore[return-value]


LENGTHS = _some(
    st.builds(
        lambda bounds, unit: _bounded(length, at_least=bounds[0], at_most=bounds[1], unit=unit),
        BOUNDS,
        st.sampled_from(["words", "characters"]),
    )
)
PUNCTUATION = _some(
    st.builds(
        lambda signs, bounds, share: _bounded(
            punctuation,
            signs,
            at_least=None if bounds[0] is None else bounds[0] / (10 if share else 1),
            at_most=None if bounds[1] is None else bounds[1] / (10 if share else 1),
            share=share,
        ),
        st.text(st.sampled_from(SIGNS), min_size=1, max_size=3),
        BOUNDS,
        st.booleans(),
    )
)
METADATAS = _some(
    st.builds(
        lambda column, values, bounds, contains, regex, present: _bounded(
            metadata,
            column,
            *values,
            at_least=bounds[0],
            at_most=bounds[1],
            contains=contains,
            matches=regex,
            present=present,
        ),
        COLUMNS,
        st.lists(SCALARS, max_size=2),
        BOUNDS | st.just((None, None)),
        st.just("") | st.sampled_from(["e", "É", "."]),
        st.just("") | REGEXES,
        st.booleans(),
    )
)
LEAVES = (
    st.builds(
        lambda listed, whole, case: words(*listed, whole_words=whole, ignore_case=case),
        st.lists(st.sampled_from(WORDS) | TEXTS.filter(str.strip), min_size=1, max_size=3),
        st.booleans(),
        st.booleans(),
    )
    | st.builds(lambda regex, case: matches(regex, ignore_case=case), REGEXES, st.booleans())
    | LENGTHS
    | PUNCTUATION
    | METADATAS
)
GAZETTEERS = st.builds(
    Gazetteer,
    st.just("terms.txt"),
    st.lists(
        st.sampled_from(WORDS) | TEXTS.filter(lambda text: text.split() != []),
        min_size=1,
        max_size=5,
        unique=True,
    ).map(tuple),
    st.booleans(),
    st.booleans(),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda combine, parts: combine(*parts),
        st.sampled_from([all_of, any_of, none_of]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
ROWS = st.lists(st.tuples(TEXTS, METADATA), max_size=6)


def corpus(rows: Sequence[tuple[str, dict[str, object]]]) -> Corpus:
    """Return rows of text and metadata as columns."""
    return Corpus(
        Ids(pl.Series("id", [str(n) for n in range(len(rows))], dtype=pl.String)),
        pl.Series("text", [text for text, _ in rows], dtype=pl.String),
        pl.Series(
            "metadata", [json.dumps(m, ensure_ascii=False) for _, m in rows], dtype=pl.String
        ),
    )
