"""What is learned from labelled vectors: accuracy, honest trials, calibration, and the smallest cases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.models.classifier.words import sentences, vectors

from vouch.models.classifier.head import _folds, learn
from vouch.values.request import Example


def taught(examples: tuple[Example, ...]) -> tuple[np.ndarray, list[str]]:
    return vectors([example.input for example in examples]), [example.output for example in examples]


def test_it_learns_and_is_calibrated_on_new_texts() -> None:
    head = learn(*taught(sentences(100, least=0)))
    x, labels = taught(sentences(300, least=0, seed=1))
    judged = head.judge(x)
    right = np.array(head.classes)[judged.chosen] == np.array(labels)
    assert 0.75 < right.mean() < 0.95
    assert judged.confidence.mean() == pytest.approx(right.mean(), abs=0.04)
    sure = judged.confidence >= np.median(judged.confidence)
    assert right[sure].mean() > right[~sure].mean()


def test_learning_twice_gives_the_same() -> None:
    first, second = (learn(*taught(sentences(20))) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)
    assert first.pool == second.pool


def test_trials_are_of_examples_not_seen() -> None:
    """Labels that have nothing to do with the texts cannot be known about texts not seen."""
    x, labels = taught(sentences(60))
    shuffled = np.random.default_rng(0).permutation(labels).tolist()
    head = learn(x, shuffled)
    right = head.trials.chosen == head.labels
    assert right.mean() < 0.45
    assert head.trials.confidence.mean() == pytest.approx(right.mean(), abs=0.12)
    assert (head.judge(x).chosen == head.labels).mean() > right.mean()


def test_trials_are_calibrated_too() -> None:
    head = learn(*taught(sentences(100, least=0)))
    right = head.trials.chosen == head.labels
    assert head.trials.confidence.mean() == pytest.approx(right.mean(), abs=0.04)


@pytest.mark.parametrize("each", [1, 2, 3])
def test_very_few_examples_are_enough_to_begin(each: int) -> None:
    head = learn(*taught(sentences(each)))
    judged = head.judge(vectors(["refund money back return cash", "parcel delivery late courier arrive"]))
    assert [head.classes[place] for place in judged.chosen] == ["refund", "shipping"]
    assert judged.confidence.max() < 1 - 1 / (3 * each + 1) / 2
    assert len(head.trials.chosen) == 3 * each


def test_a_label_with_one_example_can_be_answered() -> None:
    examples = (*sentences(20), Example("unicorn rainbow", "magic"))
    head = learn(*taught(examples))
    assert head.classes[int(head.judge(vectors(["unicorn rainbow"])).chosen[0])] == "magic"
    assert head.classes[int(head.trials.chosen[-1])] != "magic"


def test_the_same_text_with_two_labels_is_no_obstacle() -> None:
    head = learn(vectors(["a word"] * 8), ["yes", "no"] * 4)
    assert head.judge(vectors(["a word"])).confidence[0] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("n", [2, 4, 5, 11, 77])
def test_folds_are_even_and_spread_each_class(n: int) -> None:
    labels = np.arange(n) % 2
    folds = _folds(labels)
    sizes = np.bincount(folds)
    assert len(sizes) == min(5, n)
    assert sizes.max() - sizes.min() <= 1
    for label in (0, 1):
        shares = np.bincount(folds[labels == label], minlength=len(sizes))
        assert shares.max() - shares.min() <= 1


@pytest.mark.data
def test_banking77_is_learned(data: Callable[[str], Path]) -> None:
    """A coarse floor with the test's own word vectors; the real figure is the benchmark's, with real embeddings."""
    lines = data("classify/banking77.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.rsplit(",", 1) for line in lines if line.count('"') % 2 == 0 and line.startswith("train,")][:1500]
    x, labels = vectors([text for text, _ in rows]), [label for _, label in rows]
    random = np.random.default_rng(0).permutation(len(rows))
    head = learn(x[random[:1000]], [labels[place] for place in random[:1000]])
    judged = head.judge(x[random[1000:]])
    found = [head.classes[place] for place in judged.chosen]
    right = np.array(found) == np.array([labels[place] for place in random[1000:]])
    assert right.mean() > 0.6
    assert judged.confidence.mean() == pytest.approx(right.mean(), abs=0.06)
