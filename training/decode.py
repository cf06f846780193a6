"""Reading prompts once, then scoring and writing continuations of them from the same cache."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch  # noqa: TID253 - runs in a child process
from peft import PeftModel, PeftType  # noqa: TID253 - runs in a child process
from torch import Tensor  # noqa: TID253 - runs in a child process
from transformers import DynamicCache, PreTrainedModel  # noqa: TID253 - runs in a child process

TOKENS_AT_ONCE = 2048
"""Tokens whose logits are in memory together: 400 MB with a vocabulary of 50,000."""


@dataclass
class Prompts:
    """A batch of prompts the model has read.

    Attributes
    ----------
    backbone : model
        The model without peft's shell: LoRA lives in its layers, virtual tokens in the cache.
    cache : DynamicCache
        Keys and values of the virtual tokens and the prompts.
    mask : int tensor, shape (rows, length of the cache)
        0 where a prompt is padded.
    next_log_probs : float tensor, shape (rows, vocabulary)
        What comes after the prompt.
    """

    backbone: PreTrainedModel
    cache: DynamicCache
    mask: Tensor
    next_log_probs: Tensor


@dataclass(frozen=True)
class Continuation:
    """What a model wrote after a prompt.

    Attributes
    ----------
    tokens : list of int
        Without the end of turn.
    confidence : float
        Geometric mean of the tokens' probabilities, the end of turn among them.
    """

    tokens: list[int]
    confidence: float


def read_prompts(model: PreTrainedModel, prompts: list[list[int]], pad_token_id: int) -> Prompts:
    """Run the model over prompts, keeping its cache.

    What all prompts begin with, usually the instruction, is read once for all of them; the rest is
    padded on the left.
    """
    # Every prompt keeps a token of its own, whose prediction is wanted.
    shared = min(_common_prefix(prompts), min(map(len, prompts)) - 1)
    backbone = model.get_base_model() if isinstance(model, PeftModel) else model
    cache = _cache_of(model, backbone, prompts[0][:shared])
    cache.batch_repeat_interleave(len(prompts))
    rest = [prompt[shared:] for prompt in prompts]
    width = max(map(len, rest))
    ids = torch.tensor([[pad_token_id] * (width - len(own)) + own for own in rest])
    own = torch.tensor([[0] * (width - len(own)) + [1] * len(own) for own in rest])
    before = torch.ones(len(prompts), cache.get_seq_length(), dtype=own.dtype)
    mask = torch.cat([before, own], dim=1).to(model.device)
    logits = backbone(
        input_ids=ids.to(model.device),
        attention_mask=mask,
        position_ids=(mask.cumsum(1) - 1).clamp(min=0)[:, -width:],
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    ).logits
    return Prompts(backbone, cache, mask, logits[:, -1].float().log_softmax(-1))


def _common_prefix(prompts: list[list[int]]) -> int:
    first, last = min(prompts), max(prompts)
    alike = (one == other for one, other in zip(first, last, strict=False))
    return next((length for length, same in enumerate(alike) if not same), len(first))


def _cache_of(
    model: PreTrainedModel, backbone: PreTrainedModel, beginning: list[int]
) -> DynamicCache:
    """Return what all prompts see: virtual tokens if the model has any, then their beginning.

    Virtual tokens come first and see only each other, so reading them alone gives the same cache
    as reading them with a prompt.
    """
    cache = DynamicCache()
    config = model.active_peft_config if isinstance(model, PeftModel) else None
    kind = config.peft_type if config and config.is_prompt_learning else None
    if kind == PeftType.PREFIX_TUNING:
        cache = model.get_prompt(batch_size=1)
    elif kind:
        virtual = model.get_prompt(batch_size=1)
        backbone(inputs_embeds=virtual, past_key_values=cache, use_cache=True, logits_to_keep=1)
    if beginning:
        ids = torch.tensor([beginning], device=model.device)
        backbone(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return cache


def score(prompts: Prompts, continuations: list[list[list[int]]]) -> list[list[float]]:
    """Return the log probability, in nats, of each continuation of each prompt.

    All continuations of a prompt are read in one pass, side by side: each sees the prompt and
    itself, never its neighbours, and the prompt's cache is neither copied nor changed.

    Parameters
    ----------
    prompts : Prompts
    continuations : list, one per prompt, of lists of token lists
        Every token list has at least one token.
    """
    scores: list[list[float]] = [[] for _ in continuations]
    for start, stop in _slices(continuations):
        part = [row[start:stop] for row in continuations]
        for total, more in zip(scores, _score_side_by_side(prompts, part), strict=True):
            total.extend(more)
    return scores


def _slices(continuations: list[list[list[int]]]) -> list[tuple[int, int]]:
    """Return ranges of continuations whose logits fit in memory together."""
    longest = [max(map(len, column)) for column in zip(*continuations, strict=True)]
    slices, start, tokens = [], 0, 0
    for column, length in enumerate(longest):
        tokens += length * len(continuations)
        if tokens > TOKENS_AT_ONCE and column > start:
            slices.append((start, column))
            start, tokens = column, length * len(continuations)
    return [*slices, (start, len(longest))]


def _score_side_by_side(
    prompts: Prompts, continuations: list[list[list[int]]]
) -> list[list[float]]:
    # The last token of a continuation predicts nothing we ask for, so it is not read.
    fed = [[token for tokens in row for token in tokens[:-1]] for row in continuations]
    asked = [[token for tokens in row for token in tokens[1:]] for row in continuations]
    later = _log_probs_of(prompts, continuations, fed, asked)
    results = []
    for number, row in enumerate(continuations):
        start, scores = 0, []
        for tokens in row:
            stop = start + len(tokens) - 1
            first = prompts.next_log_probs[number, tokens[0]].item()
            scores.append(first + sum(later[number][start:stop]))
            start = stop
        results.append(scores)
    return results


def _log_probs_of(
    prompts: Prompts,
    continuations: list[list[list[int]]],
    fed: list[list[int]],
    asked: list[list[int]],
) -> list[list[float]]:
    """Return the log probability of each asked token after the fed token before it."""
    width, device = max(map(len, fed)), prompts.mask.device
    if not width:
        return fed  # type: ignore[return-value] # every list is empty
    ids, targets = (
        torch.tensor([row + [0] * (width - len(row)) for row in rows], device=device)
        for rows in (fed, asked)
    )
    block, depth = zip(*(_forest(row, width) for row in continuations), strict=True)
    seen = prompts.mask[:, None, :].bool().expand(-1, width, -1)
    logits = prompts.backbone(
        input_ids=ids,
        attention_mask=torch.cat([seen, torch.stack(block).to(device)], dim=2)[:, None],
        position_ids=prompts.mask.sum(1, keepdim=True) + torch.stack(depth).to(device),
        past_key_values=prompts.cache,
        use_cache=True,
    ).logits.float()
    prompts.cache.crop(-width)
    chosen = logits.gather(-1, targets[..., None]).squeeze(-1)
    log_probs: list[list[float]] = (chosen - logits.logsumexp(-1)).tolist()
    return log_probs


def _forest(continuations: list[list[int]], width: int) -> tuple[Tensor, Tensor]:
    """Return who sees whom among fed tokens, shape (width, width), and their depths, (width,)."""
    sees, depth = torch.eye(width, dtype=torch.bool), torch.zeros(width, dtype=torch.long)
    start = 0
    for tokens in continuations:
        stop = start + len(tokens) - 1
        sees[start:stop, start:stop] = torch.ones(stop - start, stop - start).tril().bool()
        depth[start:stop] = torch.arange(stop - start)
        start = stop
    return sees, depth


def generate(prompts: Prompts, end: int, max_new_tokens: int) -> list[Continuation]:
    """Return what the model writes after each prompt, always taking the likeliest token.

    The prompts' cache is used up. Rows that have ended leave the batch.
    """
    rows = len(prompts.mask)
    tokens: list[list[int]] = [[] for _ in range(rows)]
    total, count = [0.0] * rows, [0] * rows
    alive, mask, log_probs = list(range(rows)), prompts.mask, prompts.next_log_probs
    for step in range(max_new_tokens):
        values, chosen = log_probs.max(-1)
        for place, number in enumerate(alive):
            tokens[number].append(int(chosen[place]))
            total[number] += values[place].item()
            count[number] += 1
        going = [place for place, number in enumerate(alive) if tokens[number][-1] != end]
        if not going or step == max_new_tokens - 1:
            break
        alive = [alive[place] for place in going]
        keep = torch.tensor(going, device=mask.device)
        prompts.cache.batch_select_indices(keep)
        mask = torch.cat([mask[keep], torch.ones_like(mask[keep, :1])], dim=1)
        log_probs = _next(prompts, chosen[keep], mask)
    trimmed = [written[:-1] if written[-1] == end else written for written in tokens]
    sure = [math.exp(nats / steps) for nats, steps in zip(total, count, strict=True)]
    return [Continuation(*pair) for pair in zip(trimmed, sure, strict=True)]


def _next(prompts: Prompts, last: Tensor, mask: Tensor) -> Tensor:
    logits = prompts.backbone(
        input_ids=last[:, None],
        attention_mask=mask,
        position_ids=mask.sum(1, keepdim=True) - 1,
        past_key_values=prompts.cache,
        use_cache=True,
    ).logits
    return logits[:, -1].float().log_softmax(-1)
