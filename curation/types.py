"""The nouns of Tunesmith: every record that passes from one part of the ring to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Literal, Protocol
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

ABSTAIN = -1
"""The vote of a labeling function that has nothing to say, as in Snorkel."""

JsonObject = dict[str, Any]
Votes = NDArray[np.signedinteger[Any]]
"""A label's index, `ABSTAIN`, or `against(index)`; int8 where the labels are few enough."""
Probabilities = NDArray[np.float64]


def against(label: int) -> int:
    """Return the vote that says "not this label"; it is its own inverse.

    Examples
    --------
    >>> against(0), against(3), against(-5)
    (-2, -5, 3)
    """
    return -2 - label


def vote_type(labels: int) -> type[np.int8 | np.int16]:
    """Return the smallest type that holds the votes of a task with so many labels."""
    return np.int8 if labels <= 127 else np.int16


def now() -> datetime:
    """Return this moment in UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def fingerprint(*parts: str, length: int = 16) -> str:
    """Return the first `length` hex digits of the SHA-256 of `parts`, each ended by a zero byte.

    Examples
    --------
    >>> fingerprint("a", "b") == fingerprint("ab")
    False
    """
    digest = sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:length]


class Noun(BaseModel):
    """A record that is never changed after it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskKind(StrEnum):
    """What a project teaches a model to do."""

    CLASSIFY = "classify"
    EXTRACT = "extract"
    GENERATE = "generate"


class Split(StrEnum):
    """The side of the fence an example lives on, for good."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Criterion(Noun):
    """What counts as success, named before a run starts and judged after it."""

    metric: str = Field(description="The metric that decides, by its name in the metric registry.")
    target: float = Field(description="The value the run must reach on the exam.")
    minimum_gain: float = Field(
        default=0.02, ge=0, description="The smallest gain over the base model that matters."
    )


class Task(Noun):
    """What the project teaches."""

    kind: TaskKind = Field(description="Pick a label, find spans, or write a text.")
    instruction: str = Field(description="What the model is told before every input.")
    labels: tuple[str, ...] = Field(default=(), description="The labels, in vote order.")
    template: str = Field(default="chat", description="How an example becomes a conversation.")
    criterion: Criterion = Field(description="The metric and target a run is judged by.")

    @property
    def classifies(self) -> bool:
        """Whether functions can vote: it picks a label, and there are some."""
        return self.kind is TaskKind.CLASSIFY and bool(self.labels)


class Example(Noun):
    """One thing to learn from; it is never edited."""

    id: str = Field(description="The hash of the input: the same text is the same example.")
    input: str = Field(description="The raw text.")
    reference: str | None = Field(
        default=None, description="The gold answer that came with the file, if one did."
    )
    source: str = Field(default="", description="The file it came from.")
    line: int | None = Field(default=None, description="Its line or row number in that file.")
    group: str = Field(default="", description="Its family: near-duplicates share a split.")
    split: Split = Field(default=Split.TRAIN, description="Train, validation or test, for good.")
    metadata: JsonObject = Field(default_factory=dict, description="The file's other columns.")


def example_id(text: str) -> str:
    """Return the id of the example whose input is `text`.

    Unicode is brought to its composed form first, so that the same words typed on two machines
    are one example.
    """
    return fingerprint(normalize("NFC", text))


class FunctionInfo(Noun):
    """A labeling function as its file declares it."""

    name: str = Field(description="Its name, unique in the project.")
    fingerprint: str = Field(description="The hash of everything its votes depend on.")
    family: str = Field(description="The family that made it: keywords, pattern, python, ...")
    file: str = Field(description="The file that holds it, relative to the functions folder.")
    line: int = Field(description="The line it starts on, counted from 1.")
    source: str = Field(description="Its Python source.")
    rule: JsonObject | None = Field(
        default=None,
        description="What it does, as data, where its family can say so; None for plain Python.",
    )

    @property
    def key(self) -> str:
        """The name of this very version: `name@fingerprint`."""
        return f"{self.name}@{self.fingerprint}"


class Fault(Noun):
    """A labeling function that broke on an example."""

    function: str = Field(description="The function's name.")
    example_id: str | None = Field(description="The example it broke on; None when it never ran.")
    error: str = Field(description="The error in one line.")
    traceback: str = Field(default="", description="The traceback, without Tunesmith's own frames.")
    line: int | None = Field(default=None, description="The line of the user's file that raised.")


@dataclass(frozen=True)
class VoteMatrix:
    """What the labeling functions think of the examples.

    Attributes
    ----------
    example_ids : sequence of str, length n
    functions : tuple of FunctionInfo, length m
    labels : tuple of str
        Vote `k` means `labels[k]`, vote `against(k)` means "not `labels[k]`".
    votes : int8 array, shape (n, m)
        A label's index, `ABSTAIN`, or `against(index)`; int16 with more than 127 labels.
    faults : tuple of Fault
        Where functions broke; their votes there are `ABSTAIN`.
    """

    example_ids: Sequence[str]
    functions: tuple[FunctionInfo, ...]
    labels: tuple[str, ...]
    votes: Votes
    faults: tuple[Fault, ...] = ()


class Probable(Protocol):
    """What functions think the answers are: `ProbableLabels`, or `ProbableSpans`."""

    @property
    def example_ids(self) -> Sequence[str]:
        """The examples they think something of."""
        ...

    @property
    def aggregator(self) -> str:
        """What added it up."""
        ...

    def best(self, row: int) -> tuple[str, float] | None:
        """Return a row's most probable answer and its probability; None if there is none."""
        ...


