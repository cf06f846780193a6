"""Rows become batches: alike in length, padded on the right, in an order the seed decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch  # noqa: TID253 - runs in a child process
from torch.utils.data import Sampler  # noqa: TID253 - runs in a child process

from training.encode import IGNORED, EncodedRow

WINDOW = 16
"""Batches whose rows are sorted by length together."""


class Collator:
    """Pads rows on the right to the longest of their batch.

    Padding is masked by position, never by token id: many models pad with their end of turn, which
    must be learned.
    """

    def __init__(self, pad_token_id: int) -> None:
        self.pad_token_id = pad_token_id

    def __call__(self, rows: Sequence[EncodedRow]) -> dict[str, torch.Tensor]:
        """Return `input_ids`, `attention_mask` and `labels`, each of shape (rows, longest)."""
        width = max(len(row.input_ids) for row in rows)
        gaps = [width - len(row.input_ids) for row in rows]
        pairs = list(zip(rows, gaps, strict=True))
        ids = [row.input_ids + [self.pad_token_id] * gap for row, gap in pairs]
        mask = [[1] * len(row.input_ids) + [0] * gap for row, gap in pairs]
        labels = [row.labels + [IGNORED] * gap for row, gap in pairs]
        return {
            "input_ids": torch.tensor(ids),
            "attention_mask": torch.tensor(mask),
            "labels": torch.tensor(labels),
        }


class LengthGroupedSampler(Sampler[int]):  # type: ignore[misc] # untyped
    """Yields row numbers so that a batch has rows of similar length, shuffled anew every epoch.

    The order depends on the seed and the epoch alone, so that a resumed run sees the rows an
    uninterrupted one would have seen.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self.lengths, self.batch_size, self.seed = list(lengths), batch_size, seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed * 100_003 + self.epoch)
        order = torch.randperm(len(self.lengths), generator=generator).tolist()
        window = self.batch_size * WINDOW
        for start in range(0, len(order), window):
            chunk = sorted(order[start : start + window], key=lambda row: self.lengths[row])
            yield from self._shuffled_batches(chunk, generator)

    def _shuffled_batches(self, rows: list[int], generator: torch.Generator) -> list[int]:
        """Return the rows with whole batches shuffled; a short batch stays last."""
        whole = len(rows) // self.batch_size
        order = torch.randperm(whole, generator=generator).tolist()
        batches = [rows[n * self.batch_size : (n + 1) * self.batch_size] for n in order]
        return [row for batch in batches for row in batch] + rows[whole * self.batch_size :]
