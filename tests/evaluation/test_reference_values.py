"""Metric values against the implementations everybody else uses."""

from __future__ import annotations

import math
import re
import string
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sacrebleu
from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import align_words, single_meteor_score
from rouge_score.rouge_scorer import RougeScorer
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    f1_score,
    matthews_corrcoef,
    precision_recall_fscore_support,
)

from curation.types import Prediction, TaskKind
from evaluation.errors import overlap
from evaluation.intervals import bootstrap
from evaluation.metrics import METRICS
from evaluation.sheet import pair
from evaluation.words import sentences, words

Make = Callable[..., Any]


GENERATE = TaskKind.GENERATE
REFERENCES = [
    "You keep the rights to your photos. The firm may show them.",
    "The contract ends after 12 months unless you renew it.",
    "They may share your address with partners in other countries.",
    "You must be 13 or older to use this.",
] * 3
ANSWERS = [
    "You keep your rights. The firm can show your photos.",
    "After 12 months the contract ends.",
    "Your address may be shared with their partners.",
    "Users must be older than 13 to use this service.",
    "You keep the rights to your photos.",
    "Renew the contract after 12 months.",
] * 2


def labels_at_random(seed: int, n: int, k: int) -> tuple[list[str], list[str], tuple[str, ...]]:
    generator = np.random.default_rng(seed)
    labels = tuple(f"label{at}" for at in range(k))
    gold = generator.integers(0, k, n)
    answered = np.where(generator.random(n) < 0.7, gold, generator.integers(0, k, n))
    return [labels[at] for at in gold], [labels[at] for at in answered], labels


@pytest.mark.parametrize(("n", "k"), [(40, 3), (200, 12), (30, 20)])
def test_precision_recall_and_f1_are_scikit_learns(n: int, k: int, make_sheet: Make) -> None:
    gold, answers, labels = labels_at_random(n, n, k)
    sheet = make_sheet(gold, answers, labels=labels)
    theirs = precision_recall_fscore_support(gold, answers, average="macro", zero_division=0)[:3]
    for ratio, expected in zip(("precision", "recall", "f1"), theirs, strict=True):
        score = METRICS[f"macro_{ratio}"]().scores(sheet)[0]
        assert score.value == pytest.approx(expected)
    assert METRICS["accuracy"]().scores(sheet)[0].value == accuracy_score(gold, answers)


def test_scores_of_each_label_are_scikit_learns(make_sheet: Make) -> None:
    gold, answers, labels = labels_at_random(3, 60, 5)
    sheet = make_sheet(gold, answers, labels=labels)
    theirs = precision_recall_fscore_support(gold, answers, labels=labels)[:3]
    for ratio, expected in zip(("precision", "recall", "f1"), theirs, strict=True):
        mine = {score.metric: score for score in METRICS[f"macro_{ratio}"]().scores(sheet)}
        for label, value in zip(labels, expected, strict=True):
            score = mine[f"{ratio}[{label}]"]
            assert score.value == pytest.approx(value)
            assert score.low < score.value < score.high


@pytest.mark.parametrize(("n", "k"), [(40, 2), (200, 12)])
def test_mcc_is_scikit_learns(n: int, k: int, make_sheet: Make) -> None:
    gold, answers, labels = labels_at_random(n, n, k)
    score = METRICS["mcc"]().scores(make_sheet(gold, answers, labels=labels))[0]
    assert score.value == pytest.approx(matthews_corrcoef(gold, answers))
    assert score.low < score.value < score.high
    always = METRICS["mcc"]().scores(make_sheet(gold, [labels[0]] * n, labels=labels))[0]
    assert always.value == matthews_corrcoef(gold, [labels[0]] * n) == 0


def test_micro_scores_are_scikit_learns_over_the_labels(make_sheet: Make) -> None:
    gold, answers, labels = labels_at_random(5, 80, 4)
    answers = ["no label" if at % 9 == 0 else answer for at, answer in enumerate(answers)]
    found = METRICS["micro_f1"]().scores(make_sheet(gold, answers, labels=labels))
    theirs = precision_recall_fscore_support(gold, answers, labels=labels, average="micro")
    assert [score.value for score in found] == pytest.approx([theirs[2], theirs[0], theirs[1]])
    plain = METRICS["micro_f1"]().scores(make_sheet(gold, gold[::-1], labels=labels))[0]
    assert plain.value == pytest.approx(f1_score(gold, gold[::-1], average="micro"))
    assert plain.value == pytest.approx(accuracy_score(gold, gold[::-1]))


