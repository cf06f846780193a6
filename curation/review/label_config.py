"""What a reviewer sees in Label Studio: a task's screen, and a suggestion as its prediction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from pydantic import TypeAdapter, ValidationError

from curation.exceptions import ReviewBackendError
from curation.types import Span, Task, TaskKind

HOTKEYS = "1234567890qwertasdfgzxcvb"
"""Keys for the first labels; later ones are clicked."""

VERDICTS = {"accept": "a", "reject": "r"}

Region = Mapping[str, Any]
"""One result of an annotation or prediction, as Label Studio stores it."""

_SPANS = TypeAdapter(tuple[Span, ...])


def label_config(task: Task) -> str:
    """Return the labeling screen of a task as Label Studio's XML.

    The text is `$text`, why it was chosen `$reason`; the labels have hotkeys, in order.

    Raises
    ------
    ReviewBackendError
        If a label cannot be written: Label Studio takes one that starts with `$` for a variable.
    """
    return {
        TaskKind.CLASSIFY: _classify_screen,
        TaskKind.EXTRACT: _extract_screen,
        TaskKind.GENERATE: _generate_screen,
    }[task.kind](task.labels)


def _classify_screen(labels: Sequence[str]) -> str:
    return _view(
        '<Text name="text" value="$text"/>',
        '<Choices name="label" toName="text" choice="single" required="true" showInline="true">',
        *_options("Choice", labels),
        "</Choices>",
    )


def _extract_screen(labels: Sequence[str]) -> str:
    return _view(
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


def _view(*lines: str) -> str:
    return "\n".join(["<View>", '<Header value="$reason" size="5"/>', *lines, "</View>"])


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


def offered(config: str) -> set[str]:
    """Return what a screen lets people say, as `control tag` and `control label`.

    Examples
    --------
    >>> sorted(offered('<View><Choices name="a" toName="b"><Choice value="yes"/></Choices></View>'))
    ['a <Choices>', 'a yes']
    """
    said = set()
    for tag in ElementTree.fromstring(config).iter():  # noqa: S314 - the server's own answer
        if "toName" in tag.attrib:
            name = tag.attrib.get("name", "")
            said |= {f"{name} <{tag.tag}>", *(f"{name} {each.attrib['value']}" for each in tag)}
    return said


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
