"""Searches, and what wraps them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.knowledge.made import VECTORS, cut, document, entry

from vouch.contracts.index import Change, Entry, Scope
from vouch.errors import UsageError
from vouch.knowledge.condition import read_condition
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.question import Library, Question, Retriever
from vouch.knowledge.searches import dense, hybrid, keyword
from vouch.knowledge.wrapping import diverse, merged, recent, reranked, stitched, windowed
from vouch.values.document import Chunk, Document, Hit

RETURNS = document(
    "returns.md", "Returns take a week.", "Bring the receipt.", "Shoes cannot come back.", date="2024-01-01"
)
LAMPS = document("lamps.md", "Lamps are bright.", "Lamps use bulbs.", date="2026-01-01")
STAFF = document("staff.md", "Staff returns lamps by post.", access=["staff"])


async def library(folder: Path, *documents: Document) -> Library:
    engine = ExactEngine(folder / "index")
    await engine.write(Change([entry(each) for each in documents], embedder=VECTORS.fingerprint))
    index = await engine.snapshot()
    assert index is not None
    return Library(index, VECTORS)


async def texts(retriever: Retriever, text: str, among: Library, limit: int = 5, **scope: Any) -> list[str]:
    found = await retriever.find(Question(text, limit, Scope(**scope)), among)
    assert len(found) <= limit
    return [hit.chunk.text for hit in found]


@pytest.mark.parametrize(
    "retriever", [keyword(), dense(), hybrid(), hybrid(fusion="reciprocal"), hybrid(decomposed=True)]
)
async def test_each_search_finds_the_best_first_within_its_scope(tmp_path: Path, retriever: Retriever) -> None:
    among = await library(tmp_path, RETURNS, LAMPS, STAFF)
    assert (await texts(retriever, "returns take a week", among, 2))[0] == "Returns take a week."
    assert "Staff returns lamps by post." not in await texts(retriever, "staff returns lamps", among)
    assert (await texts(retriever, "staff returns lamps", among, access=("staff",)))[
        0
    ] == "Staff returns lamps by post."
    only = read_condition("date > '2025'")
    assert set(await texts(retriever, "returns lamps", among, where=only)) == {"Lamps are bright.", "Lamps use bulbs."}


async def test_hits_say_by_which_search(tmp_path: Path) -> None:
    among = await library(tmp_path, LAMPS)
    for retriever, by in ((keyword(), "keyword"), (dense(), "dense"), (hybrid(), "hybrid")):
        assert {hit.by for hit in await retriever.find(Question("lamps"), among)} == {by}


async def test_each_part_of_a_long_question_is_found(tmp_path: Path) -> None:
    noise = [document(f"{number}.md", f"Something about returns number {number}.") for number in range(20)]
    among = await library(
        tmp_path, *noise, document("x.md", "Gift cards expire."), document("y.md", "Bulbs are fragile.")
    )
    question = "Tell me something about returns number 3. When do gift cards expire? Are the bulbs fragile?"
    found = await texts(hybrid(decomposed=True), question, among, 3)
    assert {"Gift cards expire.", "Bulbs are fragile."} <= set(found)


async def test_without_an_embedder_meaning_cannot_be_searched(tmp_path: Path) -> None:
    among = Library((await library(tmp_path, LAMPS)).index)
    assert await texts(keyword(), "lamps", among)
    for retriever in (dense(), hybrid()):
        with pytest.raises(UsageError, match="keyword"):
            await retriever.find(Question("lamps"), among)


async def test_a_window_shows_the_neighbours_once(tmp_path: Path) -> None:
    among = await library(tmp_path, RETURNS, LAMPS)
    found = await windowed(keyword()).find(Question("receipt"), among)
    assert [(hit.chunk.text, hit.chunk.span) for hit in found] == [(RETURNS.text, (0, len(RETURNS.text)))]
    assert len(await windowed(keyword()).find(Question("receipt shoes returns"), among)) == 1
    assert (await texts(windowed(keyword(), 0, 0), "receipt", among)) == ["Bring the receipt."]


def test_stitching_keeps_the_places_of_the_text() -> None:
    text = "One two three.\n\nFour five six. Seven."
    spans = [(0, 14), (8, 20), (16, 30), (31, 37)]
    chunks = [Chunk(str(start), "d", text[start:end], (start, end)) for start, end in spans]
    assert stitched(chunks, chunks[1]).text == text
    assert stitched(chunks, chunks[1]).span == (0, 37)
    assert stitched(chunks[:1], chunks[0]) is chunks[0]
    apart = [chunks[0], Chunk("x", "d", text[16:20], (16, 20))]
    assert stitched(apart, apart[0]).text == text[:20]


async def nested(folder: Path) -> Library:
    text = "Alpha lamp. Beta lamp. Gamma chair. Delta tables."
    spans = [(0, 11), (12, 22), (23, 35), (36, 49)]
    parent = Chunk("p", "n.md", text[:35], (0, 35))
    parts = [
        Chunk(f"c{number}", "n.md", text[a:b], (a, b), number, parent="p" if b <= 35 else "")
        for number, (a, b) in enumerate(spans)
    ]
    engine = ExactEngine(folder / "index")
    rows = VECTORS.encode([each.text for each in (parent, *parts)])
    await engine.write(Change([Entry("n.md", "1", [parent, *parts], rows)], embedder=VECTORS.fingerprint))
    index = await engine.snapshot()
    assert index is not None
    return Library(index, VECTORS)


async def test_enough_parts_are_merged_into_their_parent(tmp_path: Path) -> None:
    among = await nested(tmp_path)
    assert await texts(merged(keyword()), "lamp", among) == ["Alpha lamp. Beta lamp. Gamma chair."]
    assert set(await texts(merged(keyword(), share=0.9), "lamp", among)) == {"Alpha lamp.", "Beta lamp."}
    assert await texts(merged(keyword()), "tables", among) == ["Delta tables."]


async def test_variety_brings_something_new(tmp_path: Path) -> None:
    same = [document(f"{number}.md", "Lamps are bright and lamps are warm.") for number in range(4)]
    among = await library(tmp_path, *same, document("other.md", "Lamps need bulbs."))
    plain = await texts(dense(), "lamps are bright and warm", among, 2)
    assert len(set(plain)) == 1
    assert len(set(await texts(diverse(dense(), variety=0.8), "lamps are bright and warm", among, 2))) == 2
    assert await texts(diverse(keyword()), "bulbs", among) == ["Lamps need bulbs."]


async def test_recency_halves_what_is_old(tmp_path: Path) -> None:
    dated = [document(f"{year}.md", "Prices of lamps.", date=f"{year}-01-01") for year in (2020, 2023, 2025)]
    more = [document("none.md", "Prices of lamps."), document("odd.md", "Prices of lamps.", date="soon")]
    among = await library(tmp_path, *dated, *more, document("far.md", "Prices.", date="2025-06-01T00:00:00+00:00"))
    retriever = recent(keyword(), now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    found = await retriever.find(Question("prices lamps", 6), among)
    order = [hit.chunk.document for hit in found]
    assert order.index("2025.md") < order.index("2023.md") < order.index("2020.md")
    by_document = {hit.chunk.document: hit.score for hit in found}
    assert by_document["2025.md"] == pytest.approx(0.5, abs=0.001)
    assert by_document["none.md"] == by_document["odd.md"] == 0.5
    assert await recent(keyword()).find(Question("nothing"), among) == []


def test_names_tell_all_settings() -> None:
    one = [
        keyword(),
        dense(),
        hybrid(),
        windowed(keyword()),
        merged(keyword()),
        diverse(keyword()),
        recent(keyword()),
        reranked(keyword()),
    ]
    two = [
        hybrid(weight=0.4),
        hybrid(fusion="reciprocal"),
        hybrid(candidates=9),
        hybrid(decomposed=True),
        windowed(keyword(), 2),
        merged(keyword(), share=0.4),
        diverse(keyword(), variety=0.4),
        recent(keyword(), field="at"),
        recent(keyword(), half_life=3),
        reranked(keyword(), weight=0.4),
        windowed(dense()),
    ]
    names = [each.name for each in (*one, *two)]
    assert len(set(names)) == len(names)
    assert all(isinstance(each, Retriever) for each in one)


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (hybrid, {"weight": 1.1}),
        (hybrid, {"fusion": "magic"}),
        (hybrid, {"candidates": 0}),
        (windowed, {"inner": keyword(), "before": -1}),
        (merged, {"inner": keyword(), "share": 0}),
        (diverse, {"inner": keyword(), "variety": -0.1}),
        (recent, {"inner": keyword(), "half_life": 0}),
        (reranked, {"inner": keyword(), "weight": 2}),
    ],
)
def test_settings_out_of_range_are_refused(make: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=make.__name__):
        make(**settings)


def test_a_hit_is_what_was_cut() -> None:
    assert [chunk.text for chunk in cut(LAMPS)] == ["Lamps are bright.", "Lamps use bulbs."]
    assert Hit(cut(LAMPS)[0], 1.0).by == ""
