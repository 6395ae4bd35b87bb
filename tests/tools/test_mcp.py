"""Against real servers: a process over standard input and output, and one over HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from vouch.app.app import App
from vouch.app.decide import settle
from vouch.app.house import House
from vouch.app.run import resume, run
from vouch.contracts.tool import Tool, ToolRefused, WriteTool
from vouch.errors import ConfigError, ToolError
from vouch.models.scripted import Scripted
from vouch.provenance.labels import critical_of
from vouch.tools import mcp
from vouch.tools.approvals import above, always, never
from vouch.tools.mcp import Offer, Write, list_mcp_tools, mcp_tools
from vouch.tools.mcp_server import Address, Command, LineBroke, NoAnswer
from vouch.tools.policy import policy
from vouch.values.event import CallRefused, EffectIntended, EffectUncertain
from vouch.values.message import ToolCall
from vouch.values.request import ToolSpec

SHOP = Path(__file__).parent / "mcp_shop.py"
READS = ("greet", "slow")
WRITES = {"pay": Write(approval=never), "refund": Write(approval=never, idempotent=True)}


def shop(folder: Path) -> Command:
    return Command([sys.executable, str(SHOP), str(folder)])


def ledger(folder: Path) -> list[dict[str, Any]]:
    file = folder / "ledger.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def named(tools: Offer) -> dict[str, Tool]:
    return {tool.spec.name: tool for tool in tools}


async def ask(tool: Tool, arguments: str = "{}", key: str = "") -> str:
    return await tool.call(tool.check(arguments), key)


class Site:
    """The shop over HTTP, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.url = f"http://127.0.0.1:{self.port}/mcp"
        self.open()

    def open(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SHOP), str(self.folder), str(self.port)], stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the server did not start")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    opened = Site(tmp_path_factory.mktemp("site"))
    yield opened
    opened.close()


async def test_named_reads_and_declared_writes_are_offered_and_nothing_else(site: Site) -> None:
    async with mcp_tools(site.url, reads=["stock", "greet", "big", "picture", "fail"], writes=WRITES) as tools:
        assert [tool.spec.name for tool in tools] == ["stock", "greet", "big", "picture", "fail", "pay", "refund"]
        assert tools.left_out == ("slow", "die", "leave", "protest", "wave", "change")
        assert [type(tool).__name__ for tool in tools[4:6]] == ["McpRead", "McpWrite"]
        assert all(isinstance(tool, Tool) for tool in tools)
        by = named(tools)
        assert isinstance(by["pay"], WriteTool)
        assert by["stock"].spec.description == "How much of an article is in stock."
        assert by["greet"].spec.returns == {"title": "Result", "type": "string"}
        assert (by["stock"].spec.writes, by["pay"].spec.writes) == (False, True)
        assert "idempotency_key" not in json.dumps(by["refund"].spec.parameters)

        assert json.loads(await ask(by["stock"], '{"article": "lamp", "pieces": 9}')) == {
            "article": "lamp",
            "enough": False,
        }
        assert await ask(by["greet"], '{"name": "Ann"}') == "Hello Ann!"
        assert (await ask(by["big"], '{"size": 64005}')).endswith("x\n[cut here: 5 more characters]")
        assert await ask(by["picture"], "") == "a lamp\n[image: image/png]"
        with pytest.raises(ToolRefused, match="fail failed: Error executing tool fail: no lamps"):
            await ask(by["fail"], '{"why": "no lamps"}')
        for arguments, why in (
            ('{"article": 3}', r'stock was not called.*article: 3 is not of type "string"'),
            ("{}", 'arguments: "article" is a required property'),
            ('["lamp"]', "they are no JSON object"),
            ("{", "they are no JSON object"),
        ):
            with pytest.raises(ToolRefused, match=why):
                by["stock"].check(arguments)


