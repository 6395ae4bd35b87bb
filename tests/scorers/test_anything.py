"""Whatever a model says and a case expects: every scorer gives a share, or says that it cannot judge."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vouch import scorers
from vouch.contracts.scorer import CorpusScorer, Scorer
from vouch.values.case import Case
from vouch.values.result import Called, Found, Made, Result

SCORERS: tuple[Scorer, ...] = (
    scorers.exact(),
    scorers.label(),
    scorers.number(),
    scorers.number(whole=True, relative=0.1),
    scorers.contains("any"),
    scorers.contains("all"),
    scorers.regex(),
    scorers.squad("f1"),
    scorers.rouge("2", stemmed=True),
    scorers.rouge("L"),
    scorers.bleu(),
    scorers.chrf(words=True),
    scorers.label_f1("macro"),
    scorers.span_f1(),
    scorers.span_f1(scheme="BIOES"),
    scorers.fields(),
    scorers.fields(whole=True, closed=True, tolerance=0.1),
    scorers.path("any order", arguments=True),
    scorers.path(arguments=True),
    scorers.final_state(),
    scorers.goal(),
    scorers.knowledge_kept(),
    scorers.turns(3),
    scorers.latency(2),
    scorers.cost("0.1"),
    scorers.refusal(),
    scorers.no_personal_data(),
    scorers.uninjected(),
    scorers.retrieval("ndcg"),
    scorers.context("recall"),
    scorers.context("precision"),
    scorers.context("relevancy"),
    scorers.groundedness(),
    scorers.groundedness(against="input"),
    scorers.every(scorers.part("a", scorers.label()), scorers.number()),
)

TEXTS = st.sampled_from(
    [
        *("", "a", "12.5", "1e400", "NaN", "-", "B-PER", "O", "the cat sat", "\ud800x", "\x00", "💥é", "ß İ ı", "²"),
        *("[", '{"a":1}', '{"a":"\\ud800"}', "[1,2", '```json\n{"a": NaN}\n```', "1,2,3,4", "١٢٣", "∞", "(a+)+$", "\\"),
        *("x@y.zz +1 (555) 123-4567", "DE00 0000 0000 0000 0000 00", "[" * 5000, "( " * 200),
    ]
)
LEAVES = TEXTS | st.sampled_from([None, True, False, 0, 1, -1, 10**400, 1.5, float("nan"), float("inf")])
KEYS = st.sampled_from(["a", "tool", "arguments", "state", "said", "unsaid", "", "\ud800"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)


@pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: scorer.name)
@given(
    st.tuples(TEXTS, VALUES),
    st.tuples(st.sampled_from(["answered", "failed", "abstained", "blocked"]), TEXTS, VALUES),
    st.lists(TEXTS, max_size=2),
)
@settings(max_examples=40)
async def test_every_scorer_gives_a_share_or_no_judgement(
    scorer: Scorer, case: tuple[str, Any], result: tuple[Any, str, Any], more: list[str]
) -> None:
    asked = Case("c", case[0] or "?", case[1], then=tuple(more))
    status, output, state = result
    found = tuple(Found(text, text) for text in more)
    called = tuple(Called(text, output) for text in more)
    made = tuple(Made(text, output, text) for text in more)
    run = Result("r", status, output, found=found, said=tuple(more), state=state, called=called, made=made)
    score = await scorer.score(asked, run)
    assert score.value is None or 0 <= score.value <= 1
    assert score.right or score.why
    if isinstance(scorer, CorpusScorer) and (tally := scorer.tally(asked, run)) is not None:
        assert 0 <= scorer.figure(tally) <= 1


@pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: scorer.name)
@pytest.mark.parametrize(
    ("expected", "output"),
    [
        # Half a character: a model may give it, and no JSON holds it.
        ({"a": 1}, "\ud800"),
        ("\ud800", '{"a": 1}'),
        ([{"tool": "\ud800"}], "["),
        (["B-PER"], "[\ud800"),
        ({"a": 10**400}, "1"),
        ({"a": float("nan")}, "[" * 100_000),
    ],
)
async def test_what_broke_scorers_once(scorer: Scorer, expected: Any, output: str) -> None:
    found = (Found("a", "a"),)
    made = (Made("pay", output, ""),)
    called = (Called("pay", output),)
    run = Result("r", "answered", output, found=found, made=made, called=called, state={"a": output})
    score = await scorer.score(Case("c", "?", expected), run)
    assert score.value is None or 0 <= score.value <= 1
