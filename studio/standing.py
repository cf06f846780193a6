"""Where a project stands on the ring, what is stale, and the next best minute of work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from curation import datasets
from curation.findings import still_open
from curation.project import Project
from curation.review.queue import asked_by
from curation.types import (
    DatasetManifest,
    Evaluation,
    RunState,
    RunStatus,
    Score,
    Split,
    TaskKind,
    Word,
)
from curation.words import answers_of_people, standing_words
from studio import loop

FIRST_ANSWERS = 30
"""Answers by people worth having before the first run."""
ENOUGH_NEW = 10
"""New answers that make a new dataset version worth freezing."""


class Freshness(StrEnum):
    """How a station of the ring stands."""

    LATER = "later"
    NOW = "now"
    DONE = "done"
    STALE = "stale"


@dataclass(frozen=True)
class Station:
    """One station of the ring.

    Attributes
    ----------
    page : str
        The page's name.
    count : str
        Its headline, in few words.
    freshness : Freshness
    note : str
        What is stale, or what is there.
    """

    page: str
    count: str
    freshness: Freshness
    note: str = ""


@dataclass(frozen=True)
class NextStep:
    """The next best minute of work: where, what, and why."""

    page: str
    label: str
    why: str


@dataclass(frozen=True)
class Turn:
    """One finished turn of the ring: what was changed, and what it brought.

    The rows are unknown where the dataset is gone.
    """

    run: RunState
    dataset: str
    training_rows: int | None
    by_people: int | None
    validation: Score | None
    exam: Score | None


@dataclass(frozen=True)
class Standing:
    """The whole project at a glance."""

    stations: tuple[Station, ...]
    next_step: NextStep
    turns: tuple[Turn, ...]
    alerts: tuple[str, ...]

    def station(self, page: str) -> Station:
        """Return a station by its page's name."""
        return next(station for station in self.stations if station.page == page)


@dataclass(frozen=True)
class Facts:
    """What the stations and the next step are derived from, read once."""

    project: Project
    examples: int
    gold: bool
    functions: int
    votes: dict[str, object] | None
    votes_stale: bool
    answered: int
    new_answers: int
    asked: int
    findings: int
    manifest: DatasetManifest | None
    functions_changed: bool
    run: RunState | None
    validation: Evaluation | None
    exam: Evaluation | None
    live: str | None

    @property
    def uses_functions(self) -> bool:
        """Whether labeling functions make sense for the task."""
        return self.project.task.kind is TaskKind.CLASSIFY


def where_are_we(project: Project) -> Standing:
    """Return where the project stands. Reads the database and small files; runs nothing."""
    facts = _gather(project)
    return Standing(
        stations=tuple(_stations(facts)),
        next_step=_next_step(facts),
        turns=history(project),
        alerts=_alerts(project),
    )


def _gather(project: Project) -> Facts:
    store = project.store
    counts = store.count_examples()
    annotations = store.annotations()
    standing = standing_words(annotations)
    manifest = loop.latest_dataset(project)
    votes = loop.last_votes(project)
    run = _run_on(project, manifest.version if manifest else None)
    frozen_at = manifest.created_at if manifest else None
    people = answers_of_people(standing)
    fresh = [said for said in people.values() if frozen_at and said[-1].at > frozen_at]
    findings = store.findings()
    seen = sum(counts[split] for split in loop.SEEN_SPLITS)
    stale = votes is None or votes["digest"] != loop.functions_digest(project)
    return Facts(
        project=project,
        examples=sum(counts.values()),
        gold=manifest is None and _mostly_gold(project),
        functions=len(list(project.functions.glob("*.py"))),
        votes=votes,
        votes_stale=stale or (votes or {}).get("examples") != seen,
        answered=len(people),
        new_answers=len(fresh),
        asked=len(asked_by(findings, standing)),
        findings=len(still_open(findings)),
        manifest=manifest,
        functions_changed=bool(manifest and votes and set(manifest.functions) != set(_keys(votes))),
        run=run,
        validation=_evaluation(project, run, Split.VALIDATION),
        exam=_evaluation(project, run, Split.TEST),
        live=loop.live_run(project),
    )