def test_brier_is_scikit_learns(make_sheet: Make) -> None:
    gold, answers, labels = labels_at_random(6, 50, 3)
    chances = np.random.default_rng(6).dirichlet([1, 1, 1], 50)
    sheet = make_sheet(gold, answers, labels=labels)
    sure = tuple(
        one.model_copy(update={"probabilities": dict(zip(labels, row, strict=True))})
        for one, row in zip(sheet.predictions, chances.tolist(), strict=True)
    )
    score = METRICS["brier"]().scores(type(sheet)(sheet.task, sheet.rows, sure))[0]
    theirs = brier_score_loss(gold, chances, labels=list(labels), scale_by_half=False)
    assert score.value == pytest.approx(theirs)


def test_resampling_rows_one_by_one_gives_the_same_spread_of_macro_f1(make_sheet: Make) -> None:
    gold, answers, labels = labels_at_random(8, 150, 4)
    metric = METRICS["macro_f1"]()
    score = metric.scores(make_sheet(gold, answers, labels=labels))[0]
    generator, ours = np.random.default_rng(0), bootstrap(metric.rows, metric.values)[:, 0]
    slow = []
    for _ in range(300):
        drawn = generator.integers(0, 150, 150)
        picked = [gold[at] for at in drawn], [answers[at] for at in drawn]
        slow.append(precision_recall_fscore_support(*picked, average="macro", zero_division=0)[2])
    assert np.mean(slow) == pytest.approx(ours.mean(), abs=0.01)
    assert np.std(slow) == pytest.approx(ours.std(), rel=0.15)
    assert score.low < np.mean(slow) < score.high


def test_macro_f1_covers_its_true_value(make_sheet: Make) -> None:
    generator = np.random.default_rng(11)
    labels = ("a", "b", "c")
    chances = np.array([[0.4, 0.05, 0.05], [0.06, 0.2, 0.04], [0.03, 0.02, 0.15]])
    truth = np.mean(2 * chances.diagonal() / (chances.sum(0) + chances.sum(1)))
    covered = 0
    for draw in generator.choice(9, p=chances.ravel(), size=(150, 200)):
        gold, answers = [labels[at // 3] for at in draw], [labels[at % 3] for at in draw]
        metric = METRICS["macro_f1"]()
        metric.replicates = 500
        score = metric.scores(make_sheet(gold, answers, labels=labels))[0]
        covered += score.low <= truth <= score.high
    assert 0.90 <= covered / 150 <= 0.99


def test_bleu_is_sacrebleus_and_carries_its_signature(make_sheet: Make) -> None:
    metric = METRICS["bleu"]()
    score = metric.scores(make_sheet(REFERENCES, ANSWERS, GENERATE))[0]
    assert score.value == pytest.approx(sacrebleu.corpus_bleu(ANSWERS, [REFERENCES]).score)
    assert score.note.startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:")
    assert score.low < score.value < score.high


def test_rouge_is_rouge_scores_on_plain_text(make_sheet: Make) -> None:
    theirs = RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"])
    for score in METRICS["rouge"]().scores(make_sheet(REFERENCES, ANSWERS, GENERATE)):
        expected = [
            theirs.score("\n".join(sentences(a)), "\n".join(sentences(b)))[score.metric].fmeasure
            for a, b in zip(REFERENCES, ANSWERS, strict=True)
        ]
        assert score.value == pytest.approx(np.mean(expected))
        assert score.low < score.value < score.high


def test_chrf_is_sacrebleus_and_carries_its_signature(make_sheet: Make) -> None:
    score = METRICS["chrf"]().scores(make_sheet(REFERENCES, ANSWERS, GENERATE))[0]
    assert score.value == pytest.approx(sacrebleu.corpus_chrf(ANSWERS, [REFERENCES]).score)
    assert score.note.startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:")
    assert score.low < score.value < score.high


def squad_f1(answer: str, gold: str) -> float:
    """F1 of SQuAD's official script (Rajpurkar et al. 2016), for texts without articles."""

    def tokens(text: str) -> list[str]:
        lowered = "".join(sign for sign in text.lower() if sign not in set(string.punctuation))
        return " ".join(re.sub(r"\b(a|an|the)\b", " ", lowered).split()).split()

    mine, theirs = tokens(answer), tokens(gold)
    same = sum((Counter(mine) & Counter(theirs)).values())
    if not mine or not theirs:
        return float(mine == theirs)
    if same == 0:
        return 0.0
    precision, recall = same / len(mine), same / len(theirs)
    return 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("Paris", "Paris, France"),
        ("In 1998.", "1998"),
        ("to be or not to be", "be to not be"),
        ("nothing", "all of it"),
        ("...", "word"),
    ],
)
def test_token_f1_is_squads(answer: str, gold: str, make_sheet: Make) -> None:
    score = METRICS["token_f1"]().scores(make_sheet([gold], [answer], GENERATE))[0]
    assert score.value == pytest.approx(squad_f1(answer, gold))


