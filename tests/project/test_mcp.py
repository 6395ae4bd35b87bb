"""A real client, in a process of its own, asks an app that is served by the command."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult

from vouch.app.decide import decide
from vouch.journal.journal import Journal

SERVED = '''
from vouch import App, Prompt, Scripted, tool
from vouch.errors import BadRequest
from vouch.tools.approvals import above
from vouch.values.message import ToolCall

@tool(effect="write", approval=above("amount", 50))
def pay(amount: int) -> str:
    """Pay."""
    print("this is not for the client")
    return f"paid {amount}"

def line(request):
    last = request.messages[-1]
    if last.role == "tool":
        return last.text
    if last.text.startswith("pay"):
        return ToolCall("call-1", "pay", '{"amount": %s}' % last.text.split()[1])
    if last.text == "break":
        return BadRequest("not that one")
    return " and ".join(message.text for message in request.messages if message.role == "user")

app = App(name="till", models=[Scripted(line)], tools=[pay])
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "vouch.toml").write_text('[apps]\ntill = "app:app"\n')
    (tmp_path / "app.py").write_text(SERVED)
    return tmp_path


@asynccontextmanager
async def served(root: Path) -> AsyncIterator[Callable[..., Any]]:
    """A client's `ask`."""
    path = {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = StdioServerParameters(command=sys.executable, args=["-m", "vouch", "mcp", str(root)], env=path)
    async with Client(command) as client:

        async def ask(input: str | None = None, *, tool: str = "ask", **more: str) -> CallToolResult:
            return await client.call_tool(tool, {"input": input, **more} if input is not None else more)

        (listed,) = (await client.list_tools()).tools
        assert (listed.name, listed.title, listed.description) == ("ask", "Ask till", "Ask the app 'till'.")
        assert listed.annotations is not None
        assert listed.annotations.read_only_hint is False
        yield ask


async def test_a_conversation_goes_on_by_its_run_and_ends_with_the_client(root: Path) -> None:
    async with served(root) as ask:
        first = await ask("one")
        assert first.structured_content == {
            "run": first.structured_content["run"],
            "status": "answered",
            "output": "one",
            "why": "",
        }
        name = first.structured_content["run"]
        assert [block.text for block in first.content] == ["one", f"[answered, run {name}]"]
        assert (await ask("two", run=name)).structured_content["output"] == "one and two"
        assert (await ask("pay 5")).structured_content["output"] == "paid 5"
        waiting = (await ask("pay 500")).structured_content
        assert (waiting["status"], waiting["why"]) == ("waiting", "to approve: pay: amount = 500")

        broken = await ask("break")
        assert (broken.is_error, broken.structured_content["why"]) == (True, "BadRequest: not that one")
        for arguments, why in (
            ({"input": ""}, "`input` is empty; say something, or name the run to look after"),
            ({}, "Object missing required field `input`"),
            ({"input": "x", "question": "y"}, "Object contains unknown field `question`"),
            ({"input": "x", "run": "nothing"}, "no run 'nothing' in"),
            ({"input": "x", "tool": "tell"}, "there is no tool 'tell'; there is: ask"),
        ):
            refused = await ask(**arguments)
            assert refused.is_error
            assert why in refused.content[0].text

        async with await Journal.open(root / ".vouch" / "journal.db") as journal:
            await decide(journal, waiting["run"], "approve", who="ann")
        assert (await ask("", run=waiting["run"])).structured_content["output"] == "paid 500"
        late = (await ask("pay 600")).structured_content["run"]
    async with await Journal.open(root / ".vouch" / "journal.db") as journal:
        rows = {row.run: row.status for row in await journal.runs()}
    assert rows.pop(late) == "waiting"
    assert sorted(str(status) for status in rows.values()) == ["answered", "answered", "answered", "failed"]
