"""What a reviewer sees in Label Studio, and how it is read: a task's screen, guesses and answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
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


class Said(NamedTuple):
    """What one annotation says: an answer, spans, or that the example should not be used."""

    answer: str | None = None
    spans: tuple[Span, ...] = ()
    note: str = ""
    rejected: bool = False


class UnreadableError(ValueError):
    """An annotation that does not answer this task; its words say why."""


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


def controls(config: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Return a screen's controls by name: the tag, and the labels it offers.

    Examples
    --------
    >>> controls('<View><Rating name="quality" toName="text"/></View>')
    {'quality': ('Rating', frozenset())}
    """
    return {
        tag.attrib["name"]: (tag.tag, frozenset(label.attrib.get("value", "") for label in tag))
        for tag in ElementTree.fromstring(config).iter()  # noqa: S314 - the server's own answer
        if "toName" in tag.attrib and "name" in tag.attrib
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


def read(task: Task, text: str, regions: Sequence[Region]) -> Said:
    """Return what an annotation of `text` says.

    Raises
    ------
    UnreadableError
        If it has no answer, more than one, a label the task does not know, or a span that does
        not lie where its own words say.
    """
    if task.kind is TaskKind.CLASSIFY:
        return Said(answer=_known(task, _only(regions, "label", "choices")))
    if task.kind is TaskKind.EXTRACT:
        return Said(spans=tuple(_span(task, text, region["value"]) for region in regions))
    verdict = _first(regions, "verdict", "choices")
    if verdict == "reject":
        return Said(note=_remarks(regions), rejected=True)
    return Said(answer=_only(regions, "response", "text"), note=_remarks(regions))


def _values(regions: Sequence[Region], control: str, key: str) -> list[Any]:
    found = [region["value"][key] for region in regions if region["from_name"] == control]
    return [
        value for values in found for value in (values if isinstance(values, list) else [values])
    ]


def _first(regions: Sequence[Region], control: str, key: str) -> Any:  # noqa: ANN401 - JSON
    return next(iter(_values(regions, control, key)), None)


def _only(regions: Sequence[Region], control: str, key: str) -> str:
    values = _values(regions, control, key)
    if len(values) != 1:
        raise UnreadableError(f"it has {len(values) or 'no'} answers for {control!r}")
    return str(values[0])


def _known(task: Task, label: str) -> str:
    if label not in task.labels:
        raise UnreadableError(f"it says {label!r}, which is no label of this task")
    return label


def _remarks(regions: Sequence[Region]) -> str:
    rating = _first(regions, "quality", "rating")
    verdict = _first(regions, "verdict", "choices")
    return ", ".join([f"rated {rating} of 5"] * bool(rating) + [f"{verdict}ed"] * bool(verdict))


def _span(task: Task, text: str, value: Mapping[str, Any]) -> Span:
    labels = value.get("labels", [])
    if len(labels) != 1:
        raise UnreadableError(f"a span has {len(labels) or 'no'} labels")
    start, end = _place(text, int(value["start"]), int(value["end"]), value.get("text"))
    return Span(start=start, end=end, label=_known(task, labels[0]))


def _place(text: str, start: int, end: int, words: str | None) -> tuple[int, int]:
    """Return where `words` lie in characters; a browser may have counted in UTF-16 units."""
    # Label Studio writes a line break within a span as the two characters \ and n.
    expected = {text[start:end]} if words is None else {words, words.replace("\\n", "\n")}
    units = text.encode("utf-16-le", "surrogatepass")
    browser = tuple(
        len(units[: 2 * place].decode("utf-16-le", "replace")) for place in (start, end)
    )
    for first, last in ((start, end), browser):
        if first < last <= len(text) and text[first:last] in expected:
            return first, last
    raise UnreadableError(f"the span {json.dumps(words)} is not at {start} to {end}")
