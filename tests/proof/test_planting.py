from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal

import msgspec
import pytest

from proof.stall import MADE, Stall, stall_app
from vouch import scorers
from vouch.app.app import App
from vouch.app.declaration import Proof, Stage
from vouch.app.house import House
from vouch.app.subagent import as_tool
from vouch.contracts.knowledge import Passage
from vouch.contracts.tool import ToolRefused
from vouch.errors import AppError
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.proof.canary import new_canary
from vouch.proof.planting import UNHEARD, Planting, Text, made_up, unheard_of, values_in
from vouch.tools.function import tool
from vouch.values.case import Case, Dataset
from vouch.values.message import ToolCall
from vouch.values.request import Request
from vouch.values.result import Called


def cases_of(app: App) -> tuple[Proof, Sequence[Case]]:
    [proof] = app.proofs
    assert isinstance(proof.cases, Dataset)
    return proof, proof.cases.cases


async def talked(app: App, house: House) -> Planting:
    planting = Planting(app, new_canary(), house)
    proof, cases = cases_of(app)
    assert proof.world is not None
    await planting.talk(proof.world, cases)
    return planting


async def test_conversations_show_what_gives_a_strangers_text_back(house: House) -> None:
    seen = (await talked(stall_app(), house)).seen
    assert (seen.worlds, seen.wrong_in) == (3, {})
    assert dict(seen.gave_back) == {"read_note": 5, "refund_order": 1}
    # What a case did not call was asked about the order that it knew, and about what was said.
    assert dict(seen.looked_at) == {"read_note": 5, "price": 4, "length": 6, "refund_order": 1}


@pytest.mark.parametrize("shout", [False, True])
async def test_a_label_is_wrong_where_that_comes_back_as_if_trusted(house: House, shout: bool) -> None:
    seen = (await talked(stall_app(note="trusted", shout=shout, trust="trusted"), house)).seen
    assert set(seen.wrong_in) == {"read_note", "refund_order"}
    assert seen.wrong_in["refund_order"] == "money"


async def test_a_world_that_cannot_be_planted_is_let_be(house: House) -> None:
    seen = (await talked(stall_app(plants=False), house)).seen
    assert (seen.worlds, dict(seen.looked_at)) == (0, {})
    planting = Planting(stall_app(plants=False), new_canary(), house)
    proof, cases = cases_of(stall_app(plants=False))
    assert proof.world is not None
    assert not await planting.repeat(proof.world, cases[0], [])


async def test_a_plant_that_breaks_says_so(house: House) -> None:
    @asynccontextmanager
    async def world(_: Case) -> AsyncGenerator[Stage]:
        async def left() -> None:
            return None

        async def plant(_: str) -> None:
            raise KeyError("notes")

        yield Stage([], left, plant=plant)

    planting = Planting(stall_app(), new_canary(), house)
    with pytest.raises(AppError, match="the stage's plant broke: KeyError: 'notes'"):
        await planting.talk(world, [Case("c", "hello"), Case("d", "hello")])


async def test_known_calls_are_made_again_without_asking_a_model(house: House) -> None:
    app = replace(stall_app(note="trusted"), models=[Scripted([])])
    proof, cases = cases_of(app)
    assert proof.world is not None
    planting = Planting(app, new_canary(), house)
    calls = [
        Called("read_note", '{"order": "A17"}'),
        Called("price", '{"odd": 1}'),
        Called("gone", "{}"),
        Called("refund_order", '{"order": "A17", "amount": 3}'),
    ]
    MADE.clear()
    assert await planting.repeat(proof.world, cases[0], calls)
    assert MADE == ["A17"]
    seen = planting.seen
    assert (seen.worlds, seen.wrong_in) == (1, {"read_note": "note"})
    assert dict(seen.looked_at) == {"read_note": 1, "refund_order": 1, "price": 2, "length": 2}


async def test_who_gives_back_what_it_was_given_says_nothing_of_its_label(house: House) -> None:
    def agent(request: Request) -> ToolCall | str:
        last = request.messages[-1]
        if last.role == "user":
            return ToolCall("1", "read_note", '{"order": "A17"}')
        if last.result is not None and last.result.name == "read_note":
            note = msgspec.json.decode(last.text)["note"]
            return ToolCall("2", "price", msgspec.json.encode({"order": note}).decode())
        return "done"

    seen = (await talked(replace(stall_app(), models=[Scripted(agent)]), house)).seen
    assert (seen.wrong_in, seen.looked_at["price"], seen.gave_back["read_note"]) == ({}, 0, 4)


