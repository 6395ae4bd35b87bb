from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from vouch.app.house import House
from vouch.bench.bench import Options, Room, bench
from vouch.bench.catalogue import TASKS
from vouch.contracts.embedder import Embedder
from vouch.errors import ConfigError, UsageError
from vouch.models.minilm.minilm import MiniLM
from vouch.project.config import read_config
from vouch.project.wiring import wire
from vouch.testing.fault import Fault
from vouch.testing.provider import StandIn
from vouch.values.event import KnowledgeFound, PromptRendered

GOOD = ("a joy to watch", "warm and witty", "a great film", "superb acting", "I loved it", "funny and moving")
BAD = ("a dull mess", "boring from start to end", "a waste of time", "I hated it", "bland and slow", "badly acted")


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """Twelve reviews to learn from, and eight to be asked."""
    rows = [(split, text, label) for label, texts in (("1", GOOD), ("0", BAD)) for split, text in _split(texts)]
    file = tmp_path / "sst2.csv"
    file.write_text("split,text,label\n" + "\n".join(",".join(row) for row in rows), "utf-8")
    return file


def _split(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("train", f"{text} indeed") for text in texts] + [("test", f"it was {text}") for text in texts[:4]]


def critic(body: dict[str, Any]) -> str:
    """Right about everything but what it calls witty."""
    asked = body["messages"][-1]["content"].removesuffix("\nLabel:").split("\n")[-1]
    if "witty" in asked:
        return "hard to say"
    return "Label: Positive." if any(text in asked for text in GOOD) else "negative"


Houses = Callable[..., Any]


@pytest_asyncio.fixture
async def houses(tmp_path: Path) -> AsyncIterator[Houses]:
    """A room around a project whose provider `critic` is a stand-in."""

    @asynccontextmanager
    async def make(provider: StandIn) -> AsyncIterator[Room]:
        toml = tmp_path / "vouch.toml"
        toml.write_text(
            f'[providers.critic]\naddress = "{provider.address}"\n'
            '[prices."critic/a"]\ninput = "1"\noutput = "2"\n[retry]\nattempts = 1\n'
        )
        async with await wire(read_config(toml), tmp_path) as house:
            yield Room(house=house, embedder=lambda: _shared(house), cache=tmp_path / "cache")

    yield make


def _shared(house: House) -> Embedder:
    if "minilm" not in house.shared:
        house.shared["minilm"] = MiniLM.open()
    found = house.shared["minilm"]
    assert isinstance(found, MiniLM)
    return found


async def test_a_prompted_model_beside_taught_ones(reviews: Path, houses: Houses) -> None:
    async with StandIn(reply=critic) as provider, houses(provider) as room:
        models = ["critic/a", "local/classifier", "baseline/frequent"]
        lines = await bench(TASKS["sst2"], reviews, models, room, options=Options(shots=(0, 2)))
        prompts = [body["messages"] for body in provider.requests]
    assert [(line.model, line.shots, line.select, line.taught) for line in lines] == [
        ("critic/a", 0, "", 0),
        ("critic/a", 2, "nearest", 0),
        ("local/classifier", None, "", 12),
        ("baseline/frequent", None, "", 12),
    ]
    zero, few, classifier, frequent = lines
    for line in (zero, few):
        assert (line.n, line.unreadable, line.unanswered, line.cached) == (8, 1, 0, 0)
        assert (line.figure.name, line.figure.interval.estimate) == ("accuracy", 7 / 8)
        assert line.cost is not None
        assert line.cost.amount > 0
    assert few.usage.input_tokens > zero.usage.input_tokens > 0
    assert classifier.figure.interval.estimate > frequent.figure.interval.estimate == 0.5
    assert (classifier.usage.total_tokens, str(frequent.cost)) == (0, "0 USD")
    assert min(classifier.learning, frequent.learning, zero.median or 0.0, zero.p95 or 0.0) > 0
    assert zero.where == "from test"
    shown = [messages[-1]["content"] for messages in prompts]
    assert all("negative\npositive" in messages[0]["content"] for messages in prompts)
    assert sum(text == "it was a joy to watch\nLabel:" for text in shown) == 1
    [one] = [text for text in shown if text.startswith("a joy") and text.endswith("it was a joy to watch\nLabel:")]
    assert re.fullmatch(r"a joy to watch indeed\nLabel: positive\n\n.+\nLabel: \w+\n\nit was .+\nLabel:", one)