async def test_an_app_reads_and_writes_through_a_server(tmp_path: Path, house: House) -> None:
    @policy(customer="We pay at most 100.", auditor="more than 100")
    def at_most_100(attempt: Any) -> bool:
        return attempt.arguments["amount"] <= 100

    script = [
        (ToolCall("1", "shop_stock", '{"article": "lamp"}'), ToolCall("2", "shop_pay", '{"amount": 500}')),
        (ToolCall("3", "shop_pay", '{"amount": 5}'), ToolCall("4", "shop_refund", '{"order": "die-once"}')),
        "done",
    ]
    declared = {
        "pay": Write(
            approval=[above("amount", 1000)], policies=[at_most_100], describe="Pay {amount}.", trust="trusted"
        ),
        "refund": Write(approval=never, idempotent=True, trust="trusted"),
    }
    async with mcp_tools(shop(tmp_path), reads={"stock": "trusted"}, writes=declared, prefix="shop.") as tools:
        result = await run(App(name="a", models=[Scripted(script)], tools=tools), "go", house)
    assert (result.status, result.output) == ("answered", "done")
    events = [event.body for event in await house.journal.read(result.run)]
    assert [body.rule for body in events if isinstance(body, CallRefused)] == ["at most 100"]
    # The server died after it had made the refund: it was asked again, with the same key, and made it once.
    keys = {body.call_id: body.key for body in events if isinstance(body, EffectIntended)}
    assert ledger(tmp_path) == [{"amount": 5.0, "key": keys["3"]}, {"order": "die-once", "key": keys["4"]}]


async def test_a_write_without_a_key_that_gets_no_answer_is_left_to_a_person(tmp_path: Path, house: House) -> None:
    async with mcp_tools(shop(tmp_path), writes={"refund": Write(approval=never)}) as tools:
        app = App(name="a", models=[Scripted([ToolCall("1", "refund", '{"order": "die-2"}'), "done"])], tools=tools)
        result = await run(app, "go", house)
        assert result.status == "waiting"
        (doubt,) = [
            event.body for event in await house.journal.read(result.run) if isinstance(event.body, EffectUncertain)
        ]
        assert "Connection closed" in doubt.why
        await settle(house.journal, result.run, made=True, who="ann")
        assert (await resume(app, result.run, house)).output == "done"
        assert len(ledger(tmp_path)) == 1


async def test_what_a_server_calls_an_error_leaves_a_write_open_unless_it_is_declared_otherwise(site: Site) -> None:
    sure = Write(approval=never, idempotent=True, errors_mean_not_made=True)
    async with mcp_tools(site.url, writes={"refund": Write(approval=never)}) as tools:
        with pytest.raises(NoAnswer, match=r"may have come after the write: .*that order is not paid"):
            await ask(tools[0], '{"order": "refused"}', "key-1")
    async with mcp_tools(site.url, writes={"refund": sure}) as tools:
        with pytest.raises(ToolRefused, match=r"refund failed: .*that order is not paid"):
            await ask(tools[0], '{"order": "refused"}', "key-2")


async def test_words_of_ones_own_take_the_place_of_the_servers(site: Site) -> None:
    own = {"change": "Changes a tool.", "wave": "Waves."}
    writes = {"wave": Write(approval=never)}
    async with mcp_tools(site.url, reads=["change"], writes=writes, descriptions=own) as tools:
        assert [tool.spec.description for tool in tools] == ["Changes a tool.", "Waves."]
        assert await ask(tools[1], '{"name": "Ann"}', "key-1") == "waves at Ann"
        versions = [tool.version for tool in tools]
    async with mcp_tools(site.url, reads=["change"], writes=writes) as tools:
        assert not {tool.version for tool in tools} & set(versions)
    with pytest.raises(ToolError, match="descriptions has 'slow', which is neither among the reads nor the writes"):
        async with mcp_tools(site.url, reads=["change"], descriptions={"slow": "Slow."}):
            pass


async def test_a_tool_that_has_changed_since_it_was_declared_is_not_called(site: Site) -> None:
    async with mcp_tools(site.url, reads=["change"], writes={"wave": Write(approval=never)}) as tools:
        change, wave = tools
        assert await ask(wave, '{"name": "Ann"}', "key-1") == "waves at Ann"
        await ask(change)
        # Seen at once, because a write looks first.
        with pytest.raises(ToolRefused, match=r"wave was not called: .* has changed 'wave' since it was declared"):
            await ask(wave, '{"name": "Ann"}', "key-2")


async def test_a_call_has_its_seconds(site: Site) -> None:
    async with mcp_tools(site.url, reads=["slow"], seconds=0.5) as tools:
        with pytest.raises(ToolRefused, match=r"slow failed: no answer within 0\.5 s"):
            await ask(tools[0], '{"seconds": 30}')
        assert await ask(tools[0], '{"seconds": 0}') == "at last"
    async with mcp_tools(site.url, writes={"slow": Write(approval=never)}, seconds=0.5) as tools:
        with pytest.raises(NoAnswer, match=r"no answer within 0\.5 s"):
            await ask(tools[0], '{"seconds": 30}', "key-1")


async def test_a_cancelled_call_leaves_the_line_whole(site: Site) -> None:
    async with mcp_tools(site.url, reads=["slow"]) as tools:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await ask(tools[0], '{"seconds": 30}')
        assert await ask(tools[0], '{"seconds": 0}') == "at last"