@dataclass(frozen=True)
class ProbableSpans:
    """What the marks of functions add up to, for extract.

    Attributes
    ----------
    example_ids : tuple of str, length n
        Examples in which some span was left standing.
    answers : tuple of str, length n
        Their spans, as JSON.
    probabilities : tuple of float, length n
        That of the least probable span.
    aggregator : str
    disputed : dict of str to tuple of str
        Examples in which marks that overlap say different things, and the labels in question.
    """

    example_ids: tuple[str, ...]
    answers: tuple[str, ...]
    probabilities: tuple[float, ...]
    aggregator: str
    disputed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def best(self, row: int) -> tuple[str, float] | None:
        """Return a row's spans and how probable they are."""
        return self.answers[row], self.probabilities[row]


@dataclass(frozen=True)
class ProbableLabels:
    """What the votes add up to.

    Attributes
    ----------
    example_ids : sequence of str, length n
    labels : tuple of str, length k
    probabilities : float array, shape (n, k)
        Rows sum to one; a row nobody voted on is uniform and not `covered`.
    covered : bool array, shape (n,)
    aggregator : str
    """

    example_ids: Sequence[str]
    labels: tuple[str, ...]
    probabilities: Probabilities
    covered: NDArray[np.bool_]
    aggregator: str

    def best(self, row: int) -> tuple[str, float] | None:
        """Return a row's most probable label and its probability; None if tied or uncovered."""
        values = self.probabilities[row]
        winner = int(values.argmax())
        tied = int((values >= values[winner] - 1e-9).sum()) > 1
        if tied or not self.covered[row]:
            return None
        return self.labels[winner], float(values[winner])


class Span(Noun):
    """A labelled stretch of an example's input."""

    start: int = Field(ge=0, description="Where it starts, in characters.")
    end: int = Field(ge=0, description="Where it ends, exclusive.")
    label: str = Field(description="What it is.")