async def test_a_second_benchmark_asks_nothing_and_says_the_same(reviews: Path, houses: Houses) -> None:
    async with StandIn(reply=critic) as provider:
        seen: list[list[Any]] = []
        for _ in range(2):
            async with houses(provider) as room:
                options = Options(shots=(2,))
                seen.append(
                    await bench(TASKS["sst2"], reviews, ["critic/a", "baseline/frequent"], room, options=options)
                )
        first, second = seen
        assert len(provider.requests) == 8
        async with houses(provider) as room:
            await bench(TASKS["sst2"], reviews, ["critic/a"], room, options=Options(shots=(2,), fresh=True))
        assert len(provider.requests) == 16
    assert [line.cached for line in second] == [8, 8]
    assert second[1].learning == 0.0
    for before, after in zip(first, second, strict=True):
        same = ("figure", "more", "cost", "usage", "median", "p95", "unreadable")
        assert [getattr(before, name) for name in same] == [getattr(after, name) for name in same]


async def test_the_journal_says_which_examples_stood_with_a_question(reviews: Path, houses: Houses) -> None:
    async with StandIn(reply=critic) as provider, houses(provider) as room:
        options = Options(shots=(3,), select="first", n=1)
        await bench(TASKS["sst2"], reviews, ["critic/a"], room, options=options)
        runs = await room.house.journal.runs(app="bench-sst2")
        events = [event.body for run in runs for event in await room.house.journal.read(run.run)]
    [found] = [body for body in events if isinstance(body, KnowledgeFound)]
    assert [hit["document"] for hit in msgspec.json.decode(str(found.hits))] == ["example 1", "example 2", "example 3"]
    assert found.untrusted == ()
    assert any(isinstance(body, PromptRendered) and "a joy to watch indeed" in str(body.messages) for body in events)


async def test_runs_that_fail_count_as_wrong_and_say_why(reviews: Path, houses: Houses) -> None:
    async with StandIn(reply=critic, faults=[Fault(kind="error", share=0.4)]) as provider, houses(provider) as room:
        [line] = await bench(TASKS["sst2"], reviews, ["critic/a"], room, options=Options(concurrency=1))
    assert 0 < line.unanswered < 8
    assert line.figure.interval.estimate <= (8 - line.unanswered) / 8
    assert (line.figure.interval.n, line.n) == (8, 8)
    assert line.why.startswith("the run ended as 'failed': Overloaded")


async def test_without_models_the_local_ones_of_the_task_are_asked(tmp_path: Path, houses: Houses) -> None:
    lines = [f"{name}\tB-person\nsleeps\tO\n" for name in ("Ada", "Alan", "Grace", "Edgar", "Mary", "John")]
    (tmp_path / "wnut17train.conll").write_text("\n".join(lines), "utf-8")
    (tmp_path / "emerging.test.conll").write_text("Linda\tB-person\nsleeps\tO\n", "utf-8")
    async with StandIn() as provider, houses(provider) as room:
        done: list[tuple[str, int, int]] = []

        def follow(what: str) -> Callable[[int, int], None]:
            return lambda at, n: done.append((what, at, n))

        room = Room(house=room.house, embedder=room.embedder, progress=follow)
        found = await bench(TASKS["wnut17"], tmp_path, [], room)
    assert [(line.model, line.figure.name) for line in found] == [
        ("baseline/frequent", "span F1"),
        ("baseline/tagger", "span F1"),
    ]
    assert [line.figure.interval.estimate for line in found] == [0.0, 1.0]
    assert done == [("wnut17 · baseline/frequent · taught", 1, 1), ("wnut17 · baseline/tagger · taught", 1, 1)]


async def test_a_model_that_is_not_there_is_told_before_anything_is_asked(reviews: Path, houses: Houses) -> None:
    async with StandIn(reply=critic) as provider, houses(provider) as room:
        for name, told in (("other/a", "no provider 'other'"), ("baseline/x", "no baseline 'baseline/x'")):
            with pytest.raises(UsageError, match=told):
                await bench(TASKS["sst2"], reviews, ["critic/a", name], room)
        with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
            await bench(TASKS["sst2"], reviews, ["critic/a", "openai/gpt-4o-mini"], room)
        assert provider.requests == []


@pytest.mark.parametrize("wrong", [{"n": -1}, {"train": -1}, {"shots": ()}, {"shots": (0, -8)}, {"select": "best"}])
def test_options_that_make_no_sense_are_told(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"are wanted"):
        Options(**wrong)


async def test_temperature_can_be_left_to_the_provider(reviews: Path, houses: Houses) -> None:
    async with StandIn(reply=critic) as provider, houses(provider) as room:
        for temperature in (0.0, None):
            await bench(TASKS["sst2"], reviews, ["critic/a"], room, options=Options(n=1, temperature=temperature))
    assert [body.get("temperature", "left") for body in provider.requests] == [0.0, "left"]
