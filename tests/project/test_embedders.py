"""Embedders by name: whom a project's apps know by, opened by its house."""

from __future__ import annotations

from pathlib import Path

import pytest

import vouch
from vouch.app.app import App
from vouch.app.house import House, Wired
from vouch.app.run import run
from vouch.app.subagent import as_tool
from vouch.errors import ConfigError
from vouch.knowledge.knowledge import Knowledge
from vouch.models.minilm.minilm import MiniLM
from vouch.models.openai.embed import OpenAIEmbedder
from vouch.models.scripted import Scripted
from vouch.project.config import Config, read_config
from vouch.project.project import Project
from vouch.project.wiring import wire
from vouch.prompts.prompt import Prompt
from vouch.values.message import ToolCall

PROMPT = Prompt.text("Know: {{ passages }}", inputs={"passages": {"type": "array", "items": {"type": "object"}}})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "returns.md").write_text("# Returns\n\nShoes may be sent back within 30 days.")
    (tmp_path / "vouch.toml").write_text(
        '[providers.house]\naddress = "http://127.0.0.1:9/v1"\n[providers.badly]\naddress = "ftp://somewhere"\n'
    )
    return tmp_path


async def wired(folder: Path) -> House:
    return await wire(read_config(folder / "vouch.toml"), folder)


async def test_embedders_of_this_machine_and_of_servers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with await wired(folder) as house:
        local = house.embedder("local/minilm")
        assert isinstance(local, MiniLM)
        assert house.embedder("local/minilm") is local is house.shared["minilm"]
        remote = house.embedder("house/nomic@768")
        assert isinstance(remote, OpenAIEmbedder)
        assert (remote.name, remote.dimensions) == ("house/nomic", 768)
        with pytest.raises(ConfigError, match="needs a key"):
            house.embedder("openai/text-embedding-3-small")
        monkeypatch.setenv("OPENAI_API_KEY", "key-0123456789")
        known = house.embedder("openai/text-embedding-3-small")
        assert known.dimensions == 1536
        assert house.embedder("openai/text-embedding-3-small@256").dimensions == 256


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere/large", "embedder 'nowhere/large': there is no provider 'nowhere'; there are: .*badly, .*local"),
        ("local/other", "there is no local embedder 'local/other'; there is: local/minilm"),
        ("house/nomic", "the length of its vectors is not known; write it behind the name, such as 'house/nomic@768'"),
        ("house/nomic@many", "the length of its vectors is not known"),
        ("badly/nomic@768", r"\[providers.badly\]: an address has scheme 'ftp'"),
        ("house/nomic@0", r"\[providers.house\]: .*dimensions 0"),
    ],
)
async def test_a_name_that_gives_no_embedder_says_what_there_is(folder: Path, name: str, message: str) -> None:
    async with await wired(folder) as house:
        with pytest.raises(ConfigError, match=message):
            house.embedder(name)


async def test_a_house_without_embedders_says_so(house: House, folder: Path) -> None:
    knowledge = Knowledge("policy/*.md", root=folder)
    assert isinstance(knowledge, Wired)
    app = App(name="shop", models=[Scripted(["Yes."])], prompt=PROMPT, knowledge=knowledge)
    with pytest.raises(ConfigError, match="this house opens no embedder, and 'local/minilm' is wanted"):
        await run(app, "shoes", house)


async def test_the_house_of_a_run_opens_the_embedder(folder: Path) -> None:
    model = Scripted(["Yes.", "Yes."])
    app = App(name="shop", models=[model], prompt=PROMPT, knowledge=Knowledge("policy/*.md", root=folder))
    for number in range(2):  # of another house the second time
        async with await wired(folder) as house:
            assert (await run(app, "May I send shoes back?", house)).status == "answered"
        assert "within 30 days" in model.requests[number].messages[0].text


async def test_tools_and_the_apps_among_them_are_furnished(folder: Path) -> None:
    known = Knowledge("policy/*.md", root=folder)
    finder = App(
        name="finder",
        models=[Scripted([ToolCall("c", "search_knowledge", '{"query": "shoes"}'), "Within 30 days."])],
        tools=[known.tool()],
    )
    asked = Scripted([ToolCall("c", "ask_finder", '{"input": "shoes?"}'), "Done."])
    agent = as_tool(finder, description="Ask the finder.", name="ask_finder")
    project = Project.find(folder)
    app = project.furnish(App(name="shop", models=[asked], tools=[agent]))
    with pytest.raises(ConfigError, match=r"'local/minilm' is opened by a house; take one first"):
        await known.recall("shoes")
    async with await project.house() as house:
        result = await run(app, "Ask about shoes.", house)
        assert result.output == "Done."
        assert (await known.recall("shoes"))[0].document == "policy/returns.md"
    assert "Within 30 days." in asked.requests[-1].messages[-1].text


def test_a_script_needs_no_house(folder: Path) -> None:
    app = App(name="shop", models=[Scripted(["Yes."])], prompt=PROMPT, knowledge=Knowledge("policy/*.md", root=folder))
    assert vouch.run(app, "May I send shoes back?", folder=folder).output == "Yes."
    assert Project(folder, Config()) == Project(folder, Config())
