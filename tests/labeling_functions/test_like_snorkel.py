"""Votes are those of Snorkel's own applier, row for row, whatever the functions do."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.corpus import corpus_of
from curation.types import Example, Votes
from labeling_functions.isolation.voter import Ballots, Voter

LABELS = ("ham", "spam", "eggs")
Write = Callable[..., Path]

HEAD = """
import re
import numpy as np
from snorkel.labeling import LabelingFunction, labeling_function
from snorkel.preprocess import preprocessor

ABSTAIN, HAM, SPAM, EGGS = -1, 0, 1, 2

@preprocessor(memoize=True)
def lower(x):
    x.text = x.text.lower()
    x.words = x.text.split()
    return x

@preprocessor(pre=[lower])
def first(x):
    x.first = x.words[0]
    return x

def look_up(x, words, label):
    return label if any(word in x.text for word in words) else ABSTAIN
"""
CONDITIONS = st.sampled_from(
    [
        "'a' in x.text",
        "len(x.text) > 3",
        "x.text[2] == 'b'",
        "int(x.text) > 1",
        "re.search(r'a\\d', x.text)",
        "x.stars >= 3",
        "x.nothing_there",
        "x.tags[0] == 'b'",
        "1 / x.stars > 0.4",
        "x.text.isupper()",
    ]
)
MAPPED = st.sampled_from(["x.words[1] == 'b'", "len(x.words) > 1", "x.text == 'ab'"])
LATER = st.sampled_from(["x.first == 'a'", "x.first > 'b'"])
ANSWERS = st.sampled_from(
    ["HAM", "SPAM", "EGGS", "ABSTAIN", "True", "False", "np.int64(2)", "np.bool_(True)", "0"]
)
KINDS = st.sampled_from([("", CONDITIONS), ("pre=[lower]", MAPPED), ("pre=[first]", LATER)])


@st.composite
def functions(draw: st.DrawFn) -> str:
    """Return a file of functions as Snorkel's tutorials write them."""
    code = [HEAD]
    for number in range(draw(st.integers(1, 5))):
        options, conditions = draw(KINDS)
        condition, yes, no = draw(conditions), draw(ANSWERS), draw(ANSWERS)
        code.append(
            f"@labeling_function({options})\ndef f{number}(x):\n"
            f"    return {yes} if {condition} else {no}\n"
        )
    words, label = draw(st.lists(st.sampled_from("abc1"))), draw(st.integers(-1, 2))
    code.append(
        f"made = LabelingFunction('made', look_up, resources=dict(words={words}, label={label}))\n"
    )
    return "\n".join(code)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.text("abAB1 ", max_size=6) | st.text(max_size=3),
            "stars": st.integers(0, 5),
            "tags": st.lists(st.sampled_from("ab"), max_size=2),
        }
    ),
    min_size=1,
    max_size=20,
)


def snorkels_votes(code: str, rows: list[dict[str, object]], **options: bool) -> Votes:
    from snorkel.labeling import PandasLFApplier
    from snorkel.labeling.lf.core import LabelingFunction

    namespace: dict[str, object] = {}
    exec(code, namespace)  # noqa: S102 - the very file, run by Snorkel's own applier
    lfs = [value for value in namespace.values() if isinstance(value, LabelingFunction)]
    votes: Votes = PandasLFApplier(lfs).apply(pd.DataFrame(rows), progress_bar=False, **options)
    return votes


def taken(voter: Voter, folder: Path, rows: list[dict[str, object]], faults: int = 0) -> Ballots:
    examples = [
        Example(
            id=str(place),
            input=str(row["text"]),
            metadata={name: value for name, value in row.items() if name != "text"},
        )
        for place, row in enumerate(rows)
    ]
    catalog = voter.describe(folder, LABELS)
    assert len(catalog.faults) == faults, catalog.faults
    return voter.ballots(folder, LABELS, corpus_of(examples), catalog.functions)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(code=functions(), rows=ROWS)
def test_generated_functions_vote_as_snorkel_lets_them(
    voter: Voter, write: Write, code: str, rows: list[dict[str, object]]
) -> None:
    ballots = taken(voter, write(code, shop=False), rows)
    theirs = snorkels_votes(code, rows, fault_tolerant=True)
    assert np.array_equal(np.stack(list(ballots.votes.values()), axis=1), theirs)


