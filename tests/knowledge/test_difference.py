"""What differs between two versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.knowledge.made import VECTORS, document, entry

from vouch.contracts.index import Change, IndexEngine
from vouch.errors import UsageError
from vouch.knowledge.difference import Difference, between
from vouch.knowledge.exact.engine import ExactEngine


async def test_added_changed_and_removed(tmp_path: Path) -> None:
    engine = ExactEngine(tmp_path)
    with pytest.raises(UsageError, match="no version yet"):
        await between(engine)
    put = [document("a.md", "Lamps."), document("b.md", "Chairs."), document("c.md", "Tables.")]
    first = await engine.write(Change([entry(each) for each in put], embedder=VECTORS.fingerprint))
    with pytest.raises(UsageError, match="no version is older than"):
        await between(engine)
    change = Change([entry(document("b.md", "Other.")), entry(document("d.md", "New."))], ["c.md"], VECTORS.fingerprint)
    second = await engine.write(change)
    assert await between(engine) == Difference(first, second, ("d.md",), ("b.md",), ("c.md",))
    assert await between(engine, second, first) == Difference(second, first, ("c.md",), ("b.md",), ("d.md",))
    await engine.rollback()
    assert (await between(engine, second)).added == ("c.md",)
    with pytest.raises(UsageError, match="no version 'x'; there are"):
        await between(engine, "x")
    with pytest.raises(UsageError, match="no version is older than 'x'"):
        await between(engine, "", "x")


async def test_an_engine_that_opens_the_live_version_alone(tmp_path: Path) -> None:
    class Live:
        snapshot = write = forget = rollback = versions = ExactEngine.snapshot

    engine = Live()
    assert isinstance(engine, IndexEngine)
    with pytest.raises(UsageError, match="Live opens no version but the live one"):
        await between(engine)
