"""Goal completion rate: the share of conversations in which all that must be said is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from evaluation.dialogue import goals_of, says
from evaluation.intervals import Array
from evaluation.metrics.shares import Share
from evaluation.sheet import AnswerSheet


class GoalCompletion(Share):
    """The share of conversations whose answers together say everything of the goal.

    The row that first names a goal stands for its conversation; other rows add nothing.
    """

    named = "goal_completion"
    columns = {"done": "float64", "asked": "float64"}  # noqa: RUF012 - a constant mapping
    method = "said word by word in the model's answers, each given the turns of the file before it"

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or none that carries a goal."""
        carries = any(goals_of(row) for row in sheet.rows)
        lack = "because no row carries a `goal`: what must be said by the end of its conversation"
        return super().undefined(sheet) or ("" if carries else lack)

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return whether each conversation reached its goal, in one row of each."""
        left = self.left_unsaid(sheet)
        asked = [place in left for place in range(len(sheet))]
        done = [asked[place] and not left[place] for place in range(len(sheet))]
        return {"done": list(map(float, done)), "asked": list(map(float, asked))}

    def left_unsaid(self, sheet: AnswerSheet) -> dict[int, tuple[str, ...]]:
        """Return what each conversation with a goal left unsaid, by the row that stands for it."""
        answers, conversations = sheet.answers, defaultdict[str, list[int]](list)
        for place, row in enumerate(sheet.rows):
            conversations[row.group or row.id].append(place)
        found: dict[int, tuple[str, ...]] = {}
        for places in conversations.values():
            wanted = [(place, goal) for place in places for goal in goals_of(sheet.rows[place])]
            if wanted:
                turns = [answers[place] for place in places]
                goals = dict.fromkeys(goal for _, goal in wanted)
                left = (goal[0] for goal in goals if not says(turns, goal))
                found[wanted[0][0]] = tuple(left)
        return found

    def statistics(self, *, done: list[float], asked: list[float]) -> Array:
        """Return each row's conversation that is done, and that has a goal."""
        return np.column_stack([done, asked]).astype(np.float64)

    def remarks(self, sheet: AnswerSheet, units: Array) -> Iterator[str]:
        """Yield what was left unsaid most often."""
        yield from super().remarks(sheet, units)
        left = [goal for goals in self.left_unsaid(sheet).values() for goal in goals]
        if left:
            most = max(dict.fromkeys(left), key=left.count)
            yield f"Most often unsaid: {most!r}, in {left.count(most)}"
