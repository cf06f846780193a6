"""The facts as one reader may see them: without others' answers where their own is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from curation.people.blinding import visible_to
from curation.project import Project
from studio.stations.browsing.facts import Facts, Rows


def blinded(project: Project, facts: Facts, reviewer: str) -> Facts:
    """Return the facts as they were before others spoke, where the reader has not answered yet.

    Only where several people answer each example. Tables, maps and filters then cannot tell what
    others said.
    """
    people = project.settings.review.people
    if people < 2:
        return facts
    rows = _hidden(facts, reviewer, people)
    answers, before = facts.answers.copy(), facts.before
    for name in ("gold", "label", "word"):
        getattr(answers, name)[rows] = getattr(before, name)[rows]
    return replace(facts, answers=answers, found={})


def _hidden(facts: Facts, reviewer: str, people: int) -> Rows:
    """Return the rows with answers the reader may not see; looked for once in the same facts."""
    key = f"hidden from {reviewer}, {people} asked"
    if key not in facts.found:
        rows = np.flatnonzero(facts.spoken.answered)
        standing = map(facts.spoken.words.standing, facts.shelf.ids(rows))
        hidden = [visible_to(reviewer, said, people=people) != said for said in standing]
        facts.found[key] = rows[np.array(hidden, dtype=bool)]
    return facts.found[key]