class Annotation(Noun):
    """What a person said, kept for ever; undoing it is another annotation."""

    uid: str = Field(description="The id the client made, so that no decision is stored twice.")
    example_id: str = Field(description="The example the person was looking at.")
    action: Literal["answer", "skip", "exclude", "undo", "refuse", "prefer", "decide", "draft"] = (
        Field(
            default="answer",
            description="Exclude keeps the example out of datasets; undo withdraws the"
            " reviewer's last word on it; refuse says that the suggestion is wrong; prefer, which"
            " of two responses is better; decide ends a disagreement; a draft is not said yet.",
        )
    )
    answer: str | None = Field(default=None, description="The label, or the response written.")
    spans: tuple[Span, ...] = Field(default=(), description="The spans marked, for extract.")
    undoes: str = Field(
        default="",
        description="For undo: the uid it takes back; empty: the reviewer's last on the example.",
    )
    reviewer: str = Field(default="local", description="Who said it.")
    via: str = Field(default="app", description="Through which door: app, cli, label_studio, file.")
    at: datetime = Field(default_factory=now, description="When it was said.")
    seconds: float | None = Field(default=None, description="How long the person took.")
    note: str = Field(default="", description="What the person added.")
    flagged: bool = Field(default=False, description="The person wants somebody to look at it.")
    mode: str = Field(
        default="", description="How it was asked: choose, verify, bulk, spans, write, compare."
    )
    drawn: str = Field(
        default="",
        description="What put it before the person: random, uncertain, gold, ...; answers to"
        " random ones are a fair sample.",
    )
    shown: str | None = Field(
        default=None, description="What was suggested before the answer; None: nothing was."
    )
    rating: int | None = Field(
        default=None, ge=1, le=5, description="How good the person finds what was shown."
    )
    rejected: str | None = Field(
        default=None,
        description="The response that `answer` is better than: the other of two, or the draft it"
        " was edited from.",
    )
    batch: str = Field(
        default="", description="The action on many examples it was part of, so that one undoes it."
    )


class Drawn(Noun):
    """An example chosen for review, by what, and why."""

    example_id: str = Field(description="The example.")
    strategy: str = Field(description="What chose it: uncertain, random, ...")
    reason: str = Field(description="Why, in words for the person who is asked.")


class Round(Noun):
    """The cards drawn for review at one moment, in the order they are asked."""

    split: Split = Field(description="The split they are from.")
    cards: tuple[Drawn, ...] = Field(description="What is asked, first one first.")
    shares: dict[str, float] = Field(
        default_factory=dict, description="The shares of the strategies it was mixed with."
    )
    at: datetime = Field(default_factory=now, description="When it was drawn.")


class Word(StrEnum):
    """On whose word we go with an answer, strongest first."""

    PERSON = "person"
    GOLD = "gold"
    VOTES = "votes"


class Resolution(Noun):
    """The answer we go with, and on whose word; derived, never stored."""

    example_id: str = Field(description="The example it answers.")
    answer: str = Field(description="The label or response.")
    word: Word = Field(description="A person's, the file's, or the functions'.")
    confidence: float = Field(
        ge=0, le=1, description="1 for people and gold, else the probability."
    )
    sources: tuple[str, ...] = Field(default=(), description="Reviewers, file, or functions.")


class Message(Noun):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"] = Field(description="Who speaks.")
    content: str = Field(description="What is said.")


class DatasetRow(Noun):
    """One line of a frozen dataset: a conversation whose last turn is the completion."""

    id: str = Field(description="The example's id.")
    messages: tuple[Message, ...] = Field(description="The prompt's turns, then the completion.")
    answer: str = Field(description="The answer the completion renders.")
    word: Word = Field(description="On whose word the answer stands.")
    confidence: float = Field(description="How sure that word is.")
    sources: tuple[str, ...] = Field(default=(), description="Reviewers, file, or functions.")
    input: str = Field(description="The example's raw text.")
    group: str = Field(
        default="", description="Its family, or its conversation: such rows are not independent."
    )
    source: str = Field(default="", description="The file the example came from.")
    metadata: JsonObject = Field(default_factory=dict, description="The file's other columns.")

    @property
    def prompt(self) -> tuple[Message, ...]:
        """The turns the model is given."""
        return self.messages[:-1]

    @property
    def completion(self) -> str:
        """The text the model must write."""
        return self.messages[-1].content


class CheckResult(Noun):
    """What one check found in a dataset before it was frozen."""

    check: str = Field(description="The check's name.")
    severity: Literal["note", "warning", "refuse"] = Field(
        description="What it means for freezing."
    )
    message: str = Field(description="What was found, and what to do.")
    example_ids: tuple[str, ...] = Field(default=(), description="The rows concerned.")


