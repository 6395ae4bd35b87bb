"""The embedder: against sentence-transformers' own vectors, and how it behaves when many ask at once."""

from __future__ import annotations

import asyncio
import json
import math
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.models.minilm import tiny

from vouch.contracts.embedder import Embedder
from vouch.errors import ConfigError, UsageError
from vouch.models.minilm.minilm import MiniLM

TEXTS = ["my order is late", "where is my refund?", "please", "", "my order is late", "refund my orders"]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[MiniLM]:
    made = MiniLM.open(tiny.write(tmp_path / "model"))
    yield made
    made.close()


class Counted:
    """The real encoder, counting the texts that reach it, and slow on demand."""

    def __init__(self, model: MiniLM, pause: float = 0.0) -> None:
        self.batches: list[int] = []
        self.threads: set[str] = set()
        self._inner = model._encoder
        self._pause = pause
        self.dimensions = self._inner.dimensions

    def vectors(self, texts: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        self.batches.append(len(texts))
        self.threads.add(threading.current_thread().name)
        time.sleep(self._pause)
        return self._inner.vectors(texts)


def watch(model: MiniLM, monkeypatch: pytest.MonkeyPatch, pause: float = 0.0) -> Counted:
    counted = Counted(model, pause)
    monkeypatch.setattr(model, "_encoder", counted)
    return counted


def test_the_vectors_are_those_of_sentence_transformers() -> None:
    try:
        model = MiniLM.open()
    except ConfigError as absent:
        pytest.skip(str(absent))
    rows = json.loads((Path(__file__).parent / "reference.json").read_text(encoding="utf-8"))
    found = model.encode([row["text"] for row in rows])
    model.close()
    assert found.shape == (24, 384)
    assert np.abs(found[:, :16] - np.array([row["first"] for row in rows])).max() < 3e-6
    cosines = np.array([math.cos(place) for place in range(384)])
    assert np.abs(found @ cosines - np.array([row["checksum"] for row in rows])).max() < 2e-5


def test_it_is_an_embedder_of_unit_vectors(small: MiniLM) -> None:
    assert isinstance(small, Embedder)
    found = small.encode(TEXTS)
    assert found.shape == (len(TEXTS), small.dimensions)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert np.array_equal(found[0], found[4])


def test_order_and_company_do_not_matter(small: MiniLM, tmp_path: Path) -> None:
    found = small.encode(TEXTS)
    for place, text in enumerate(TEXTS):
        alone = MiniLM.open(tmp_path / "model", remember=0)
        assert np.abs(alone.encode([text])[0] - found[place]).max() < 1e-6
        alone.close()


def test_equal_texts_are_computed_once_and_remembered(small: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = watch(small, monkeypatch)
    first = small.encode(TEXTS)
    assert sum(counted.batches) == len(set(TEXTS))
    assert np.array_equal(small.encode(TEXTS), first)
    assert sum(counted.batches) == len(set(TEXTS))


async def test_the_event_loop_stays_free(small: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = watch(small, monkeypatch, pause=0.1)
    asked = asyncio.create_task(small.embed(TEXTS))
    turns = 0
    while not asked.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns >= 5
    assert np.array_equal(await asked, small.encode(TEXTS))
    assert counted.threads == {"minilm_0"}


async def test_calls_that_wait_are_computed_together(small: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = watch(small, monkeypatch, pause=0.05)
    texts = [f"my order {'is ' * number}" for number in range(12)]
    found = await asyncio.gather(*[small.embed([text]) for text in texts])
    assert len(counted.batches) <= 2 + 1
    assert np.array_equal(np.concatenate(found), small.encode(texts))


async def test_a_long_call_lets_a_short_one_through(small: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    watch(small, monkeypatch, pause=0.02)
    many = ["my " * (number % 12) + "order " * (number // 12 % 12) for number in range(144)]
    long = asyncio.create_task(small.embed(many))
    await asyncio.sleep(0.01)
    await small.embed(["where is my refund"])
    assert not long.done()
    assert np.array_equal(await long, small.encode(many))


async def test_nothing_and_a_call_given_up(small: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await small.embed([])).shape == (0, small.dimensions)
    assert small.encode([]).shape == (0, small.dimensions)
    counted = watch(small, monkeypatch, pause=0.05)
    busy = asyncio.create_task(small.embed(["order"]))
    await asyncio.sleep(0.01)
    given_up = asyncio.create_task(small.embed(["late"]))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    await busy
    await small.embed(["refund"])
    assert sum(counted.batches) == 2


async def test_an_error_reaches_everybody_who_waits(small: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "_encoder", None)
    found = await asyncio.gather(small.embed(["a"]), small.embed(["b"]), return_exceptions=True)
    assert [type(error) for error in found] == [AttributeError, AttributeError]


async def test_what_is_no_text_is_refused(small: MiniLM) -> None:
    texts: list[str] = ["a", None]  # type: ignore[list-item]
    with pytest.raises(UsageError, match="given None to embed; wanted is a list of texts"):
        small.encode(texts)
    with pytest.raises(UsageError, match="given None to embed"):
        await small.embed(texts)


def test_a_broken_character_is_no_obstacle(small: MiniLM) -> None:
    assert np.array_equal(small.encode(["order \ud800"]), small.encode(["order ?"]))


def test_more_threads_give_the_same_vectors(small: MiniLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vouch.models.minilm.minilm._BATCH", 20)
    many = ["my " * (number % 12) + "order" for number in range(40)]
    wide = MiniLM.open(tmp_path / "model", threads=2)
    counted = watch(wide, monkeypatch)
    assert np.abs(wide.encode(many) - small.encode(many)).max() < 1e-6
    assert len(counted.batches) > 2
    assert all(name.startswith("minilm-lane") for name in counted.threads)
    wide.close()


def test_the_fingerprint_changes_with_the_files(small: MiniLM, tmp_path: Path) -> None:
    other = MiniLM.open(tiny.write(tmp_path / "other", weights=tiny.tensors(1)))
    again = MiniLM.open(tiny.write(tmp_path / "again"))
    shorter = MiniLM.open(tiny.write(tmp_path / "shorter", longest=8))
    assert small.fingerprint == again.fingerprint
    assert len({small.fingerprint, other.fingerprint, shorter.fingerprint}) == 3
    for model in (other, again, shorter):
        model.close()


def test_settings_that_cannot_work_are_refused(tmp_path: Path) -> None:
    tiny.write(tmp_path, longest=17)
    with pytest.raises(ConfigError, match="texts of 17 tokens, but its weights end at 16"):
        MiniLM.open(tmp_path)
    with pytest.raises(ConfigError, match="threads = 0; wanted is a whole number from 1 up"):
        MiniLM.open(tmp_path, threads=0)


async def test_closing_finishes_what_is_under_way(small: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    watch(small, monkeypatch, pause=0.05)
    asked = asyncio.create_task(small.embed(["order"]))
    await asyncio.sleep(0.01)
    await small.aclose()
    assert (await asked).shape == (1, small.dimensions)
    with pytest.raises(RuntimeError):
        await small.embed(["late"])
