"""The prompted family: a language model is asked about each text, and its replies are votes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from curation.corpus import Corpus
from curation.exceptions import FunctionError
from curation.types import ABSTAIN, JsonObject, Votes
from labeling_functions.conditions.condition import Condition
from labeling_functions.function import Label, LabelingFunction
from labeling_functions.resources import Resources
from labeling_functions.served import nobody, one_vote, rows_in_scope, said, serve

TEXT = "{text}"


def prompted(
    name: str,
    prompt: str,
    answers: Mapping[str, Label | None],
    *,
    model: str = "",
    scope: Condition | None = None,
) -> LabelingFunction:
    """Ask a language model about each text and vote what its reply stands for.

    Voting itself asks nobody: `tunesmith ask` (or the button on the page) puts the prompts to the
    model, says how many first, and keeps every reply. The texts are sent to the address you set.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    prompt : str
        What is asked; `{text}` stands where the text goes.
    answers : mapping of str to label
        Replies and the label each stands for, `not_("label")` or None for no vote. Capitals, white
        space and closing punctuation do not count. A reply that is none of them counts as the one
        it contains as a word, if that is one; else the row is a fault, "unmapped".
    model : str
        The model's name at the address in `TUNESMITH_LLM_URL`, by default `TUNESMITH_LLM_MODEL`;
        or a local one: `bundled:smollm2-135m-instruct` or a folder.
    scope : condition, optional
        Ask, and vote, only where it holds.

    Raises
    ------
    FunctionError
        The prompt has no `{text}`, or there are no answers, or two are the same.

    Examples
    --------
    >>> asked = prompted("asked", prompt="Spam? {text}", answers={"yes": "spam", "no": None})
    >>> asked.family
    'prompted'
    """
    if TEXT not in prompt:
        raise FunctionError(
            "The prompt has no {text}.", where=name, remedy="Put it where the text is to go."
        )
    plain = [_plain(reply) for reply in answers]
    if not all(plain) or len(set(plain)) < len(plain) or all(v is None for v in answers.values()):
        raise FunctionError(
            f"answers={dict(answers)!r}: no reply may be empty or there twice, and one must vote.",
            where=name,
            remedy='Write them like {"yes": "spam", "no": None}.',
        )
    mapped = {
        reply: None if label is None else said(label)
        for reply, label in zip(plain, answers.values(), strict=True)
    }
    data = {"prompt": prompt, "answers": mapped, "model": model}
    return serve(name, "prompted", data, label=None, scope=scope)


def votes(rule: JsonObject, corpus: Corpus, labels: Sequence[str], resources: Resources) -> Votes:
    """Return the votes of a prompted function, shape (n,).

    Raises
    ------
    FunctionError
        The model was not asked about any row yet.
    """
    rows = rows_in_scope(rule, corpus)
    part = corpus.take(rows)
    prompts = prompts_of(rule, part.texts.to_list())
    replies = resources.complete(rule, prompts) if resources.complete else [None] * len(rows)
    unasked = sum(reply is None for reply in replies)
    if unasked and unasked == len(rows):
        raise FunctionError(
            "The model was not asked yet.", remedy="Ask it first: `tunesmith ask`, or the button."
        )
    if unasked:
        resources.faulty(
            None, f"{unasked:,} of {len(rows):,} examples were not put to the model yet."
        )
    meanings = {
        reply: ABSTAIN if vote is None else one_vote(vote, labels)
        for reply, vote in rule["answers"].items()
    }
    cast = nobody(corpus, labels)
    for row, id_, reply in zip(rows, part.ids, replies, strict=True):
        if reply is not None:
            meant = meaning(reply, meanings)
            cast[row] = ABSTAIN if meant is None else meant
            if meant is None:
                resources.faulty(id_, f"unmapped: the model replied {reply.strip()[:80]!r}")
    return cast


def prompts_of(rule: JsonObject, texts: Sequence[str]) -> list[str]:
    """Return what is asked about each text.

    Examples
    --------
    >>> prompts_of({"prompt": "Spam? {text}"}, ["buy {now}"])
    ['Spam? buy {now}']
    """
    return [rule["prompt"].replace(TEXT, text) for text in texts]


def meaning(reply: str, meanings: Mapping[str, int]) -> int | None:
    """Return the vote a reply stands for; None where it stands for none, or for two.

    Examples
    --------
    >>> meanings = {"spam": 1, "not spam": 0}
    >>> meaning("Spam.", meanings), meaning("It is not spam!", meanings), meaning("hm", meanings)
    (1, 0, None)
    """
    plain = _plain(reply)
    if plain in meanings:
        return meanings[plain]
    # Longer answers first, and what they cover is gone: "not spam" does not say "spam".
    found, rest = set(), plain
    for answer in sorted(meanings, key=len, reverse=True):
        rest, times = re.subn(rf"(?<!\w){re.escape(answer)}(?!\w)", "\0", rest)
        if times:
            found.add(meanings[answer])
    return found.pop() if len(found) == 1 else None


def _plain(reply: str) -> str:
    return " ".join(reply.casefold().split()).strip(" \"'`*.,;:!?")
