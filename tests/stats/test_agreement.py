"""Trust in a judge: kappa as statsmodels has it, errors by class, and what it is swayed by."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from vouch.errors import UsageError
from vouch.stats import agreement, binomial, paired


def _labels(seed: int, n: int = 150) -> tuple[list[int], list[int]]:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 4, n)
    judged = np.where(random.random(n) < 0.6, truth, np.clip(truth + random.integers(-1, 2, n), 0, 3))
    return truth.tolist(), judged.tolist()


@pytest.mark.parametrize(("weighting", "theirs"), [("none", None), ("linear", "linear"), ("quadratic", "quadratic")])
def test_kappa_is_that_of_statsmodels(weighting: agreement.Weighting, theirs: str | None) -> None:
    truth, judged = _labels(1)
    found = agreement.kappa(truth, judged, order=[0, 1, 2, 3], weighting=weighting)
    table = np.zeros((4, 4))
    np.add.at(table, (truth, judged), 1)
    reference = cohens_kappa(table, wt=theirs)
    assert found.estimate == pytest.approx(float(reference.kappa))
    assert found.high - found.low == pytest.approx(2 * 1.959964 * float(reference.std_kappa), rel=1e-6)
    assert found.n == 150


def test_kappa_covers() -> None:
    random = np.random.default_rng(2)
    covered = 0
    for _ in range(400):
        truth = random.random(200) < 0.6
        judged = np.where(random.random(200) < 0.7, truth, random.random(200) < 0.6)
        found = agreement.kappa(truth.tolist(), judged.tolist())
        covered += found.low <= 0.7 <= found.high
    assert covered / 400 == pytest.approx(0.95, abs=0.03)


def test_perfect_and_no_agreement() -> None:
    assert agreement.kappa("abcabc", "abcabc").estimate == 1.0
    assert agreement.kappa("aabb", "abab").estimate == 0.0
    assert agreement.share("aabb", "aaba") == binomial.interval(3, 4)


def test_errors_by_class() -> None:
    found = agreement.error_rates(["ok"] * 90 + ["bad"] * 10, ["ok"] * 85 + ["bad"] * 12 + ["ok"] * 2 + ["odd"])
    ok, bad, odd = found
    assert (ok.label, ok.n, ok.called, ok.missed) == ("ok", 90, 87, binomial.interval(5, 90))
    assert ok.false == binomial.interval(2, 87)
    assert (bad.n, bad.called, bad.missed, bad.false) == (10, 12, binomial.interval(3, 10), binomial.interval(5, 12))
    assert (odd.n, odd.called, odd.missed) == (0, 1, None)
    assert odd.false is not None
    assert odd.false.low == pytest.approx(binomial.interval(1, 1).low)
    assert agreement.error_rates(["a"], ["b"])[0].false is None


def test_position_bias() -> None:
    winner, swapped = [1, 1, 1, 1, 2, 2, 1, None, 0, 0], [1, 2, 2, 2, 1, 2, 0, 1, 0, None]
    found = agreement.position_bias(winner, swapped)
    assert found.agreement == binomial.interval(3, 10)
    assert (found.first, found.second, found.other) == (3, 1, 3)
    assert found.p == paired.p_different(3, 1)
    assert found.favours_first == binomial.interval(3, 4)
    fair = agreement.position_bias([1, 2], [1, 2])
    assert (fair.p, fair.favours_first) == (1.0, None)


def test_length_bias() -> None:
    lengths = [(10, 5)] * 6 + [(5, 10)] * 4 + [(7, 7), (9, 3)]
    judged = [1] * 6 + [2] * 4 + [1, None]
    people = [1] * 3 + [2] * 3 + [2] * 2 + [1] * 2 + [1, 1]
    found = agreement.length_bias(judged, people, lengths)
    assert (found.judge, found.people) == (binomial.interval(10, 10), binomial.interval(5, 10))
    assert (found.difference, found.p) == (paired.difference(0, 5, 10), paired.p_different(0, 5))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: agreement.share([], []), "0 labels and 0"),
        (lambda: agreement.kappa(["a"], []), "1 labels and 0"),
        (lambda: agreement.kappa(["a", "a"], ["a", "a"]), "one label only"),
        (lambda: agreement.kappa([1, 2], [2, 1], weighting="linear"), "order = "),
        (lambda: agreement.kappa([1, 2], [3, 1], order=[1, 2]), r"missing are \[3\]"),
        (lambda: agreement.kappa([1, 2], [2, 1], confidence=95), "confidence = 95: a share"),
        (lambda: agreement.length_bias([1], [1], []), "1 verdicts, 1 of people, 0 lengths"),
        (lambda: agreement.length_bias([1], [1], [(2, 2)]), "no pair has two winners"),
        (lambda: agreement.position_bias([1], []), "1 labels and 0"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
