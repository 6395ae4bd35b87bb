from __future__ import annotations

import math

import pytest

from vouch.judges.weighted import Scale, weighted, written_score
from vouch.values.request import TokenLogprob

FIVE = Scale(1, 5)


def token(text: str, top: dict[str, float] | None = None, p: float | None = None) -> TokenLogprob:
    shares = top or {text: 1.0}
    logprob = math.log(shares[text] if p is None else p)
    return TokenLogprob(text, logprob, tuple((other, math.log(share)) for other, share in shares.items()))


def tokens(*parts: str | TokenLogprob) -> list[TokenLogprob]:
    return [token(part) if isinstance(part, str) else part for part in parts]


def test_a_score_is_the_mean_of_all_scores_by_their_probability() -> None:
    given = tokens('{"reason": "ok", "score":', " ", token("4", {"4": 0.6, "5": 0.3, "3": 0.05, "x": 0.05}), "}")
    assert weighted(given, FIVE) == pytest.approx((4 * 0.6 + 5 * 0.3 + 3 * 0.05) / 0.95, abs=1e-12)


def test_spaces_and_signs_around_an_alternative_do_not_make_it_another_score() -> None:
    given = tokens("Score:", token(" 4", {" 4": 0.5, "4": 0.2, " 5": 0.2, " 4th": 0.05, " five": 0.05}))
    assert weighted(given, FIVE) == pytest.approx((4 * 0.7 + 5 * 0.2) / 0.9, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ('{"reason": "3 of 5 points, a score of 2 at most", "score": 4}', 4),
        ('{"score": 4, "reason": "a score of 2 would be harsh; 17 words"}', 4),
        ('{"score": "4", "reason": "quoted"}', 4),
        ("I give 3 stars in two of 5 cases.\nScore: 4\n(of 5)", 4),
        ("**Final score:** 4/5", 4),
        ("I would say the rating is 4, not 9 or 10.", 4),
        ("4", 4),
        ("Score: 4.5", 4.5),
        ("between 3 and 4", None),
        ("none at all", None),
    ],
)
def test_the_score_is_found_wherever_it_stands(text: str, score: float | None) -> None:
    found = written_score(text)
    assert (found.score if found else None) == score
    if found is not None:
        assert float(text[found.start : found.end]) == score


def test_the_score_need_not_be_the_last_digit() -> None:
    given = tokens(
        '{"score": ', token("2", {"2": 0.5, "1": 0.5}), ', "reason": "', token("7", {"7": 0.9, "5": 0.1}), '"}'
    )
    assert weighted(given, FIVE) == pytest.approx(1.5, abs=1e-12)


def test_ties_weigh_alike() -> None:
    assert weighted(tokens(token("3", {"1": 0.25, "3": 0.25, "5": 0.25, "2": 0.25})), FIVE) == pytest.approx(2.75)


def test_what_is_beyond_the_scale_is_left_out() -> None:
    given = tokens("Score: ", token("4", {"4": 0.4, "9": 0.4, "0": 0.1, "4.5": 0.1}))
    assert weighted(given, FIVE) == pytest.approx(4)
    assert weighted(given, Scale(0, 9, whole=False)) == pytest.approx((1.6 + 3.6 + 0.45) / 1.0)


def test_a_score_of_several_tokens_is_a_walk() -> None:
    # "3" goes on to ".", and that to 5 or 7; 4 and 2 end at once.
    given = tokens(
        '{"score": ',
        token("3", {"3": 0.5, "4": 0.3, "2": 0.2}),
        token(".", {".": 0.8, "}": 0.2}),
        token("5", {"5": 0.6, "7": 0.4}),
        "}",
    )
    expected = 0.3 * 4 + 0.2 * 2 + 0.5 * (0.2 * 3 + 0.8 * (0.6 * 3.5 + 0.4 * 3.7))
    assert weighted(given, Scale(1, 5, whole=False)) == pytest.approx(expected, abs=1e-12)


def test_ten_may_be_two_tokens() -> None:
    given = tokens("Score: ", token("1", {"1": 0.7, "9": 0.3}), token("0", {"0": 0.9, "\n": 0.1}))
    assert weighted(given, Scale(1, 10)) == pytest.approx(0.3 * 9 + 0.7 * (0.9 * 10 + 0.1 * 1), abs=1e-12)


def test_a_token_that_was_written_counts_though_it_is_not_among_the_likeliest() -> None:
    given = tokens("Score: ", token("2", {"4": 0.6, "5": 0.3}, p=0.1))
    assert weighted(given, FIVE) == pytest.approx((0.2 + 2.4 + 1.5) / 1.0, abs=1e-12)


def test_a_token_may_hold_more_than_the_score() -> None:
    given = tokens('{"score', token('":4}', {'":4}': 0.5, '":5}': 0.5}))
    assert weighted(given, FIVE) == pytest.approx(4.5)


def test_no_score_or_none_of_the_scale_has_no_weight() -> None:
    assert weighted(tokens("no score"), FIVE) is None
    assert weighted(tokens("Score: ", token("9", {"9": 1.0})), FIVE) is None
    assert weighted([], FIVE) is None


def test_a_scale_says_what_it_holds() -> None:
    assert str(Scale(0, 1, whole=False)) == "a number from 0 to 1"
    assert [FIVE.holds(score) for score in (5, 5.5, 0)] == [True, False, False]
    assert FIVE.share(4) == 0.75