TUTORIAL = """
import re
from snorkel.labeling import LabelingFunction, labeling_function
from snorkel.preprocess import preprocessor

ABSTAIN = -1
HAM = 0
SPAM = 1

@labeling_function()
def check(x):
    return SPAM if "check" in x.text.lower() else ABSTAIN

@labeling_function()
def regex_check_out(x):
    return SPAM if re.search(r"check.*out", x.text, flags=re.I) else ABSTAIN

@labeling_function()
def short_comment(x):
    return HAM if len(x.text.split()) < 5 else ABSTAIN

def keyword_lookup(x, keywords, label):
    if any(word in x.text.lower() for word in keywords):
        return label
    return ABSTAIN

def make_keyword_lf(keywords, label=SPAM):
    return LabelingFunction(
        name=f"keyword_{keywords[0]}",
        f=keyword_lookup,
        resources=dict(keywords=keywords, label=label),
    )

keyword_my = make_keyword_lf(keywords=["my"])
keyword_subscribe = make_keyword_lf(keywords=["subscribe"])
keyword_please = make_keyword_lf(keywords=["please", "plz"])
keyword_song = make_keyword_lf(keywords=["song"], label=HAM)

class Sentiment:
    def __init__(self, text):
        good, bad = text.count("love"), text.count("hate")
        self.polarity, self.subjectivity = (good - bad) / (1 + good + bad), (good + bad) / 9

@preprocessor(memoize=True)
def textblob_sentiment(x):
    scores = Sentiment(x.text)
    x.polarity = scores.polarity
    x.subjectivity = scores.subjectivity
    return x

@labeling_function(pre=[textblob_sentiment])
def textblob_polarity(x):
    return HAM if x.polarity > 0.4 else ABSTAIN

@labeling_function(pre=[textblob_sentiment])
def textblob_subjectivity(x):
    return HAM if x.subjectivity >= 0.1 else ABSTAIN

@labeling_function(resources=dict(known={"ann", "bob"}))
def by_author(x, known):
    return HAM if x.author in known else ABSTAIN
"""


def test_the_functions_of_snorkels_spam_tutorial_vote_unchanged(voter: Voter, write: Write) -> None:
    texts = [
        "Check this OUT",
        "I love love this song",
        "subscribe plz",
        "my my",
        "hate it",
        "",
        "ok",
    ]
    authors = ["ann", "cleo", "bob"]
    rows: list[dict[str, object]] = [
        {"text": text, "author": author} for text in texts for author in authors
    ]
    ballots = taken(voter, write(TUTORIAL, shop=False), rows)
    assert ballots.faults == []
    assert len(ballots.votes) == 10
    assert np.array_equal(
        np.stack(list(ballots.votes.values()), axis=1), snorkels_votes(TUTORIAL, rows)
    )


WITH_SPACY = """
from snorkel.labeling.lf.nlp import nlp_labeling_function
from snorkel.preprocess.nlp import SpacyPreprocessor

spacy = SpacyPreprocessor(text_field="text", doc_field="doc", memoize=True)

@labeling_function(pre=[spacy])
def has_person(x):
    return HAM if any(ent.label_ == "PERSON" for ent in x.doc.ents) else ABSTAIN

@nlp_labeling_function()
def has_person_nlp(x):
    return HAM if any(ent.label_ == "PERSON" for ent in x.doc.ents) else ABSTAIN

lfs = [check, has_person, has_person_nlp]
"""


def test_without_spacy_only_what_needs_it_is_lost(voter: Voter, write: Write) -> None:
    if find_spec("spacy"):
        pytest.skip("spaCy is installed")
    code = f"from __future__ import annotations\n{TUTORIAL}{WITH_SPACY}"
    rows: list[dict[str, object]] = [{"text": "check this out", "author": "ann"}]
    catalog = voter.describe(write(code, shop=False), LABELS)
    assert len(catalog.functions) == 10
    lost = [fault.error for fault in catalog.faults]
    assert all("ModuleNotFoundError: No module named 'spacy'" in error for error in lost)
    assert "; without it there is no has_person_nlp." in lost[0]
    assert "; without it there is no spacy, has_person, lfs." in lost[1]
    ballots = taken(voter, write(code, shop=False), rows, faults=2)
    theirs = snorkels_votes(TUTORIAL, rows)
    assert np.array_equal(np.stack(list(ballots.votes.values()), axis=1), theirs)