def _mostly_gold(project: Project) -> bool:
    """Return whether the files brought the answers: then there is nothing to guess."""
    first = project.store.examples(split=Split.TRAIN, limit=1_000)
    return 2 * sum(example.reference is not None for example in first) > len(first)


def _keys(votes: dict[str, object]) -> list[str]:
    found = votes.get("functions")
    return [str(key) for key in found] if isinstance(found, list) else []


def _run_on(project: Project, version: str | None) -> RunState | None:
    """Return the run that matters on a dataset: a live one, else the newest finished one."""
    states = [state for state in loop.list_runs(project) if state.spec.dataset == version]
    for wanted in (lambda s: s.status.live, lambda s: s.status is RunStatus.FINISHED):
        for state in states:
            if wanted(state):
                return state
    return states[0] if states else None


def _evaluation(project: Project, run: RunState | None, split: Split) -> Evaluation | None:
    return loop.read_evaluation(project, run.spec.id, split) if run else None


def _stations(facts: Facts) -> list[Station]:
    here = _next_step(facts).page
    raw = [
        ("Data", f"{facts.examples:,} examples", facts.examples > 0, ""),
        ("Functions", *_functions_station(facts)),
        ("Review", f"{facts.answered:,} answered", facts.answered > 0, _asked(facts)),
        ("Dataset", *_dataset_station(facts)),
        ("Train", *_train_station(facts)),
        ("Evaluate", *_evaluate_station(facts)),
        ("Errors", f"{facts.findings} open findings", facts.validation is not None, ""),
        ("In use", facts.live or "nothing live", facts.live is not None, ""),
    ]
    return [
        Station(page, count, _freshness(done, note, here=page == here), note)
        for page, count, done, note in raw
        if page != "Functions" or facts.uses_functions
    ]


def _freshness(done: bool, note: str, *, here: bool) -> Freshness:
    if here:
        return Freshness.NOW
    if not done:
        return Freshness.LATER
    return Freshness.STALE if note else Freshness.DONE


def _asked(facts: Facts) -> str:
    return f"findings ask about {facts.asked}" if facts.asked else ""


def _functions_station(facts: Facts) -> tuple[str, bool, str]:
    if facts.votes is None:
        return "no votes yet", False, ""
    number = len(_keys(facts.votes))
    covered, examples = int(str(facts.votes["covered"])), int(str(facts.votes["examples"]))
    share = f", {covered / examples:.0%} covered" if examples else ""
    return f"{number} functions{share}", True, "votes are stale" if facts.votes_stale else ""


def _dataset_station(facts: Facts) -> tuple[str, bool, str]:
    if facts.manifest is None:
        return "nothing frozen", False, ""
    notes = [f"{facts.new_answers} new answers"] if facts.new_answers else []
    notes += ["functions changed"] if facts.functions_changed else []
    rows = facts.manifest.counts.get(Split.TRAIN, 0)
    return f"{facts.manifest.version}, {rows:,} rows", True, ", ".join(notes)


def _train_station(facts: Facts) -> tuple[str, bool, str]:
    states = loop.list_runs(facts.project)
    if not states:
        return "no run yet", False, ""
    if facts.run is None:
        return f"{len(states)} runs", True, "none on the latest dataset"
    return facts.run.status.value, True, ""


def _evaluate_station(facts: Facts) -> tuple[str, bool, str]:
    evaluation = facts.exam or facts.validation
    score = evaluation.score(facts.project.task.criterion.metric) if evaluation else None
    if evaluation is None or score is None or score.value is None:
        return "no score yet", evaluation is not None, ""
    where = "exam" if facts.exam else "validation"
    spread = "" if score.low is None else f" ({score.low:.2f} to {score.high:.2f}, n = {score.n})"
    return f"{score.value:.2f}{spread} {score.metric} on {where}", True, ""


def _next_step(facts: Facts) -> NextStep:
    """Return the first thing that is missing, going round the ring."""
    steps = (_gather_data, _make_functions, _ask_people, _freeze, _train, _judge)
    for step in steps:
        found = step(facts)
        if found:
            return found
    return _go_round(facts)


def _gather_data(facts: Facts) -> NextStep | None:
    if facts.examples:
        return None
    return NextStep("Data", "Import your texts", "There is nothing to learn from yet.")


