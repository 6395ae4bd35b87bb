"""Labelled spans, equal to seqeval."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vouch import scorers
from vouch.errors import AppError
from vouch.scorers.corpus import total
from vouch.scorers.spans import read_tags, spans

from .given import pair, scored

TAGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B", "E-A", "S-A", "E-B", "S-B", "B", "I"]), max_size=8)


def test_spans_of_some_rows_of_tags() -> None:
    assert spans(["B-PER", "I-PER", "O", "B-LOC"]) == [("PER", 0, 2), ("LOC", 3, 4)]
    assert spans(["O", "I-PER", "I-LOC"]) == [("PER", 1, 2), ("LOC", 2, 3)]
    assert spans(["O", "I-PER", "I-PER"], "BIO") == []
    assert spans(["B-PER", "E-PER", "S-LOC", "B-LOC"], "BIOES") == [("PER", 0, 2), ("LOC", 2, 3)]
    assert spans([]) == spans(["O"]) == []


async def test_a_case_has_its_own_f1() -> None:
    wanted = ["B-PER", "I-PER", "O", "B-LOC"]
    assert (await scored(scorers.span_f1(), wanted, json.dumps(wanted))).right
    half = await scored(scorers.span_f1(), wanted, "B-PER I-PER O")
    assert half.value == pytest.approx(2 / 3)
    assert half.why == "spans [('PER', 0, 2)] are not [('PER', 0, 2), ('LOC', 3, 4)]"
    assert (await scored(scorers.span_f1(), ["O", "O"], "O what")).right
    assert (await scored(scorers.span_f1(), ["O", "O"], "S-X O O O")).value == 0.0
    assert (await scored(scorers.span_f1(), wanted, "I cannot", status="failed")).value == 0.0
    assert (await scored(scorers.span_f1(), ["B-PER", "X"], "O O")).unscored
    assert scorers.span_f1(scheme="BIO").name == "span_f1(average='micro', scheme='BIO')"


def test_tags_are_read_from_json_and_from_words() -> None:
    assert read_tags('["B-A", "what"]') == ["B-A", "O"]
    assert read_tags("B-A, O\nwhat,") == ["B-A", "O", "O"]
    assert read_tags("7") == []


@pytest.mark.parametrize("settings_", [{"average": "mean"}, {"scheme": "IO"}])
def test_other_settings_are_refused(settings_: dict[str, Any]) -> None:
    with pytest.raises(AppError, match="are wanted"):
        scorers.span_f1(**settings_)


@settings(max_examples=300)
@given(TAGS)
def test_spans_are_those_of_seqeval(tags: list[str]) -> None:
    pytest.importorskip("seqeval")
    from seqeval.metrics.sequence_labeling import get_entities
    from seqeval.scheme import IOB2, IOBES, Tokens

    assert spans(tags) == [(label, start, end + 1) for label, start, end in get_entities(tags)]
    assert spans(tags, "BIOES") == [(span.tag, span.start, span.end) for span in Tokens(tags, IOBES).entities]
    plain = [tag for tag in tags if tag[0] in "BIO"]
    assert spans(plain, "BIO") == [(span.tag, span.start, span.end) for span in Tokens(plain, IOB2).entities]


@given(st.lists(st.tuples(TAGS.filter(bool), st.randoms(use_true_random=False)), min_size=1, max_size=5))
@pytest.mark.parametrize("average", ["micro", "macro", "weighted"])
def test_figures_are_those_of_seqeval(average: Any, rows: list[tuple[list[str], Any]]) -> None:
    library = pytest.importorskip("seqeval.metrics")
    gold = [row for row, _ in rows]
    given_ = [[source.choice([tag, "O", "B-A"]) for tag in row] for row, source in rows]
    scorer = scorers.span_f1(average)
    tallies = [scorer.tally(*pair(one, json.dumps(other))) for one, other in zip(gold, given_, strict=True)]
    found = scorer.figure(total(tally for tally in tallies if tally is not None))
    if any(spans(row) for row in (*gold, *given_)):
        assert found == pytest.approx(library.f1_score(gold, given_, average=average, zero_division=0))
    else:
        assert found == 0.0