class DatasetManifest(Noun):
    """Everything a frozen dataset was made from; it has its own hash in its files."""

    version: str = Field(description="v0001, v0002, ...")
    parent: str | None = Field(description="The version before it.")
    created_at: datetime = Field(description="When it was frozen.")
    task: Task = Field(description="The task as it was then.")
    revision: int = Field(description="The store's revision it was read at.")
    functions: tuple[str, ...] = Field(description="name@fingerprint of every function that voted.")
    aggregator: str = Field(description="What turned votes into labels.")
    threshold: float = Field(description="The least probability at which votes count as an answer.")
    counts: dict[Split, int] = Field(description="Rows by split.")
    words: dict[Word, int] = Field(description="Training rows by whose word they stand on.")
    labels: dict[str, dict[Split, int]] = Field(
        description="Rows by answer and split, for classify."
    )
    left_out: dict[str, int] = Field(description="Examples not in the dataset, by reason.")
    hashes: dict[str, str] = Field(description="SHA-256 of every file beside this one.")
    checks: tuple[CheckResult, ...] = Field(default=(), description="What the checks found.")
    findings_closed: tuple[str, ...] = Field(
        default=(), description="Findings this version answers."
    )


class RunSpec(Noun):
    """Everything that determines a run."""

    id: str = Field(description="The run folder's name.")
    recipe: str = Field(description="The training method, by its name in the recipe registry.")
    base_model: str = Field(description="bundled:..., a local folder or a Hugging Face id.")
    dataset: str = Field(description="The frozen dataset version.")
    parameters: dict[str, float | int | str | bool] = Field(
        default_factory=dict, description="The recipe's parameters; what is absent has its default."
    )
    seed: int = Field(default=13, description="The seed of everything random in the run.")
    criterion: Criterion = Field(description="What it will be judged by, fixed before it starts.")
    created_at: datetime = Field(default_factory=now, description="When it was asked for.")
    parent: str | None = Field(default=None, description="The run it was resumed from.")


class RunStatus(StrEnum):
    """The state of a run, derived from its lock and its last status line."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"

    @property
    def live(self) -> bool:
        """Whether a worker holds, or waits for, the run."""
        return self in (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.CANCELLING)


class RunState(Noun):
    """A run as it stands now."""

    spec: RunSpec = Field(description="What was asked for.")
    status: RunStatus = Field(description="Where it stands.")
    reason: str = Field(default="", description="Why it failed or stopped, in words.")
    stage: str = Field(default="", description="What the worker is doing.")
    step: int = Field(default=0, description="Optimiser steps done.")
    total_steps: int = Field(default=0, description="Optimiser steps planned.")
    seconds_left: float | None = Field(default=None, description="At the pace so far.")
    started_at: datetime | None = Field(default=None, description="When the worker took the lock.")
    ended_at: datetime | None = Field(default=None, description="When it ended, if it said so.")
    best_step: int | None = Field(default=None, description="The step whose weights were kept.")
    best_loss: float | None = Field(default=None, description="Its validation loss, nats a token.")


class Prediction(Noun):
    """A model's answer to one example."""

    example_id: str = Field(description="The example asked about.")
    answer: str = Field(description="The answer that counts: for classify the likeliest label.")
    text: str = Field(description="What the model wrote when it was free to.")
    confidence: float | None = Field(
        default=None, description="The probability of `answer`: over labels, or per token."
    )
    probabilities: dict[str, float] = Field(default_factory=dict, description="By label.")
    reference_nll: float | None = Field(
        default=None, description="Nats the model pays for the reference completion."
    )
    reference_tokens: int | None = Field(default=None, description="Tokens in that completion.")


class Score(Noun):
    """A number with its uncertainty, or the reason why there is none."""

    metric: str = Field(description="The metric's name; `f1[label]` for one class.")
    value: float | None = Field(description="None when undefined.")
    low: float | None = Field(default=None, description="Lower end of the 95 % interval.")
    high: float | None = Field(default=None, description="Upper end of the 95 % interval.")
    n: int = Field(description="Items it was computed on.")
    undefined: str = Field(default="", description="Why there is no value.")
    higher_is_better: bool = Field(default=True, description="The direction of good.")
    note: str = Field(
        default="", description="How it was computed, where there are several ways; what to mind."
    )


