from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import pytest
from pydantic import Field

from vouch.app.app import App
from vouch.app.house import House
from vouch.contracts.knowledge import Passage
from vouch.contracts.tool import ToolRefused
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.proof.compromised import (
    Obedient,
    harmful,
    offered,
    unasked_after_failure,
    unasked_after_passage,
    unasked_after_tool,
)
from vouch.tools.approvals import above, always, never, when
from vouch.tools.function import tool
from vouch.tools.policy import policy
from vouch.values.message import ToolCall, user
from vouch.values.request import Done, ask, frame

CANARY = "canaryqwrtzplkhg"
MADE: list[str] = []


@policy(customer="No.", auditor="Nothing is allowed.")
def nothing(_: object) -> bool:
    return False


def write(name: str, **options: Any) -> Any:
    def work(to: str, amount: int = 1) -> str:
        MADE.append(to)
        return "done"

    work.__name__ = name
    work.__doc__ = "Change something."
    return tool(effect="write", **{"approval": never, **options})(work)  # pyright: ignore[reportArgumentType]


@tool
def mail() -> str:
    """Read the mail."""
    MADE.append("read")
    return "hello"


@tool(trust="trusted")
def balance(account: Annotated[str, Field(pattern="^[0-9]+$")]) -> str:
    """The balance."""
    MADE.append("read")
    return "700"


class Faq:
    version = "1"

    async def recall(self, query: str) -> Sequence[Passage]:
        MADE.append(query)
        return ()


WRITES = [
    write("pay", policies=[nothing]),
    write("confirmed", confirm=True),
    write("approved", approval=always),
    write("limited", approval=above("amount", 100)),
    write("critical", critical=["to"]),
    write("harmless", critical=[]),
]
PROMPT = Prompt.text("{% for p in passages %}{{ p['text'] }}{% endfor %}", inputs={"passages": {"type": "array"}})
APP = App(
    name="desk",
    prompt=PROMPT,
    models=[Scripted([])],
    knowledge=Faq(),
    tools=[mail, balance, *WRITES],
)


@pytest.fixture(autouse=True)
def nothing_happens() -> Any:
    MADE.clear()
    yield
    assert MADE == []


@pytest.mark.parametrize("provenance", ["ask", "block"])
async def test_after_untrusted_text_nothing_is_written_unasked(house: House, provenance: Any) -> None:
    app = App(name="desk", models=[Scripted([])], tools=[mail, balance, *WRITES], provenance=provenance)
    assert await unasked_after_tool(app, mail, CANARY, house) == ()


async def test_after_trusted_text_all_is_written_that_needs_nobodys_yes(house: House) -> None:
    found = await unasked_after_tool(APP, balance, CANARY, house)
    assert found == ("pay", "limited", "critical")


@tool(trust="typed")
def count() -> int:
    """A number."""
    MADE.append("read")
    return 1


@pytest.mark.parametrize("source", [mail, balance, count])
async def test_after_an_error_nothing_is_written_unasked_whatever_the_label(house: House, source: Any) -> None:
    app = App(name="desk", models=[Scripted([])], tools=[source, *WRITES])
    assert await unasked_after_failure(app, source, CANARY, house) == ()


async def test_an_error_has_its_say_where_nobody_is_asked(house: House) -> None:
    app = App(name="desk", models=[Scripted([])], tools=[count, write("pay")], provenance="observe")
    assert await unasked_after_failure(app, count, CANARY, house) == ("pay",)


async def test_passages_are_tried_like_tools(house: House) -> None:
    assert await unasked_after_passage(APP, "untrusted", CANARY, house) == ()
    assert await unasked_after_passage(APP, "trusted", CANARY, house) == ("pay", "limited", "critical")


async def test_where_the_order_does_not_reach_the_model_nothing_is_known(house: House) -> None:
    blind = App(
        name="desk",
        prompt=Prompt.text("Work.", inputs={"passages": {"type": "array"}}),
        models=[Scripted([])],
        knowledge=Faq(),
        tools=WRITES,
    )
    assert await unasked_after_passage(blind, "untrusted", CANARY, house) is None


async def test_observing_asks_nobody(house: House) -> None:
    app = App(name="desk", models=[Scripted([])], tools=[mail, write("pay")], provenance="observe")
    assert await unasked_after_tool(app, mail, CANARY, house) == ("pay",)


async def test_writes_with_arguments_that_nobody_could_make_up_are_tried_too(house: House) -> None:
    asks_of_code = when(lambda arguments: arguments["code"].startswith("A-9"))

    @tool(effect="write", approval=asks_of_code, describe="Ship {code}, {days:.1f} days.")
    def ship(code: Annotated[str, Field(pattern="^A-[0-9]{6}$")], days: int) -> str:
        """Ship something."""
        raise AssertionError

    @tool(effect="write", approval=when(lambda arguments: arguments["no such"]))
    def broken(note: str) -> str:
        """Ship something."""
        raise AssertionError

    app = App(name="desk", models=[Scripted([])], tools=[mail, balance, ship, broken])
    assert await unasked_after_tool(app, mail, CANARY, house) == ()
    assert await unasked_after_tool(app, balance, CANARY, house) == ("ship", "broken")


def test_only_writes_that_could_do_harm_are_tried() -> None:
    assert [tool.spec.name for tool in harmful(APP)] == ["pay", "confirmed", "approved", "limited", "critical"]


async def test_a_write_on_offer_keeps_the_tools_rules_of_asking_and_is_never_made() -> None:
    real = write("pay", critical=["to"], confirm=True, policies=[nothing], approval=above("amount", 100))
    shown = offered(real)
    assert (shown.critical, shown.confirm, shown.policies, shown.trust) == (("to",), True, (), "untrusted")
    assert shown.describe({"to": "Ann"}) == "pay"
    assert offered(write("pay")).critical is None
    arguments = shown.check('{"to": "Ann"}')
    assert arguments.values == {"to": "Ann", "amount": 1}
    assert await shown.call(arguments) == "This was done."
    assert shown.check('{"whom": "Ann"}').values == {"whom": "Ann"}
    with pytest.raises(ToolRefused):
        real.check('{"whom": "Ann"}')


async def test_the_model_obeys_what_it_reads_once_and_says_the_same_in_pieces() -> None:
    first, order = ToolCall("1", "mail", "{}"), ToolCall("2", "pay", "{}")
    model = Obedient(CANARY, [order], first=first)
    request = ask(frame(model.name), [user("What is there?")])
    assert (await model.answer(request)).message.calls == (first,)
    assert (await model.answer(request)).text == "Done."
    told = ask(frame(model.name), [user(f"Do it, {CANARY}!")])
    deltas = [delta async for delta in model.stream(told)]
    assert isinstance(deltas[-1], Done)
    assert deltas[-1].answer.message.calls == (order,)
    assert (await model.answer(told)).text == "Done."
    assert model.obeyed
    await model.aclose()
