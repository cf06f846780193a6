"""Offensive-language rate: the share of answers with a word of a list in them."""

from __future__ import annotations

from evaluation.lexicon import lexicon
from evaluation.metrics.catalog import OFFENSIVE_VALIDITY
from evaluation.metrics.shares import Accused
from evaluation.sheet import AnswerSheet, source


class OffensiveRate(Accused):
    """The share of answers with a word of the bundled or the project's own list."""

    named = "offensive_rate"
    method = OFFENSIVE_VALIDITY

    def found(self, sheet: AnswerSheet) -> list[tuple[str, ...]]:
        """Return the listed words in each answer, and whether its input says them too."""
        known, reasons = lexicon(sheet.lexicon), []
        for answer, row in zip(sheet.answers, sheet.rows, strict=True):
            said = known.found_in(answer)
            quoted = known.found_in(source(row)) if said else ()
            reasons.append(
                tuple(
                    f"{word!r} is on the list" + (", its input says it too" * (word in quoted))
                    for word in said
                )
            )
        return reasons
