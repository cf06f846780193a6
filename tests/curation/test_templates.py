"""Conversations: the same words in training, evaluation and use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import TemplateError, UnknownNameError
from curation.project import default_task
from curation.templates import TEMPLATES, render, render_prompt
from curation.types import Message, Task, TaskKind

TASK = default_task(TaskKind.CLASSIFY, ("card", "cash"), "Sort it.")
written = st.text(min_size=1).filter(lambda text: bool(text.strip()))


def with_template(name: str) -> Task:
    return TASK.model_copy(update={"template": name})


def test_chat_names_the_labels_to_choose_from() -> None:
    assert render_prompt(TASK, "I paid") == (
        Message(role="system", content="Sort it. Answer with one of: card, cash."),
        Message(role="user", content="I paid"),
    )


def test_bare_gives_the_instruction_alone() -> None:
    assert render_prompt(with_template("bare"), "I paid")[0].content == "Sort it."


def test_a_task_without_labels_is_only_instructed() -> None:
    task = default_task(TaskKind.GENERATE, instruction="Be brief.")
    assert render_prompt(task, "text")[0].content == "Be brief."


@pytest.mark.parametrize("name", list(TEMPLATES))
@given(text=written, answer=written)
def test_a_conversation_is_the_prompt_and_then_the_answer_untouched(
    name: str, text: str, answer: str
) -> None:
    task = with_template(name)
    turns = render(task, text, answer)
    assert turns[:-1] == render_prompt(task, text)
    assert turns[-1] == Message(role="assistant", content=answer)
    assert [turn.role for turn in turns] == ["system", "user", "assistant"]
    assert turns[1].content == text


@pytest.mark.parametrize(("text", "answer"), [("", "card"), (" \n", "card"), ("I paid", "\t")])
def test_nothing_to_ask_or_to_learn_is_refused(text: str, answer: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(TASK, text, answer)
    assert caught.value.remedy


def test_a_template_nobody_knows_is_answered_with_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean chat"):
        render_prompt(with_template("chatt"), "I paid")
