"""What all scorers of texts promise alike, shown on each of them."""

from __future__ import annotations

import msgspec
import pytest

from vouch import scorers
from vouch.contracts.scorer import Scorer
from vouch.scorers.answer import named, shown
from vouch.values.case import Case
from vouch.values.result import Result, Status

EVERY = [
    (scorers.exact(), "refund"),
    (scorers.label(), "refund"),
    (scorers.contains(), "refund"),
    (scorers.number(), "7"),
    (scorers.regex(), "ref.nd"),
    (scorers.rouge(), "refund"),
    (scorers.bleu(), "refund"),
    (scorers.chrf(), "refund"),
    (scorers.squad(), "refund"),
    (scorers.label_f1(), "refund"),
]
ENDS: list[Status] = ["abstained", "blocked", "stopped", "failed", "waiting"]


@pytest.mark.parametrize(("scorer", "expected"), EVERY)
class TestEveryScorer:
    async def test_satisfies_the_contract_and_is_frozen(self, scorer: Scorer, expected: str) -> None:
        assert isinstance(scorer, Scorer)
        with pytest.raises(AttributeError):
            scorer.name = "other"  # type: ignore[misc]

    @pytest.mark.parametrize("status", ENDS)
    async def test_a_run_without_an_answer_is_not_right(self, scorer: Scorer, expected: str, status: Status) -> None:
        score = await scorer.score(Case("c1", "?", expected), Result("r1", status, output=expected, why="no key"))
        assert (score.scorer, score.value, score.unscored) == (scorer.name, 0.0, False)
        assert score.why == f"no answer, the run ended as {status!r}: no key"

    async def test_an_end_without_reason_is_told_without_one(self, scorer: Scorer, expected: str) -> None:
        score = await scorer.score(Case("c1", "?", expected), Result("r1", "abstained"))
        assert score.why == "no answer, the run ended as 'abstained'"

    @pytest.mark.parametrize("other", [None, True, {"a": 1}, [], ["a", 2]])
    async def test_an_expected_value_of_another_type_is_unscored(
        self, scorer: Scorer, expected: str, other: object
    ) -> None:
        if scorer.name.startswith("squad") and other == []:
            return  # there it is a question without an answer
        score = await scorer.score(Case("c1", "?", other), Result("r1", "answered", output=expected))
        assert score.unscored
        assert not score.right
        assert score.why.startswith(f"case 'c1' expects {other!r}: ")
        assert score.why.endswith("is wanted there")

    @pytest.mark.parametrize("output", ["", "\x00", "9" * 5000, "ref" * 50_000, "\ud800", "((((", "refund\n7"])
    async def test_no_output_raises(self, scorer: Scorer, expected: str, output: str) -> None:
        score = await scorer.score(Case("c1", "?", expected), Result("r1", "answered", output=output))
        assert score.value is None or 0 <= score.value <= 1
        assert bool(score.why) != score.right
        assert len(score.why) < 400


def test_equal_settings_have_equal_names_and_others_have_others() -> None:
    every = [
        scorers.exact(),
        scorers.label(),
        scorers.contains(),
        scorers.contains("any"),
        scorers.contains(exact_case=True),
        scorers.number(),
        scorers.number(tolerance=0.01),
        scorers.number(relative=0.01),
        scorers.number(whole=True),
        scorers.number(decimal_mark=","),
        scorers.regex(),
        scorers.regex("a"),
        scorers.regex("b"),
    ]
    assert len({scorer.name for scorer in every}) == len(every)
    assert scorers.number(tolerance=0.01, whole=True).name == "number(tolerance=0.01, whole=True)"
    assert scorers.regex("a").name == "regex(pattern='a')"
    assert scorers.label().name == "label"
    assert scorers.number(tolerance=0.5) == scorers.number(tolerance=0.5)


def test_the_room_exports_its_factories_only() -> None:
    assert scorers.__all__ == [
        "at_least",
        "bleu",
        "chrf",
        "code",
        "contains",
        "context",
        "cost",
        "every",
        "exact",
        "fields",
        "final_state",
        "goal",
        "groundedness",
        "knowledge_kept",
        "label",
        "label_f1",
        "latency",
        "no_personal_data",
        "number",
        "part",
        "passes",
        "path",
        "refusal",
        "regex",
        "retrieval",
        "rouge",
        "span_f1",
        "sql",
        "squad",
        "turns",
        "uninjected",
    ]
    assert all(callable(getattr(scorers, name)) for name in scorers.__all__)


def test_a_score_survives_the_journal() -> None:
    encoded = msgspec.json.encode(scorers.number(tolerance=0.01))
    assert msgspec.json.decode(encoded, type=type(scorers.number())) == scorers.number(tolerance=0.01)


def test_long_values_are_cut() -> None:
    assert len(shown("x" * 500)) == 120
    assert shown("x") == "'x'"
    assert named("regex", pattern=None, whole=False) == "regex"
