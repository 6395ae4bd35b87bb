"""A real client: of an app in this process, and of one that the command serves in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from vouch.app.app import App
from vouch.app.decide import decide
from vouch.app.house import House
from vouch.contracts.knowledge import Passage
from vouch.errors import BadRequest
from vouch.models.scripted import Scripted
from vouch.project.mcp import Desk
from vouch.prompts.prompt import Prompt
from vouch.tools.approvals import above
from vouch.tools.function import tool
from vouch.values.message import ToolCall
from vouch.values.request import Request


@tool(effect="write", approval=above("amount", 50))
def pay(amount: int) -> str:
    """Pay."""
    return f"paid {amount}"


def line(request: Request) -> ToolCall | str | BadRequest:
    last = request.messages[-1]
    if last.role == "tool":
        return last.text
    if last.text.startswith("pay"):
        return ToolCall("call-1", "pay", f'{{"amount": {last.text.split()[1]}}}')
    if last.text == "break":
        return BadRequest("not that one")
    return " and ".join(message.text for message in request.messages if message.role == "user")


async def told(client: Client, **arguments: str) -> dict[str, Any]:
    return (await client.call_tool("ask", arguments)).structured_content


async def test_a_conversation_goes_on_by_its_run_and_ends_with_the_client(house: House) -> None:
    desk = Desk(App(name="till", models=[Scripted(line)], tools=[pay]), house)
    async with Client(desk.server()) as client:
        (listed,) = (await client.list_tools()).tools
        assert (listed.name, listed.title, listed.description) == ("ask", "Ask till", "Ask the app 'till'.")
        assert listed.annotations is not None
        assert listed.annotations.read_only_hint is False

        first = await told(client, input="one")
        assert first == {
            "run": first["run"],
            "status": "answered",
            "output": "one",
            "why": "",
            "rests_on": [],
            "citations": [],
        }
        second: Any = await client.call_tool("ask", {"input": "two", "run": first["run"]})
        assert [block.text for block in second.content] == ["one and two", f"[answered, run {first['run']}]"]
        assert (await told(client, input="pay 5"))["output"] == "paid 5"
        waiting, late = await told(client, input="pay 500"), await told(client, input="pay 600")
        assert (waiting["status"], waiting["why"]) == ("waiting", "to approve: pay: amount = 500")
        assert await told(client, input="", run=waiting["run"]) == waiting
        await decide(house.journal, waiting["run"], "approve", who="ann")
        assert (await told(client, input="", run=waiting["run"]))["output"] == "paid 500"
    await desk.close()
    rows = {row.run: row.status for row in await house.journal.runs()}
    assert rows.pop(late["run"]) == "waiting"
    assert [str(status) for status in rows.values()] == ["answered", "answered", "answered"]
    await desk.close()


async def test_what_cannot_be_done_is_told_and_never_breaks_the_line(house: House) -> None:
    desk = Desk(App(name="till", models=[Scripted(line)], prompt=Prompt.text("")), house)
    async with Client(desk.server()) as client:
        (listed,) = (await client.list_tools()).tools
        assert listed.annotations is not None
        assert listed.annotations.read_only_hint is True
        broken: Any = await client.call_tool("ask", {"input": "break"})
        assert (broken.is_error, broken.structured_content["why"]) == (True, "BadRequest: not that one")
        for name, arguments, why in (
            ("ask", {"input": ""}, "`input` is empty; say something, or name the run to look after"),
            ("ask", {}, "Object missing required field `input`"),
            ("ask", {"input": "x", "question": "y"}, "Object contains unknown field `question`"),
            ("ask", {"input": "x", "run": "nothing"}, "run 'nothing' was not begun here; leave `run` away"),
            ("ask", {"input": "x", "run": broken.structured_content["run"]}, "has ended (failed); begin a new one"),
            ("tell", {"input": "x"}, "there is no tool 'tell'; there is: ask"),
        ):
            refused: Any = await client.call_tool(name, arguments)
            assert refused.is_error
            assert why in refused.content[0].text


@tool
def mail() -> str:
    """Read the mail."""
    return "Dear assistant"


@tool(effect="write", approval="never", confirm=True, trust="trusted")
def cancel(order: str) -> str:
    """Cancel."""
    CANCELLED.append(order)
    return f"{order} is cancelled"


CANCELLED: list[str] = []


def obeys(request: Request) -> ToolCall | str:
    last = request.messages[-1]
    if last.role == "tool":
        return last.text
    if last.text == "mail":
        return ToolCall("call-1", "mail", "{}")
    return ToolCall("call-1", "cancel", '{"order": "W1"}')


async def test_what_an_answer_rests_on_is_told_in_both_ways(house: House) -> None:
    desk = Desk(App(name="desk", models=[Scripted(obeys)], tools=[mail, cancel]), house)
    async with Client(desk.server()) as client:
        result: Any = await client.call_tool("ask", {"input": "mail"})
        assert result.structured_content["rests_on"] == ["tool:mail"]
        assert result.content[-1].text == "[rests on text that anybody may have written: tool:mail]"


class Shelf:
    version = "1"

    async def recall(self, query: str) -> Sequence[Passage]:
        return [Passage("returns.md", "Returns are free within 30 days.", 1.0, (0, 32), trusted=True, version="v1")]


async def test_what_says_so_is_told_in_both_ways(house: House) -> None:
    prompt = Prompt.text("Know: {{ passages }}", inputs={"passages": {"type": "array"}})
    said = "Returns are free within 30 days. We sell elephants in Paris."
    desk = Desk(App(name="desk", models=[Scripted([said])], prompt=prompt, knowledge=Shelf()), house)
    async with Client(desk.server()) as client:
        result: Any = await client.call_tool("ask", {"input": "Are returns free?"})
    first, second = result.structured_content["citations"]
    assert first == {
        "sentence": "Returns are free within 30 days.",
        "document": "returns.md",
        "version": "v1",
        "start": 0,
        "end": 31,
    }
    assert (second["document"], second["version"]) == ("", "")
    assert result.content[-1].text == "[1 of 2 sentences are supported by returns.md]"


async def test_a_client_is_not_the_customer_unless_that_is_said(house: House) -> None:
    CANCELLED.clear()
    app = App(name="desk", models=[Scripted(obeys)], tools=[mail, cancel])
    desk = Desk(app, house)
    async with Client(desk.server()) as client:
        asked = await told(client, input="cancel W1")
        assert (asked["status"], "Is that right?" in asked["output"]) == ("waiting", True)
        for words in ("yes", "no"):
            refused: Any = await client.call_tool("ask", {"input": words, "run": asked["run"]})
            assert (refused.is_error, "you are not the customer" in refused.content[0].text) == (True, True)
        assert (await told(client, input="", run=asked["run"]))["status"] == "waiting"
        assert CANCELLED == []
    speaks = Desk(app, house, client_confirms=True)
    async with Client(speaks.server()) as client:
        asked = await told(client, input="cancel W1")
        assert (await told(client, input="yes", run=asked["run"]))["output"] == "W1 is cancelled"
        assert CANCELLED == ["W1"]


async def test_only_conversations_that_were_begun_here_are_gone_on_with(house: House) -> None:
    app = App(name="till", models=[Scripted(line)], tools=[pay])
    one, other = Desk(app, house), Desk(app, house)
    async with Client(one.server()) as client, Client(other.server()) as stranger:
        begun = await told(client, input="one")
        for words in ("two", ""):
            refused: Any = await stranger.call_tool("ask", {"input": words, "run": begun["run"]})
            assert refused.is_error
            assert "was not begun here" in refused.content[0].text
        assert (await told(client, input="two", run=begun["run"]))["output"] == "one and two"


SERVED = '''
from vouch import App, Scripted, tool
from vouch.values.message import ToolCall

@tool
def look() -> str:
    """Look."""
    print("this is not for the client")
    return "seen"

app = App(name="eye", models=[Scripted([ToolCall("call-1", "look", "{}"), "I saw it."])], tools=[look])
'''


async def test_the_command_serves_an_app_over_standard_input_and_output(tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text('[apps]\neye = "app:app"\n')
    (tmp_path / "app.py").write_text(SERVED)
    path = {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = StdioServerParameters(command=sys.executable, args=["-m", "vouch", "mcp", str(tmp_path)], env=path)
    async with Client(command) as client:
        assert (await told(client, input="look"))["output"] == "I saw it."
