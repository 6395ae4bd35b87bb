from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from vouch.bench.row import Row
from vouch.bench.shots import Shots
from vouch.errors import UsageError
from vouch.models.minilm.minilm import MiniLM

TEXTS = ("the film was wonderful", "my card is lost", "a dull picture", "where is my credit card?", "I lost my card")
ROWS = [Row("train", text, "x", f"label {place}") for place, text in enumerate(TEXTS)]


@pytest_asyncio.fixture
async def embedder() -> AsyncIterator[MiniLM]:
    opened = MiniLM.open()
    yield opened
    await opened.aclose()


async def test_the_nearest_are_shown_but_never_the_question_itself(embedder: MiniLM, tmp_path: Path) -> None:
    shots = Shots(ROWS, k=2, asks="Label", embedder=embedder, cache=tmp_path)
    found = await shots.recall("I lost my card")
    assert [passage.document for passage in found] == ["example 2", "example 4"]
    assert found[0].text == "my card is lost\nLabel: label 1"
    assert found[0].score > found[1].score > 0.3
    assert all(passage.trusted for passage in found)


async def test_vectors_are_kept_and_broken_ones_made_anew(embedder: MiniLM, tmp_path: Path) -> None:
    async def nearest(cache: Path) -> str:
        return (await Shots(ROWS, k=1, asks="Label", embedder=embedder, cache=cache).recall("a great movie"))[
            0
        ].document

    assert await nearest(tmp_path) == "example 1"
    [kept] = tmp_path.iterdir()  # noqa: ASYNC240
    vectors = np.load(kept)
    np.save(kept, np.roll(vectors, 1, axis=0))
    assert await nearest(tmp_path) == "example 2"
    kept.write_bytes(b"no vectors")
    assert await nearest(tmp_path) == "example 1"
    (tmp_path / "file").write_text("x")
    assert await nearest(tmp_path / "file" / "below") == "example 1"


async def test_random_and_first_are_the_same_for_every_question() -> None:
    first = Shots(ROWS, k=2, asks="Label", select="first")
    assert [passage.document for passage in await first.recall("?")] == ["example 1", "example 2"]
    assert [passage.document for passage in await first.recall(TEXTS[0])] == ["example 2", "example 3"]
    drawn = Shots(ROWS, k=3, asks="Label", select="random", seed=1)
    again = Shots(ROWS, k=3, asks="Label", select="random", seed=1)
    assert await drawn.recall("?") == await drawn.recall("!") == await again.recall("?")
    assert len(await Shots(ROWS, k=99, asks="Label", select="random").recall("?")) == 5


async def test_another_choice_is_another_version(embedder: MiniLM) -> None:
    several = [
        Shots(ROWS, k=2, asks="Label", select="first"),
        Shots(ROWS, k=3, asks="Label", select="first"),
        Shots(ROWS, k=2, asks="Label", select="random", seed=1),
        Shots(ROWS, k=2, asks="Label", embedder=embedder),
        Shots(ROWS[:4], k=2, asks="Label", embedder=embedder),
    ]
    assert len({shots.version for shots in several}) == 5
    assert several[0].version == Shots(ROWS, k=2, asks="Label", select="first", embedder=embedder).version


def test_what_cannot_be_chosen_is_told() -> None:
    with pytest.raises(UsageError, match="no rows to show"):
        Shots([], k=2, asks="Label", select="first")
    with pytest.raises(UsageError, match="need an embedder"):
        Shots(ROWS, k=2, asks="Label")
    with pytest.raises(UsageError, match="'best'; there are: nearest, random, first"):
        Shots(ROWS, k=2, asks="Label", select="best")  # type: ignore[arg-type]