async def test_errors_of_the_protocol_say_that_a_write_was_not_made_only_where_they_are_the_servers(site: Site) -> None:
    sure = Write(approval=never, errors_mean_not_made=True)
    async with mcp_tools(site.url, writes={"protest": sure}) as tools:
        with pytest.raises(ToolRefused, match="protest failed: not so"):
            await ask(tools[0], '{"code": -32602}', "key-1")
        # The SDK gives this code to a page of a proxy, too.
        with pytest.raises(NoAnswer, match="not so"):
            await ask(tools[0], '{"code": -32603}', "key-2")


async def test_a_line_that_breaks_is_opened_again(tmp_path: Path) -> None:
    async with mcp_tools(shop(tmp_path), reads=["die", "leave"], writes={"pay": Write(approval=never)}) as tools:
        die, leave, pay = tools
        assert await ask(die) == "alive again"
        assert await ask(leave) == "goodbye"
        await asyncio.sleep(0.3)
        # Nobody knows yet that the line is broken: this is noticed before the write is sent.
        assert await ask(pay, '{"amount": 2}', "key-1") == "paid 2.0"


async def test_a_server_over_http_may_go_and_come_back(site: Site) -> None:
    before = len(ledger(site.folder))
    async with mcp_tools(site.url, reads=READS, writes=WRITES) as tools:
        by = named(tools)
        assert await ask(by["greet"], '{"name": "Ann"}') == "Hello Ann!"
        assert await ask(by["pay"], '{"amount": 3}', "key-1") == "paid 3.0"
        waiting = asyncio.create_task(ask(by["slow"], '{"seconds": 30}'))
        await asyncio.sleep(0.1)
        site.close()
        with pytest.raises(ToolRefused, match="cannot be reached"):
            await waiting
        with pytest.raises(ToolRefused, match=r"pay was not called: .* cannot be reached: All connection attempts"):
            await ask(by["pay"], '{"amount": 3}', "key-2")
        site.open()
        assert await ask(by["refund"], '{"order": "1"}', "key-3") == "refunded 1"
        with pytest.raises(LineBroke):
            await ask(by["refund"], '{"order": "die-3"}', "key-4")
        site.close()
        site.open()
        assert await ask(by["refund"], '{"order": "die-3"}', "key-4") == "refunded die-3"
    assert [line["key"] for line in ledger(site.folder)][before:] == ["key-1", "key-3", "key-4"]


async def test_headers_are_sent_and_never_shown(tmp_path: Path) -> None:
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        place = Address(f"http://127.0.0.1:{port}/mcp", {"Authorization": "Bearer a-secret-key"})
        assert "a-secret-key" not in repr(place)
        with pytest.raises(
            ConfigError, match="cannot be reached: Server returned an error response; is it running"
        ) as no:
            async with mcp_tools(place):
                raise AssertionError
    assert b"a-secret-key" in heard[0]
    assert "a-secret-key" not in str(no.value)


def test_an_app_in_a_file_lists_the_tools_once_and_calls_them_from_any_loop(site: Site) -> None:
    tools = list_mcp_tools(site.url, reads=["greet"], writes={"pay": Write(approval=always)})
    assert [tool.spec.name for tool in tools] == ["greet", "pay"]
    for name in ("Ann", "Bob"):
        assert asyncio.run(ask(tools[0], json.dumps({"name": name}))) == f"Hello {name}!"


def test_a_server_that_cannot_be_started_is_told() -> None:
    with pytest.raises(ConfigError, match=r"the MCP server 'no-such-program at all' cannot be reached: .*No such file"):
        list_mcp_tools(Command(["no-such-program", "at all"]))
    with pytest.raises(ConfigError, match=r"cannot be reached: no answer within 0\.5 s"):
        list_mcp_tools(Command([sys.executable, "-c", "import sys; sys.stdin.read()"]), seconds=0.5)


def listing(*names: str, **schema: Any) -> dict[str, ToolSpec]:
    return {name: ToolSpec(name, "", {"type": "object", **schema}) for name in names}


