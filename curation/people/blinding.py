"""Whose answers a reader may see: nobody is led by another before giving their own."""

from __future__ import annotations

from collections.abc import Iterable

from curation.types import Annotation


def visible_to(
    reviewer: str, said: Iterable[Annotation], *, people: int = 1
) -> tuple[Annotation, ...]:
    """Return which of an example's standing words a reader may see.

    Where several people answer each example, a reader who has not answered it sees what they
    said themselves and what the file says. A skip is no answer.

    Parameters
    ----------
    reviewer : str
        Who reads.
    said : iterable of Annotation
        The example's standing words.
    people : int
        How many people answer an example, as `settings.review.people` has it.

    Examples
    --------
    >>> mia, ben = (
    ...     Annotation(uid=who, example_id="e", answer="card", reviewer=who)
    ...     for who in ("mia", "ben")
    ... )
    >>> [a.reviewer for a in visible_to("mia", [mia, ben], people=2)]
    ['mia', 'ben']
    >>> visible_to("eva", [mia, ben], people=2)
    ()
    """
    words = tuple(said)
    answered = any(
        a.reviewer == reviewer and a.action in ("answer", "decide", "exclude") for a in words
    )
    if people < 2 or answered:
        return words
    return tuple(a for a in words if a.reviewer == reviewer or a.via == "file")
