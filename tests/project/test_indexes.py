"""Where vouch.toml says that the index of what apps know is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from vouch.app.app import App
from vouch.app.subagent import as_tool
from vouch.errors import ConfigError
from vouch.knowledge.engines.edge.engine import EdgeEngine
from vouch.knowledge.engines.growing import GrowingEngine
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.knowledge import Knowledge
from vouch.project.config import read_config
from vouch.project.engines.setup import Setup
from vouch.project.project import Project
from vouch.prompts.prompt import Prompt

PROMPT = Prompt.text("Know: {{ passages }}", inputs={"passages": {"type": "array", "items": {"type": "object"}}})


def project(folder: Path, index: str = "") -> Project:
    (folder / "vouch.toml").write_text(index)
    for name in ("lamps", "returns"):
        (folder / f"{name}.md").write_text(f"All about {name}.")
    return Project(folder, read_config(folder / "vouch.toml"))


def app(knowledge: Knowledge | None, *tools: object) -> App:
    return App(name="shop", models=["local/classifier"], prompt=PROMPT, knowledge=knowledge, tools=tools)  # pyright: ignore[reportArgumentType]


async def test_every_index_of_an_app_is_kept_there_each_for_itself(tmp_path: Path) -> None:
    lamps = Knowledge("lamps.md", root=tmp_path, embedder=None)
    returns = Knowledge("returns.md", root=tmp_path, embedder=None)
    own = ExactEngine(tmp_path / "own")
    chosen = Knowledge("*.md", root=tmp_path, embedder=None, engine=own)
    inner = app(chosen)
    whole = app(lamps, returns.tool(), as_tool(inner, description="Ask the shop."))
    project(tmp_path, '[index]\nengine = "exact:indexes"').furnish(whole)
    assert [each.document for each in await lamps.recall("lamps")] == ["lamps.md"]
    assert [each.document for each in await returns.recall("returns")] == ["returns.md"]
    assert isinstance(lamps.engine, ExactEngine)
    assert isinstance(returns.engine, ExactEngine)
    assert lamps.engine.folder.parent == returns.engine.folder.parent == tmp_path / "indexes"
    assert lamps.engine.folder != returns.engine.folder
    assert chosen.engine is own


async def test_what_was_indexed_before_is_left_behind_for_the_new_place(tmp_path: Path) -> None:
    project(tmp_path)
    lamps = Knowledge("lamps.md", root=tmp_path, embedder=None)
    assert await lamps.recall("lamps")
    assert isinstance(lamps.engine, GrowingEngine)
    project(tmp_path, '[index]\nengine = "elsewhere"').furnish(app(lamps))
    assert await lamps.engine.snapshot() is None
    assert [each.document for each in await lamps.recall("lamps")] == ["lamps.md"]
    assert isinstance(lamps.engine, ExactEngine)
    assert lamps.engine.folder.parent == tmp_path / "elsewhere"


async def test_without_a_word_nothing_changes(tmp_path: Path) -> None:
    lamps = Knowledge("lamps.md", root=tmp_path, embedder=None)
    project(tmp_path).furnish(app(lamps))
    assert isinstance(lamps.engine, GrowingEngine)


async def test_knowledge_may_name_an_address_itself(tmp_path: Path) -> None:
    pytest.importorskip("qdrant_edge")
    lamps = Knowledge("lamps.md", root=tmp_path, embedder=None, engine="edge:.vouch/lamps")
    project(tmp_path, '[index]\nengine = "exact:indexes"').furnish(app(lamps))
    assert [each.document for each in await lamps.recall("lamps")] == ["lamps.md"]
    assert isinstance(lamps.engine, EdgeEngine)
    assert lamps.engine.folder == tmp_path / ".vouch" / "lamps"


async def test_a_key_comes_from_the_environment_and_a_bad_address_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamps = Knowledge("lamps.md", root=tmp_path, embedder=None)
    with_key = project(tmp_path, '[index]\nengine = "pinecone://host/handbook"\nkey_env = "INDEX_KEY"')
    monkeypatch.delenv("INDEX_KEY", raising=False)
    with_key.furnish(app(lamps))
    with pytest.raises(ConfigError, match=r"'pinecone://host/handbook' needs a host, .*, and a key"):
        await lamps.recall("lamps")
    monkeypatch.setenv("INDEX_KEY", "index-key-0123456789\n")
    async with await with_key.house() as house:
        key = Setup(with_key.config, tmp_path, house.journal, lambda name, make: make()).keys()
        assert "index-key-0123456789" in key
    project(tmp_path, '[index]\nengine = "sqlite:index"').furnish(app(lamps))
    with pytest.raises(ConfigError, match="a scheme that is not known"):
        await lamps.recall("lamps")