class Difference(Noun):
    """A score of one run less that of another, on the same rows."""

    against: str = Field(description="The other: a baseline's name, or a run.")
    metric: str = Field(description="The score compared.")
    value: float | None = Field(description="Positive where the run is better; None: undefined.")
    low: float | None = Field(default=None, description="Lower end of the 95 % interval.")
    high: float | None = Field(default=None, description="Upper end of the 95 % interval.")
    n: int = Field(description="Rows both answered.")
    only_this: int | None = Field(
        default=None, description="Rows only the run gets right, where rows are right or wrong."
    )
    only_other: int | None = Field(default=None, description="Rows only the other gets right.")
    p_value: float | None = Field(default=None, description="Of no difference, two-sided.")
    adjusted: float | None = Field(
        default=None, description="The same after Holm's correction for all that were compared."
    )
    method: str = Field(default="", description="The test and the interval, by name.")
    margin: float = Field(default=0.0, description="The smallest difference that matters.")
    detectable: float | None = Field(
        default=None, description="What these rows would show four times in five."
    )
    verdict: Literal["better", "worse", "equivalent", "cannot tell"] = Field(
        default="cannot tell", description="Of the run against the other."
    )
    undefined: str = Field(default="", description="Why there is no difference.")


class ReliabilityBin(Noun):
    """Answers about equally sure: how sure, and how often right."""

    n: int = Field(description="Answers.")
    confidence: float = Field(description="Their mean confidence.")
    accuracy: Score = Field(description="The share that is right.")


class Verdict(Noun):
    """How a run did against the criterion it was given."""

    met: bool | None = Field(description="None: cannot tell.")
    sentence: str = Field(description="The verdict in words, with the numbers.")


class Evaluation(Noun):
    """How a run did on one split."""

    run: str = Field(description="The run.")
    split: Split = Field(description="Validation for errors, test for the exam.")
    dataset: str = Field(description="The dataset version asked.")
    at: datetime = Field(default_factory=now, description="When it was computed.")
    scores: tuple[Score, ...] = Field(description="The run's scores.")
    baselines: dict[str, tuple[Score, ...]] = Field(
        description="The same scores of the base model and the majority class."
    )
    labels: tuple[str, ...] = Field(default=(), description="Order of the confusion matrix.")
    confusion: tuple[tuple[int, ...], ...] = Field(
        default=(), description="Counts by gold (rows) and prediction (columns)."
    )
    verdict: Verdict = Field(description="Against the criterion set before the run.")
    differences: tuple[Difference, ...] = Field(
        default=(), description="The run against each baseline, by the metric that decides."
    )
    reliability: tuple[ReliabilityBin, ...] = Field(
        default=(), description="How far confidence can be believed, least sure first."
    )

    def score(self, metric: str) -> Score | None:
        """Return the run's score by that name, if it was computed."""
        return next((score for score in self.scores if score.metric == metric), None)


class Hypothesis(Noun):
    """What an action should bring: on these validation rows, fewer errors than that run made."""

    run: str = Field(description="The run whose errors it is about.")
    slice: str = Field(description="What the rows have in common, in words.")
    example_ids: tuple[str, ...] = Field(description="The validation rows it is judged on.")
    errors: int = Field(description="Of them that run got wrong.")
    expected: float = Field(ge=0, le=1, description="The error rate it should fall to.")


class FailureNote(Noun):
    """What a person reads into one wrong answer: free words at first, tags once they recur."""

    uid: str = Field(description="The id the client made, so that no note is kept twice.")
    run: str = Field(description="The run that answered.")
    example_id: str = Field(description="The validation row.")
    text: str = Field(default="", description="What goes wrong, in the person's own words.")
    tags: tuple[str, ...] = Field(default=(), description="The kinds of failure it is.")
    action: Literal["note", "undo"] = Field(
        default="note", description="Undo withdraws the person's last note on the row."
    )
    who: str = Field(default="local", description="Who wrote it.")
    at: datetime = Field(default_factory=now, description="When.")


