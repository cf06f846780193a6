from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_functions import matches
from labeling_functions.conditions import Condition
from labeling_functions.conditions.characters import every, members, parser
from labeling_functions.conditions.translation import tame, translated
from labeling_functions.rows import row_of
from tests.labeling_functions.conditions.made import REGEXES, TEXTS, corpus


def held(condition: Condition, texts: list[str]) -> list[bool]:
    return [condition.holds(row_of(text, {})) for text in texts]


@given(REGEXES, st.booleans(), st.lists(TEXTS, min_size=1, max_size=8))
@settings(max_examples=500, deadline=None)
def test_any_expression_is_found_where_python_finds_it(
    regex: str, ignore_case: bool, texts: list[str]
) -> None:
    condition = matches(regex, ignore_case=ignore_case)
    mask = condition.mask(corpus([(text, {}) for text in texts]))
    assert mask.tolist() == held(condition, texts)


@pytest.mark.parametrize(
    ("regex", "exact", "exact_beyond_ascii"),
    [
        (r"#\d{6}", True, True),
        (r"\b(?:refund|money back)\b", True, True),
        (r"(?<!\w)c\+\+(?!\w)", True, True),
        (r"^hello.*bye$", True, True),
        (r"(?m)^a$", True, True),
        (r"good(?= luck)", True, True),
        (r"refund\b.*card", True, False),
        (r"a$b", False, False),
        (r"(?<!not )good", False, False),
        (r"(\w)\1", False, False),
        (r"(?>a+)b", False, False),
        (r"(?:x{1000}){1000}", False, False),
    ],
)
def test_what_the_other_engine_can_say_it_says_exactly(
    regex: str, exact: bool, exact_beyond_ascii: bool
) -> None:
    said = [translated(regex, re.IGNORECASE, ascii_only=only).exact for only in (True, False)]
    assert said == [exact, exact_beyond_ascii]


@pytest.mark.parametrize(
    ("regex", "texts"),
    [
        ("end$", ["the end", "the end\n", "end\n\n", "end\r\n"]),
        (r"end\Z", ["the end", "the end\n"]),
        ("a.b", ["a\nb", "a\rb", "a\u2028b", "a\U0001f642b"]),
        ("[a-z]+!", ["\u017f!", "\u212a!", "\u0130!", "\u0131!"]),
        (r"\d", ["\u0663", "\u00b2", "\u00bd"]),
        (r"\s", ["\x1c", "\x85", "\u200b", "\u00a0"]),
        (r"\bno\b", ["no\u0301", "e\u0301no", "no\u00b2", "\u0938\u093fno"]),
        (r"\B", ["", "a", "ab"]),
        ("stra\u00dfe", ["STRA\u1e9eE", "STRASSE"]),
    ],
)
def test_what_two_engines_read_differently_is_read_as_python_does(
    regex: str, texts: list[str]
) -> None:
    condition = matches(regex)
    mask = condition.mask(corpus([(text, {}) for text in texts]))
    assert mask.tolist() == held(condition, texts)


@pytest.mark.parametrize("flags", [0, re.IGNORECASE, re.ASCII, re.ASCII | re.IGNORECASE])
@pytest.mark.parametrize("regex", [r"\w", r"\S", "[^a-k\u0130]", "s", "\u0130", "."])
def test_the_members_of_a_class_are_those_python_matches(regex: str, flags: int) -> None:
    (node,) = parser.parse(regex, flags)
    assert members(node, flags, ascii_only=False) == "".join(re.findall(regex, every(), flags))


def test_only_what_cannot_run_wild_is_tame() -> None:
    assert tame(r"(?<!not )(?:good|great){1,2}", 0)
    assert not tame(r"(?<!not )(?:good|great)*", 0)
    assert not tame(r"(?:ab|a|b){40}", 0)
