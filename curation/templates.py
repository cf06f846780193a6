"""How an example becomes a conversation: the same words in training, evaluation and use."""

from __future__ import annotations

from typing import Protocol

from curation.exceptions import TemplateError
from curation.registry import Registry
from curation.types import Message, Task, TaskKind


class Template(Protocol):
    """Renders the turns a model is given before it answers."""

    def __call__(self, task: Task, text: str) -> tuple[Message, ...]:
        """Return the prompt for an input."""
        ...


TEMPLATES = Registry(
    "template",
    {
        "chat": "curation.templates:chat",
        "bare": "curation.templates:bare",
    },
)


def chat(task: Task, text: str) -> tuple[Message, ...]:
    """Put the instruction (and the labels to choose from) in the system turn.

    A system turn is always there: without one, some models' own chat templates slip in theirs.
    """
    instruction = task.instruction
    if task.kind is TaskKind.CLASSIFY:
        instruction = f"{instruction} Answer with one of: {', '.join(task.labels)}."
    return Message(role="system", content=instruction), Message(role="user", content=text)


def bare(task: Task, text: str) -> tuple[Message, ...]:
    """Give the instruction alone; shorter, for models that have learned the labels."""
    system = Message(role="system", content=task.instruction)
    return system, Message(role="user", content=text)


def render_prompt(task: Task, text: str) -> tuple[Message, ...]:
    """Return the turns the task's template makes of an input."""
    template: Template = TEMPLATES[task.template]
    return template(task, text)


def render(task: Task, text: str, answer: str) -> tuple[Message, ...]:
    """Return a whole conversation: the prompt, then the answer as the completion.

    Raises
    ------
    TemplateError
        If there is nothing to ask or nothing to learn.
    """
    if not text.strip() or not answer.strip():
        raise TemplateError(
            "An empty input or answer cannot be rendered.",
            where=f"{text[:40]!r} -> {answer[:40]!r}",
            remedy="Leave the example out, or give it an answer.",
        )
    return *render_prompt(task, text), Message(role="assistant", content=answer)
