"""Write a labeling function as the Python its user would have written."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import Parameter, signature
from keyword import iskeyword
from typing import Any
from unicodedata import normalize

from labeling_functions.conditions import Condition
from labeling_functions.conditions.writing import literal
from labeling_functions.families import FAMILIES
from labeling_functions.function import Label, Not

WIDTH = 100
"""Characters a line may have before its arguments are put one under the other."""


def render(
    family: str,
    name: str,
    label: Label,
    *,
    scope: Condition | None = None,
    **parameters: Any,  # noqa: ANN401 - values of JSON, and conditions
) -> str:
    r"""Return the statement that declares a function of any family but `python`.

    Parameters
    ----------
    family : str
        By its name in `FAMILIES`.
    name : str
        Made an identifier, which is the variable too.
    label : str or Not
    scope : Condition, optional
    **parameters
        The family's own, by name; what is at its default is not written. A list for `values` and
        the like.

    Raises
    ------
    UnknownNameError
        There is no such family.

    Examples
    --------
    >>> from labeling_functions import length, not_, words
    >>> print(render("pattern", "order number", "order_status", regex=r"#\d{6}"), end="")
    order_number = pattern("order_number", "order_status", r"#\d{6}")
    >>> print(render("when", "hi", not_("bye"), condition=words("hi"), scope=length(at_most=3)))
    hi = when("hi", not_("bye"), words("hi"), scope=length(at_most=3))
    <BLANKLINE>
    """
    maker = FAMILIES[family]
    name = identifier(name)
    given = {"name": name, "label": label, **parameters, **({"scope": scope} if scope else {})}
    arguments = [
        text
        for parameter in signature(maker).parameters.values()
        if parameter.name in given
        for text in _arguments(parameter, given[parameter.name])
    ]
    line = f"{name} = {maker.__name__}({', '.join(arguments)})\n"
    if len(line) <= WIDTH + 1:
        return line
    return f"{name} = {maker.__name__}(\n" + "".join(f"    {a},\n" for a in arguments) + ")\n"


def _arguments(parameter: Parameter, value: Any) -> list[str]:  # noqa: ANN401
    if parameter.kind is Parameter.VAR_POSITIONAL:
        return [literal(item) for item in value]
    if parameter.default is not Parameter.empty and value == parameter.default:
        return []
    named = "" if parameter.default is Parameter.empty else f"{parameter.name}="
    return [named + _value(value)]


def _value(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, Condition):
        return value.code()
    if isinstance(value, Not):
        return f"not_({literal(value.label)})"
    if isinstance(value, Mapping):  # replies and what they stand for
        pairs = (f"{literal(key)}: {_value(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return literal(value, raw=True)


def render_python(name: str, label: str, hint: str = "") -> str:
    """Return a function to start from, with what it is for as a comment.

    Examples
    --------
    >>> print(render_python("shouts", "complaint", "Angry people shout."), end="")
    @labeling_function
    def shouts(x):
        # Angry people shout.
        if "a word" in x.text.lower():
            return "complaint"
        return ABSTAIN
    """
    lines = ("".join(filter(str.isprintable, line)) for line in hint.splitlines())
    comment = "".join(f"    # {line}\n" for line in lines)
    return (
        f"@labeling_function\ndef {identifier(name)}(x):\n{comment}"
        f'    if "a word" in x.text.lower():\n        return {literal(label)}\n    return ABSTAIN\n'
    )


def identifier(name: str) -> str:
    """Return a name Python accepts that reads like `name`.

    Examples
    --------
    >>> identifier("2 for 1?"), identifier("class")
    ('_2_for_1', 'class_')
    """
    # Python reads identifiers in this normal form, so the name and the variable stay one.
    plain = normalize("NFKC", name)
    word = "".join(sign if f"_{sign}".isidentifier() else " " for sign in plain)
    word = "_".join(word.split()).strip("_") or "function"
    word = word if word.isidentifier() else f"_{word}"
    return f"{word}_" if iskeyword(word) else word