def test_token_f1_keeps_letters_beyond_a_to_z(make_sheet: Make) -> None:
    sheet = make_sheet(["Žluťoučký kůň"], ["kůň žluťoučký"], GENERATE)
    assert METRICS["token_f1"]().scores(sheet)[0].value == 1


@pytest.mark.parametrize(
    "text", ["Ünïcödé führt übel", "東京 は 大きい", "मैं ठीक हूँ", "это работает"]
)
def test_rouge_keeps_letters_beyond_a_to_z(text: str, make_sheet: Make) -> None:
    assert RougeScorer(["rougeL"]).score(text, text)["rougeL"].fmeasure < 1 or text[0] == "Ü"
    sheet = make_sheet([text], [text], GENERATE)
    assert METRICS["rouge"]().scores(sheet)[0].value == 1


def test_overlap_is_rouge_l() -> None:
    scorer = RougeScorer(["rougeL"])
    for reference, answer in zip(REFERENCES, ANSWERS, strict=True):
        theirs = scorer.score(reference, answer)["rougeL"].fmeasure
        assert overlap(answer, reference) == pytest.approx(theirs)


class NoSynonyms:
    def synsets(self, _word: str) -> list[str]:
        return []


def test_meteor_is_nltks_without_synonyms_and_says_so(make_sheet: Make) -> None:
    metric = METRICS["meteor"]()
    score = metric.scores(make_sheet(REFERENCES, ANSWERS, GENERATE))[0]
    expected = [
        single_meteor_score(words(a), words(b), wordnet=NoSynonyms())
        for a, b in zip(REFERENCES, ANSWERS, strict=True)
    ]
    assert score.value == pytest.approx(np.mean(expected))
    assert score.note.startswith("METEOR exact+stem; without synonyms")


def test_meteor_is_the_formula_of_its_paper(make_sheet: Make) -> None:
    reference, answer = "the cats sat on mats", "on the mat cat sat"
    matches, _, _ = align_words(
        words(answer), words(reference), stemmer=PorterStemmer(), wordnet=NoSynonyms()
    )
    precision = recall = len(matches) / 5
    mean = 10 * precision * recall / (recall + 9 * precision)
    chunks = 3 + 1  # on | the | mat | cat sat
    expected = mean * (1 - 0.5 * (chunks / len(matches)) ** 3)
    score = METRICS["meteor"]().scores(make_sheet([reference], [answer], GENERATE))[0]
    assert score.value == pytest.approx(expected)


WORDNET = {
    "noun": [("car", "auto"), ("dog", "hound")],
    "verb": [("begin", "start")],
    "adj": [("quick", "fast")],
    "adv": [("well", "good")],
}
LEXNAMES = ["adj.all", "adj.pert", "adv.all", "noun.Tops"]


def write_wordnet(folder: Path) -> None:
    """Write a WordNet of a few synonyms in the format of the real one."""
    folder.mkdir(parents=True)
    for part, pairs in WORDNET.items():
        data, index = "  1 WordNet 3.0 Copyright 2006 by Princeton University.\n", ""
        for pair_ in pairs:
            mark = part[0] if part != "adv" else "r"
            named = " ".join(f"{word} 0" for word in pair_)
            tail = " 00 | told" if part == "verb" else " | told"
            at = f"{len(data):08d}"
            index += "".join(f"{word} {mark} 1 0 1 0 {at}\n" for word in pair_)
            data += f"{at} 03 {mark} {len(pair_):02x} {named} 000{tail}\n"
        (folder / f"data.{part}").write_text(data)
        (folder / f"index.{part}").write_text(index)
        (folder / f"{part}.exc").write_text("")
    names = "".join(f"{at:02d}\t{name}\t1\n" for at, name in enumerate(LEXNAMES))
    (folder / "lexnames").write_text(names)
    for name in ("index.sense", "cntlist.rev"):
        (folder / name).write_text("")


