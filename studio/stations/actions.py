"""Act on a diagnosis: an action becomes a finding that says what it should bring."""

from __future__ import annotations

from curation.exceptions import EvaluationError
from curation.findings import Action, still_open
from curation.project import Project
from curation.types import Finding, Hypothesis, fingerprint
from evaluation.diagnosis.claim import Kind
from evaluation.diagnosis.record import Proposal
from studio.stations.diagnosis import read_diagnosis

KIND = "cause"
"""The kind of findings that a diagnosis opens."""
ASKS: dict[Kind, Action] = {
    "function": "function",
    "recheck": "review",
    "label": "review",
    "collect": "collect",
    "template": "template",
    "drop": "exclude",
    "look": "look",
}
"""What a finding asks for, by what an action does."""


def proposals(project: Project, run: str) -> tuple[Proposal, ...]:
    """Return what a run's diagnosis proposes, the best first; nothing before it was diagnosed."""
    diagnosis = read_diagnosis(project, run)
    return diagnosis.proposals if diagnosis else ()


def taken(project: Project, run: str) -> dict[str, Finding]:
    """Return the actions that were taken on a run's errors and are still open, by proposal key."""
    return {
        f"{finding.cause}: {finding.subject}": finding
        for finding in still_open(project.store.findings())
        if finding.kind == KIND and finding.origin == run
    }


def take_action(project: Project, run: str, key: str) -> Finding:
    """Open a finding for an action: what to work on, and the hypothesis it will be judged by.

    Taking an action that is open already changes nothing.

    Parameters
    ----------
    key : str
        The proposal's.

    Raises
    ------
    EvaluationError
        If the run's diagnosis proposes no such thing.
    """
    there = {proposal.key: proposal for proposal in proposals(project, run)}
    if key not in there:
        raise EvaluationError(
            f"Nothing like {key!r} is proposed.",
            where=run,
            remedy=f"There is: {'; '.join(there) or 'nothing'}.",
        )
    before = taken(project, run).get(key)
    if before is not None:
        return before
    finding = _finding(project, run, there[key])
    project.store.add_finding(finding)
    return finding


def _finding(project: Project, run: str, proposal: Proposal) -> Finding:
    made = Finding(
        id=fingerprint(KIND, run, proposal.key, length=12),
        kind=KIND,
        title=proposal.title,
        example_ids=proposal.work_on,
        evidence=proposal.errors,
        origin=run,
        action=ASKS[proposal.do],
        note=proposal.sentence,
        cause=proposal.cause,
        subject=proposal.subject,
        hypothesis=_hypothesis(run, proposal),
    )
    known = {finding.id for finding in project.store.findings()}
    while made.id in known:  # what was closed once may be taken up again
        made = made.model_copy(update={"id": fingerprint(made.id, length=12)})
    return made


def _hypothesis(run: str, proposal: Proposal) -> Hypothesis | None:
    """Return what acting should bring; None where the score is to become honest, not better."""
    if proposal.do == "drop":
        return None
    return Hypothesis(
        run=run,
        slice=proposal.subject,
        example_ids=proposal.rows,
        errors=round(proposal.rate * len(proposal.rows)),
        expected=min(1.0, proposal.expected),
    )