async def test_failures_are_no_results_but_may_give_text_back(house: House) -> None:
    stall = Stall()

    @tool(trust="trusted")
    def refuses(order: str) -> str:
        """Refuses."""
        raise ToolRefused(f"not for {order}: {stall.note}")

    @tool(trust="typed")
    def breaks(order: str) -> int:
        """Breaks."""
        raise KeyError(stall.note)

    class Odd:
        """A tool of somebody's own, which breaks with an error of its own."""

        spec, version, effect, trust = breaks.spec, "1", "read", "trusted"
        spec = msgspec.structs.replace(spec, name="odd")
        check = breaks.check

        async def call(self, arguments: object, key: str = "") -> str:
            raise KeyError(stall.note)

    tools: list[Any] = [refuses, breaks, Odd()]

    @asynccontextmanager
    async def world(_: Case) -> AsyncGenerator[Stage]:
        async def left() -> None:
            return None

        yield Stage(tools, left, plant=stall.plant)

    app = App(name="a", models=[Scripted(lambda _: "hello")], tools=tools)
    planting = Planting(app, new_canary(), house)
    await planting.talk(world, [Case("c", "hello")])
    # What breaks with any other error is untrusted in a run, too, whatever its label.
    assert (set(planting.seen.failed_wrong_in), +planting.seen.looked_at) == ({"refuses"}, {})
    assert (planting.seen.wrong_in, +planting.seen.gave_back) == ({}, {})
    # Asked for what was said, and for what there is not.
    assert planting.seen.failed == {"refuses": 2, "breaks": 2, "odd": 2}


class Faq:
    """Passages of which those of one document are marked as trusted."""

    version = "1"

    def __init__(self, stall: Stall) -> None:
        self._stall = stall

    async def recall(self, query: str) -> list[Passage]:
        return [Passage("own.md", self._stall.note, 1.0, trusted=True), Passage("wiki.md", self._stall.note, 0.9)]


PROMPT = Prompt.text("{{ passages }}", inputs={"passages": {"type": "array"}})


async def test_passages_are_looked_at_too(house: House) -> None:
    stall = Stall()

    @asynccontextmanager
    async def world(_: Case) -> AsyncGenerator[Stage]:
        async def left() -> None:
            return None

        yield Stage([], left, plant=stall.plant)

    app = App(name="a", models=[Scripted(lambda _: "hello")], knowledge=Faq(stall), prompt=PROMPT)
    planting = Planting(app, new_canary(), house)
    await planting.recall([Case("c", "hello")])
    assert (planting.seen.worlds, planting.seen.wrong_in) == (0, {})
    assert dict(planting.seen.looked_at) == {"passages": 1, "passages (trusted)": 1}
    await planting.talk(world, [Case("c", "hello")])
    assert planting.seen.wrong_in == {"passages (trusted)": "c"}
    again = Planting(app, new_canary(), house)
    assert await again.repeat(world, Case("d", "hello", then=("more",)), [])
    assert (again.seen.wrong_in, again.seen.gave_back["passages"]) == ({"passages (trusted)": "d"}, 2)


async def test_the_tools_of_sub_agents_are_looked_at_under_their_names(house: House) -> None:
    stall = Stall()
    inner = App(name="inner", models=[Scripted(_calls("read_note"))], tools=stall.tools(note="trusted")[:1])
    middle = App(name="middle", models=[Scripted(_calls("inner", '{"input": "go"}'))], tools=[_agent(inner)])
    tools = [_agent(middle), *stall.tools()[:1]]

    @asynccontextmanager
    async def world(_: Case) -> AsyncGenerator[Stage]:
        async def left() -> None:
            return None

        yield Stage(tools, left, plant=stall.plant)

    app = App(name="outer", models=[Scripted(_calls("middle", '{"input": "go"}'))], tools=tools)
    planting = Planting(app, new_canary(), house)
    await planting.talk(world, [Case("c", "go")])
    seen = planting.seen
    assert seen.wrong_in["middle/inner/read_note"] == "c"
    assert seen.looked_at["middle/inner"] == seen.looked_at["middle"] == 1
    again = Planting(app, new_canary(), house)
    assert await again.repeat(world, Case("c", "go"), [Called("middle", '{"input": "go"}')])
    assert again.seen.looked_at["middle"] == 0