def test_meteor_knows_synonyms_where_there_is_a_wordnet(tmp_path: Path) -> None:
    """In a process of its own: nltk looks for its data once."""
    write_wordnet(tmp_path / "corpora" / "wordnet")
    program = """
from evaluation.metrics import METRICS
metric = METRICS["meteor"]()
print(metric.compute(predictions=["the hound will start well"],
                     references=["the dog will begin good"])["meteor"])
print(metric.method)
"""
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={"NLTK_DATA": str(tmp_path), "PATH": "/usr/bin", "HOME": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    value, method = run.stdout.splitlines()
    assert float(value) == pytest.approx(1 - 0.5 * (1 / 5) ** 3)  # all five match, in one chunk
    assert method == "METEOR exact+stem+WordNet 3.0"


def test_bits_per_byte_are_of_the_completion_alone(make_task: Make, make_rows: Make) -> None:
    rows = make_rows(["card", "caf\u00e9"], ["a long prompt that costs nothing"] * 2)
    answers = [
        Prediction(example_id=row.id, answer="x", text="", reference_nll=nats, reference_tokens=2)
        for row, nats in zip(rows, (2.0, 1.0), strict=True)
    ]
    sheet = pair(make_task(GENERATE), rows, answers)
    score = METRICS["bits_per_byte"]().scores(sheet)[0]
    assert score.value == pytest.approx(3 / math.log(2) / (4 + 5))


def test_the_length_ratio_is_of_sums(make_sheet: Make) -> None:
    sheet = make_sheet(["one two", "one two three four"], ["one", "one two"], GENERATE)
    assert METRICS["length_ratio"]().scores(sheet)[0].value == 3 / 6


def test_perplexity_weighs_tokens_not_rows(make_task: Make, make_rows: Make) -> None:
    rows = make_rows(["card", "cash"])
    costs = [(1.0, 1), (90.0, 30)]
    answers = [
        Prediction(
            example_id=row.id, answer="card", text="", reference_nll=nll, reference_tokens=tokens
        )
        for row, (nll, tokens) in zip(rows, costs, strict=True)
    ]
    score = METRICS["perplexity"]().scores(pair(make_task(), rows, answers))[0]
    assert score.value == pytest.approx(math.exp(91 / 31))


def test_perplexity_is_undefined_where_a_row_has_no_likelihood(make_sheet: Make) -> None:
    sheet = make_sheet(["card", "cash"], ["card", "card"])
    bare = (sheet.predictions[0].model_copy(update={"reference_nll": None}), sheet.predictions[1])
    score = METRICS["perplexity"]().scores(type(sheet)(sheet.task, sheet.rows, bare))[0]
    assert score.value is None
    assert score.undefined == "because 1 of 2 predictions carry no likelihood"


@pytest.mark.parametrize("name", ["bleu", "rouge", "meteor"])
def test_overlap_with_a_blank_reference_is_undefined(name: str, make_sheet: Make) -> None:
    for score in METRICS[name]().scores(make_sheet(["a word", " ..."], ["a word", "x"], GENERATE)):
        assert score.value is None
        assert score.undefined == "because 1 of 2 references have no words"


def test_a_label_without_rows_has_no_score_of_its_own(make_sheet: Make) -> None:
    sheet = make_sheet(["card", "card"], ["card", "card"])
    recall = {score.metric: score for score in METRICS["macro_recall"]().scores(sheet)}
    assert recall["macro_recall"].value == 1
    assert recall["recall[cash]"].value is None
    assert recall["recall[cash]"].undefined == "because 'cash' has no gold row"


def test_perfect_answers_leave_room_for_doubt(make_sheet: Make) -> None:
    gold = ["card", "cash", "refund"] * 10
    score = METRICS["macro_f1"]().scores(make_sheet(gold, gold))[0]
    assert score.value == score.high == 1
    assert 0.6 < score.low < 0.99


def test_f1_of_a_rare_label_is_covered_on_fifty_rows(make_sheet: Make) -> None:
    chances = np.full((3, 3), 0.02) + np.diag([0.45, 0.4, 0.03])
    chances /= chances.sum()
    truth = 2 * chances[2, 2] / (chances[2].sum() + chances[:, 2].sum())
    draws = np.random.default_rng(12).choice(9, p=chances.ravel(), size=(150, 50))
    found = []
    for draw in draws:
        gold, answers = [f"l{at // 3}" for at in draw], [f"l{at % 3}" for at in draw]
        metric = METRICS["macro_f1"]()
        metric.replicates = 50
        score = metric.scores(make_sheet(gold, answers, labels=("l0", "l1", "l2")))[-1]
        if score.value is not None:
            found.append(score.low <= truth <= score.high)
    assert len(found) > 100
    assert np.mean(found) > 0.92
