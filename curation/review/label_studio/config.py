"""What a reviewer sees in Label Studio: a task's screen, and a suggestion as its prediction."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from pydantic import TypeAdapter, ValidationError

from curation.exceptions import ReviewBackendError
from curation.types import Span, Task, TaskKind

HOTKEYS = "1234567890qwertasdfgzxcvb"
"""Keys for the first labels; later ones are found by name, or clicked."""

MODEL = "tunesmith"
"""Which of a task's predictions are our suggestions."""

VERDICTS = {"accept": "a", "reject": "r"}

Region = Mapping[str, Any]
"""One result of an annotation or prediction, as Label Studio stores it."""

_SPANS = TypeAdapter(tuple[Span, ...])


def label_config(task: Task, *, compare: bool = False) -> str:
    """Return the labeling screen of a task as Label Studio's XML.

    The text is `$text`, why it was chosen `$reason`; the labels have hotkeys, in order. To
    compare, `$left` and `$right` are two responses to choose between.

    Raises
    ------
    ReviewBackendError
        If a label cannot be written: Label Studio takes one that starts with `$` for a variable.
    """
    if compare:
        return _compare_screen()
    return {
        TaskKind.CLASSIFY: _classify_screen,
        TaskKind.EXTRACT: _extract_screen,
        TaskKind.GENERATE: _generate_screen,
    }[task.kind](task.labels)


def instruction(task: Task, guidelines: str = "") -> str:
    """Return what reviewers are told above the first task, as the HTML Label Studio wants.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> instruction(SimpleNamespace(instruction="Is it <spam>?"), "Ads are.")
    'Is it &lt;spam&gt;?<br><br>Ads are.'
    """
    parts = (part.strip() for part in (task.instruction, guidelines))
    return html.escape("\n\n".join(filter(None, parts))).replace("\n", "<br>")


def _classify_screen(labels: Sequence[str]) -> str:
    return _view(
        '<Text name="text" value="$text"/>',
        *_finder("label", labels),
        '<Choices name="label" toName="text" choice="single" required="true" showInline="true">',
        *_options("Choice", labels),
        "</Choices>",
    )


def _extract_screen(labels: Sequence[str]) -> str:
    return _view(
        *_finder("span", labels),
        '<Labels name="span" toName="text">',
        *_options("Label", labels),
        "</Labels>",
        '<Text name="text" value="$text" granularity="symbol"/>',
    )


def _generate_screen(_labels: Sequence[str]) -> str:
    return _view(
        '<Text name="text" value="$text"/>',
        '<TextArea name="response" toName="text" rows="8" editable="true" maxSubmissions="1"'
        ' required="true"/>',
        '<Rating name="quality" toName="text" maxRating="5"/>',
        '<Choices name="verdict" toName="text" choice="single" showInline="true">',
        *(f'<Choice value="{verdict}" hotkey="{key}"/>' for verdict, key in VERDICTS.items()),
        "</Choices>",
    )


def _compare_screen() -> str:
    return _view(
        '<Text name="text" value="$text"/>',
        '<Pairwise name="better" toName="left,right"/>',
        '<View style="display: grid; grid-template-columns: 1fr 1fr; gap: 1em">',
        '<Text name="left" value="$left"/>',
        '<Text name="right" value="$right"/>',
        "</View>",
    )


def _view(*lines: str) -> str:
    return "\n".join(["<View>", '<Header value="$reason" size="5"/>', *lines, "</View>"])


def _finder(control: str, labels: Sequence[str]) -> Iterator[str]:
    """Yield a field that finds labels by name, where there are more of them than keys."""
    if len(labels) > len(HOTKEYS):
        yield f'<Filter name="find" toName="{control}" placeholder="Find a label"/>'


def _options(tag: str, labels: Iterable[str]) -> Iterator[str]:
    for place, label in enumerate(labels):
        if label.startswith("$") or label != label.strip() or not label:
            raise ReviewBackendError(
                "Label Studio cannot show this label.",
                where=repr(label),
                remedy="Labels must not be empty, start with $, or begin or end with a space.",
            )
        hotkey = f' hotkey="{HOTKEYS[place]}"' if place < len(HOTKEYS) else ""
        yield f"<{tag} value={quoteattr(label)}{hotkey}/>"


def offered(config: str) -> dict[str, set[str]]:
    """Return the labels of each control a screen has; people can say nothing else.

    Examples
    --------
    >>> offered('<View><Choices name="a" toName="b"><Choice value="yes"/></Choices></View>')
    {'a': {'yes'}}
    """
    return {
        tag.attrib.get("name", ""): {each.attrib.get("value", "") for each in tag}
        for tag in ElementTree.fromstring(config).iter()  # noqa: S314 - the server's own answer
        if "toName" in tag.attrib and tag.tag != "Filter"
    }


def guess(task: Task, suggestion: str) -> list[Region]:
    """Return a suggestion as a prediction's regions: a label, a response, or spans as JSON.

    Raises
    ------
    ReviewBackendError
        If spans are asked for and `suggestion` is not a JSON list of start, end and label.
    """
    if task.kind is TaskKind.CLASSIFY:
        return [_region("label", "choices", {"choices": [suggestion]})]
    if task.kind is TaskKind.GENERATE:
        return [_region("response", "textarea", {"text": [suggestion]})]
    try:
        spans = _SPANS.validate_json(suggestion)
    except ValidationError:
        raise ReviewBackendError(
            "A suggestion is not a list of spans.",
            where=suggestion[:80],
            remedy='Write it as JSON: [{"start": 0, "end": 5, "label": "PERSON"}]',
        ) from None
    return [
        _region("span", "labels", {"start": span.start, "end": span.end, "labels": [span.label]})
        for span in spans
    ]


def _region(control: str, kind: str, value: Mapping[str, object]) -> Region:
    return {"from_name": control, "to_name": "text", "type": kind, "value": dict(value)}