class Finding(Noun):
    """Something wrong, with evidence and a next step: the one thing that travels back."""

    id: str = Field(description="Its id.")
    kind: str = Field(description="confusion, check, drift, ...")
    title: str = Field(description="What is wrong, in a sentence.")
    example_ids: tuple[str, ...] = Field(default=(), description="The rows to work on.")
    evidence: tuple[str, ...] = Field(default=(), description="The errors that showed it.")
    origin: str = Field(default="", description="The run, dataset or report that showed it.")
    action: Literal["review", "function", "collect", "template", "exclude", "look"] = Field(
        default="look", description="What it asks for next."
    )
    note: str = Field(default="", description="What the person who opened it thinks.")
    cause: str = Field(default="", description="The cause it stands on, by its name; else none.")
    subject: str = Field(
        default="", description="What the cause is about: a function, a label, two labels."
    )
    hypothesis: Hypothesis | None = Field(
        default=None, description="What acting on it should bring; judged after the next run."
    )
    created_at: datetime = Field(default_factory=now, description="When it was opened.")
    closed_by: str | None = Field(default=None, description="What answered it; None while open.")
    closed_at: datetime | None = Field(default=None, description="When that was.")


class FunctionEvent(Noun):
    """A line of a labeling function's history: what was done to it, when and by whom."""

    name: str = Field(description="The function.")
    action: Literal["saved", "disabled", "enabled", "restored", "removed"] = Field(
        description="Restored: an earlier version was written into its file again."
    )
    fingerprint: str = Field(description="The version it is about.")
    source: str = Field(default="", description="That version's Python source.")
    file: str = Field(default="", description="The file that held it.")
    who: str = Field(default="local", description="Who did it.")
    at: datetime = Field(default_factory=now, description="When.")


class Slice(Noun):
    """A named subset of the examples: a filter that someone thought worth a name."""

    name: str = Field(description="Its name, unique in the project; saving it again replaces it.")
    filter: JsonObject = Field(description="The filter, as data.")
    who: str = Field(default="local", description="Who named it.")
    at: datetime = Field(default_factory=now, description="When.")


class ExamOpening(Noun):
    """One look at the test split, on the record."""

    run: str = Field(description="The run that sat the exam.")
    dataset: str = Field(description="The exam's dataset version.")
    who: str = Field(description="Who opened it.")
    why: str = Field(description="Why.")
    at: datetime = Field(default_factory=now, description="When.")


class Deployment(Noun):
    """A line of the append-only record of which run was live, when, by whom and why."""

    action: Literal["promote", "rollback"] = Field(description="Forward or back.")
    run: str = Field(description="The run that is live from here on.")
    who: str = Field(description="Who decided.")
    why: str = Field(description="Why.")
    at: datetime = Field(default_factory=now, description="When.")


class Request(Noun):
    """A question the live model was asked, and what it answered."""

    id: str = Field(description="The log's own id, or a hash of the line.")
    at: datetime = Field(description="When it was asked.")
    input: str = Field(description="What was asked.")
    answer: str = Field(default="", description="What the model answered.")
    confidence: float | None = Field(default=None, ge=0, le=1, description="How sure it was.")
    run: str = Field(default="", description="The run that answered.")
    feedback: Literal["liked", "disliked", ""] = Field(
        default="", description="What the user said."
    )


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Attributes
    ----------
    added, known : int
        Examples new to the project, and rows that were there already.
    rejected : tuple of (line, reason)
        Rows left out because they could not be read.
    disagreeing : tuple of (line, example id)
        Known rows whose gold answer differs from the one already kept; the kept one stands.
    """

    added: int = 0
    known: int = 0
    rejected: tuple[tuple[int, str], ...] = ()
    disagreeing: tuple[tuple[int, str], ...] = ()
    by_split: dict[Split, int] = field(default_factory=dict)