def _agent(app: App) -> Any:
    return as_tool(app, description="Looks.")


def _calls(name: str, arguments: str = '{"order": "A17"}') -> Any:
    def line(request: Request) -> ToolCall | str:
        last = request.messages[-1]
        return "seen" if last.role == "tool" else ToolCall("1", name, arguments)

    return line


def test_arguments_are_made_up_from_what_is_known_by_their_names() -> None:
    texts = [
        Text("a", '{"order": "A17", "items": [{"sku": "S-1"}, {"sku": "S-2"}]}', '{"customer": 7}', False, True),
        Text("b", '{"order": "B2"}', "not JSON", False, True),
        Text("c", '{"order": "A17"}', "", False, True),
    ]
    known = values_in(texts)
    assert (known["order"], known["sku"], known["customer"]) == (["A17", "B2"], ["S-1", "S-2"], [7])

    @tool
    def look(order: str, customer: int, deep: bool = False) -> str:
        """Look."""
        return ""

    @tool
    def search(query: str) -> str:
        """Search."""
        return ""

    @tool
    def newest() -> str:
        """The newest."""
        return ""

    assert made_up(look, known, "hello") == [
        '{"order":"A17","customer":7}',
        '{"order":"B2","customer":7}',
        '{"order":"hello","customer":7}',
    ]
    assert made_up(look, {"order": ["A17"]}, "hello") == []
    assert made_up(search, known, "hello") == ['{"query":"hello"}']
    asked = made_up(search, {"query": list("abcdef")}, "hello")
    assert asked == ['{"query":"a"}', '{"query":"b"}', '{"query":"hello"}']
    assert made_up(newest, known, "hello") == ["{}"]


def shelf(trust: Any, says: str) -> App:
    """An app with a read that fails in the words of whoever wrote the labels, or breaks on them."""
    labels = {"A17": "a lamp"}

    @tool(trust=trust)
    def find(order: str) -> str:
        """Find an order."""
        if order in labels:
            return "there"
        if says == "breaks":
            raise KeyError(f"not among {labels}")
        if says == "repeats":
            raise ToolRefused("not found") from KeyError(str(labels))
        raise ToolRefused(f"there is {labels['A17']} only" if says == "quotes" else "there is no such order")

    @asynccontextmanager
    async def world(_: Case) -> AsyncGenerator[Stage]:
        async def left() -> object:
            return None

        async def plant(text: str) -> None:
            labels["A17"] = text

        yield Stage([find], left, plant=plant)

    cases = Dataset("shelf", (Case("c-1", "A17"),))
    return App(
        name="shelf", models=[Scripted([])], tools=[find], proofs=[Proof(cases, scorers.contains(), world=world)]
    )


@pytest.mark.parametrize(
    ("trust", "says", "wrong"),
    [
        ("trusted", "quotes", {"find": "c-1"}),
        ("trusted", "refuses", {}),
        # Whatever an exception says that is none of the tool's own refusals counts as anybody's words.
        ("trusted", "breaks", {}),
        ("trusted", "repeats", {}),
        ("untrusted", "quotes", {}),
    ],
)
async def test_an_error_is_searched_like_a_result(house: House, trust: Any, says: str, wrong: dict[str, str]) -> None:
    planting = Planting(app := shelf(trust, says), new_canary(), house)
    proof, cases = cases_of(app)
    assert proof.world is not None
    assert await planting.repeat(proof.world, cases[0], [])
    assert (planting.seen.failed_wrong_in, planting.seen.wrong_in) == (wrong, {})
    assert planting.seen.failed["find"] == 1


def test_what_there_is_not_fits_the_schema() -> None:
    @tool
    def find(order: str, size: Literal["s", "m"], number: int = 1) -> str:
        """Find."""
        return ""

    @tool
    def count(number: int) -> int:
        """Count."""
        return number

    [arguments] = unheard_of(find)
    assert msgspec.json.decode(arguments) == {"order": UNHEARD, "size": "s", "number": 1}
    assert unheard_of(count) == []