def offer(listed: Mapping[str, ToolSpec], **options: Any) -> Offer:
    settings = {"reads": (), "writes": {}, "prefix": ""} | options
    connection = mcp._connect("http://127.0.0.1:1/mcp", 1)
    return mcp._offer("shop", listed, connection, settings["reads"], settings["writes"], {}, settings["prefix"])


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: offer(listing("a"), reads=["b"]), "the MCP server 'shop' has no tool 'b'; there are: a"),
        (lambda: offer({}, writes={"b": Write(approval=never)}), "has no tool 'b'; there are: none"),
        (lambda: offer(listing("a"), reads=["a"], writes={"a": Write(approval=never)}), "'a' is named as a read and"),
        (lambda: offer(listing("a"), reads="a"), "reads='a': give a list of names"),
        (lambda: offer(listing("a.b", "a/b"), reads=["a.b", "a/b"]), "two tools of 'shop' have one name .*: a_b, a_b"),
        (lambda: offer(listing("a", properties=3), reads=["a"]), "the schema of the MCP tool 'a' cannot be used"),
        (
            lambda: offer(listing("a", properties={"x": {"$ref": "http://127.0.0.1:1/x"}}), reads=["a"]),
            "it refers to 'http://127.0.0.1:1/x', and nothing is fetched for it",
        ),
        (lambda: Write(approval=()), "say when a person must say yes"),
        (lambda: Write(approval="sometimes"), "give 'never', 'always', or a rule"),
        (
            lambda: offer(listing("a"), writes={"a": Write(approval="never", describe="Pay {amount}.")}),
            "describe names 'amount', which is no argument",
        ),
        (lambda: Address("ftp://x"), "'ftp://x' is no address of an MCP server"),
        (lambda: Command("uvx mcp-server-time"), "give a list, such as"),
        (lambda: Command([]), "give a list, such as"),
        (lambda: list_mcp_tools("http://x", seconds=0), "seconds=0: give the seconds"),
    ],
)
def test_mistakes_in_a_declaration(make: Callable[[], object], why: str) -> None:
    with pytest.raises(ToolError, match=why):
        make()


async def test_a_declaration_says_who_approves_how_it_is_described_and_how_it_is_looked_up() -> None:
    rule = above("amount", 50)

    def look_up(key: str) -> dict[str, str] | None:
        return {"made": key} if key == "key-1" else None

    one = Write(approval=rule, reconcile=look_up, settles=3, confirm=True, repeatable=True)
    (tool,) = offer(listing("pay_out", properties={"amount": {}}), writes={"pay_out": one})
    assert isinstance(tool, WriteTool)
    assert (tool.approvals, tool.policies, tool.confirm, tool.repeatable) == ((rule,), (), True, True)
    assert (tool.can_reconcile, tool.settles, tool.idempotent) == (True, 3, False)
    assert (await tool.reconcile("key-1"), await tool.reconcile("key-2")) == ('{"made":"key-1"}', None)
    assert tool.describe({"amount": 5}) == "pay out: amount = 5"
    one = Write(approval=rule, describe="Pay {amount} {currency}.")
    (other,) = offer(listing("pay_out", properties={"amount": {}, "currency": {}}), writes={"pay_out": one})
    assert isinstance(other, WriteTool)
    assert other.describe({"amount": 5}) == "Pay 5 ."
    (third,) = offer(listing("pay_out"), reads=["pay_out"])
    assert len({tool.version, other.version, third.version}) == 3


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.delitem(sys.modules, "vouch.tools.mcp_session", raising=False)
    with pytest.raises(ConfigError, match=r"install it: pip install vouch-llm\[mcp\]"):
        list_mcp_tools("http://127.0.0.1:1/mcp")
    monkeypatch.delitem(sys.modules, "mcp")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (tmp_path / "mcp.py").write_text("# a file of the user's own, of the same name")
    with pytest.raises(ConfigError, match=r"mcp.py' is another, or an old one; install it"):
        list_mcp_tools("http://127.0.0.1:1/mcp")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        mcp.load_sdk("vouch.tools.no_such_module")


async def test_whose_text_a_server_gives_is_declared_too(tmp_path: Path, house: House) -> None:
    declared = {"pay": Write(approval=never, critical=["amount"])}
    async with mcp_tools(shop(tmp_path), reads=["stock"], writes=declared) as tools:
        script = [(ToolCall("1", "stock", '{"article": "lamp"}'),), (ToolCall("2", "pay", '{"amount": 5}'),)]
        result = await run(App(name="a", models=[Scripted(script)], tools=tools), "go", house)
        assert (result.status, critical_of(tools[1])) == ("waiting", {"amount"})
    with pytest.raises(ToolError, match="critical names 'sum', which is no argument; there are"):
        list_mcp_tools(shop(tmp_path), writes={"pay": Write(approval=never, critical=["sum"])})
    with pytest.raises(ToolError, match="what a server gives cannot be 'typed'"):
        list_mcp_tools(shop(tmp_path), reads={"stock": "typed"})
