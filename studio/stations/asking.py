"""Ask models about the examples: what functions that are prompted, or echo a past run, vote by."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from curation.child import Child
from curation.exceptions import FunctionError
from curation.project import Project
from curation.types import FunctionInfo, JsonObject
from labeling_functions.endpoint import Endpoint, endpoint_from_environment
from labeling_functions.families.prompted import prompts_of
from labeling_functions.replies import Replies
from labeling_functions.served import rows_in_scope
from studio.stations.answering import CHILD, ask_run, unanswered
from studio.stations.embedding import seen_corpus

MOST_AT_ONCE = 1000
"""Examples asked about in one go, unless somebody wants more: what it may cost by accident."""
REPLY_TOKENS = 16

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Question:
    """What a function has yet to ask.

    Attributes
    ----------
    function : FunctionInfo
    who : str
        Whom it asks: an address and a model, a local model, or a run.
    leaves : bool
        The texts are sent to an address.
    unasked, total : int
        Examples it was not asked about yet, and examples it looks at.
    """

    function: FunctionInfo
    who: str
    leaves: bool
    unasked: int
    total: int


def what_to_ask(project: Project, function: FunctionInfo) -> Question | None:
    """Return what a function has yet to ask; None where it asks nobody.

    Raises
    ------
    FunctionError
        No model is set.
    """
    rule = function.rule or {}
    if rule.get("family") == "prompted":
        asker = _asker(rule)
        left, total = _unasked(project, rule)
        return Question(function, asker.name, isinstance(asker, Endpoint), len(left), total)
    if rule.get("family") == "predictions":
        rows, total = unanswered(project, rule)
        return Question(function, rule["run"], False, len(rows), total)
    return None


def ask(
    project: Project,
    function: FunctionInfo,
    *,
    at_most: int = MOST_AT_ONCE,
    on_progress: Progress | None = None,
) -> int:
    """Ask what a function has yet to ask, about so many examples; return how many were answered.

    Every answer is kept as it comes in: asking again goes on where it stopped.

    Raises
    ------
    FunctionError
        The function asks nobody, no model is set, or the model refused.
    ModelError
        The local model or the run does not load.
    """
    rule = function.rule or {}
    if rule.get("family") == "prompted":
        return _ask_model(project, rule, at_most, on_progress)
    if rule.get("family") == "predictions":
        return ask_run(project, rule, at_most, on_progress)
    raise FunctionError("This function asks nobody.", where=function.name)


@dataclass(frozen=True)
class LocalModel:
    """A model of this machine that writes, in a child of its own."""

    model: str

    @property
    def name(self) -> str:
        """Who it is, for people and as the source of its replies."""
        return f"here: {self.model}"

    def ask(self, prompts: Sequence[str]) -> Generator[tuple[int, str]]:
        """Yield each prompt's place and the reply, as they come in."""
        job = {"job": "write", "model": self.model, "prompts": list(prompts)}
        with Child(CHILD) as child:
            for event in child.events({**job, "tokens": REPLY_TOKENS}):
                yield event["place"], event["text"]


def _asker(rule: JsonObject) -> Endpoint | LocalModel:
    model = rule["model"]
    if model.startswith("bundled:") or (Path(model).is_dir() and model):
        return LocalModel(model)
    return endpoint_from_environment(model)


def replies_of(project: Project, rule: JsonObject) -> Replies:
    """Return what a prompted rule was told: by whoever is set now, else by whoever was asked last.

    Voting needs no address and no key: it only reads.
    """
    try:
        source = _asker(rule).name
    except FunctionError:
        source = ""
    return Replies(project.folder / "replies", rule, source)


def _unasked(project: Project, rule: JsonObject) -> tuple[list[str], int]:
    corpus = seen_corpus(project)
    part = corpus.take(rows_in_scope(rule, corpus))
    prompts = list(dict.fromkeys(prompts_of(rule, part.texts.to_list())))
    replies = replies_of(project, rule).get(prompts)
    left = [prompt for prompt, reply in zip(prompts, replies, strict=True) if reply is None]
    return left, len(prompts)


def _ask_model(
    project: Project, rule: JsonObject, at_most: int, on_progress: Progress | None
) -> int:
    asker = _asker(rule)
    replies = replies_of(project, rule)
    prompts = _unasked(project, rule)[0][:at_most]
    done = 0
    with closing(asker.ask(prompts)) as answers:
        for place, text in answers:
            replies.add(prompts[place], text)
            done += 1
            if on_progress is not None:
                on_progress(done, len(prompts))
    return done