def _make_functions(facts: Facts) -> NextStep | None:
    if not facts.uses_functions:
        return None
    guessing = facts.manifest is None and not facts.gold
    if not facts.functions and not facts.answered and guessing:
        why = "A rule labels hundreds of examples in the time it takes to label three by hand."
        return NextStep("Functions", "Write a labeling function", why)
    if facts.functions and facts.votes_stale:
        changed = "Functions or examples changed since they last voted."
        why = changed if facts.votes else "One run labels hundreds of examples, in seconds."
        return NextStep("Functions", "Run the functions", why)
    return None


def _ask_people(facts: Facts) -> NextStep | None:
    if facts.asked:
        why = "The last run's errors point at them."
        return NextStep("Review", f"Answer {facts.asked} examples findings ask about", why)
    guessed = facts.uses_functions and facts.manifest is None and not facts.gold
    if facts.answered < FIRST_ANSWERS and guessed:
        left = FIRST_ANSWERS - facts.answered
        why = "Functions are guesses; a few answers by people show which to trust."
        return NextStep("Review", f"Label {left} examples", why)
    return None


def _freeze(facts: Facts) -> NextStep | None:
    if facts.manifest is None:
        why = "A frozen version is what runs train on and scores refer to."
        return NextStep("Dataset", "Freeze the first dataset", why)
    if facts.new_answers >= ENOUGH_NEW or facts.functions_changed:
        why = "Answers or functions have changed since the last version."
        return NextStep("Dataset", "Freeze the next version", why)
    return None


def _train(facts: Facts) -> NextStep | None:
    version = facts.manifest.version if facts.manifest else ""
    if facts.run is None or facts.run.status in (RunStatus.FAILED, RunStatus.CANCELLED):
        return NextStep("Train", "Start a run", f"No finished run on {version}.")
    if facts.run.status is RunStatus.INTERRUPTED:
        return NextStep("Train", "Resume the run", "It was interrupted; its checkpoint is there.")
    if facts.run.status.live:
        return NextStep("Train", "Watch the run", f"{facts.run.spec.id} is under way.")
    return None


def _judge(facts: Facts) -> NextStep | None:
    rows = facts.manifest.counts.get(Split.VALIDATION, 0) if facts.manifest else 0
    if facts.validation is None and rows:
        why = "Validation shows what it gets wrong, and costs no look at the exam."
        return NextStep("Evaluate", "Evaluate the run", why)
    if facts.exam is None and facts.live is None:
        why = "Validation has been seen; the exam says whether to believe it."
        return NextStep("Evaluate", "Open the exam", why)
    return None


def _go_round(facts: Facts) -> NextStep:
    if facts.findings:
        return NextStep("Errors", "Work on the open findings", "Each names the rows to mend.")
    if facts.validation is not None and facts.new_answers == 0:
        return NextStep("Errors", "See what it gets wrong", "Errors point at the data to mend.")
    return NextStep("Review", "Label some more", "The more people said, the better the next turn.")


def history(project: Project) -> tuple[Turn, ...]:
    """Return the finished turns of the ring, newest first."""
    metric = project.task.criterion.metric
    turns = []
    for state in loop.list_runs(project):
        if state.status is not RunStatus.FINISHED:
            continue
        folder = project.datasets / state.spec.dataset
        manifest = datasets.read_manifest(folder) if folder.is_dir() else None
        validation = loop.read_evaluation(project, state.spec.id, Split.VALIDATION)
        exam = loop.read_evaluation(project, state.spec.id, Split.TEST)
        turn = Turn(
            run=state,
            dataset=state.spec.dataset,
            training_rows=manifest.counts.get(Split.TRAIN, 0) if manifest else None,
            by_people=manifest.words.get(Word.PERSON, 0) if manifest else None,
            validation=validation.score(metric) if validation else None,
            exam=exam.score(metric) if exam else None,
        )
        turns.append(turn)
    return tuple(turns)


def _alerts(project: Project) -> tuple[str, ...]:
    alerts = []
    report = loop.watch_drift(project)
    if report is not None and report.alert:
        alerts.append(report.sentence)
    due = loop.retraining(project)
    if due.due and loop.list_runs(project):  # before the first run, the next step says it
        alerts.append(due.sentence)
    return tuple(alerts)
