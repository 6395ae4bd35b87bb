from __future__ import annotations

import pytest

from vouch.contracts.router import Candidate, Query
from vouch.routing.gates import refusal, refusals


@pytest.mark.parametrize(
    ("query", "candidate", "told"),
    [
        (Query("x", tokens=900, output_tokens=200), Candidate("a", context=1000), "1,100 tokens, and it takes 1,000"),
        (Query("x", needs=("image", "sound")), Candidate("a", modalities=("image",)), "cannot read sound"),
        (Query("x", tools=1), Candidate("a", tools=False), "cannot call tools"),
        (Query("x", region="eu"), Candidate("a", regions=("us",)), "runs in us, and the data must stay in eu"),
        (Query("x", data="personal"), Candidate("a", data=("public",)), "may see public, not personal data"),
    ],
)
def test_every_gate(query: Query, candidate: Candidate, told: str) -> None:
    assert refusal(query, candidate) == told
    assert refusal(query, Candidate("b", modalities=("image", "sound"))) == ""


def test_only_those_refused_are_told() -> None:
    query = Query("x", region="eu")
    assert list(refusals(query, [Candidate("a", regions=("us",)), Candidate("b", regions=("eu", "us"))])) == ["a"]
