from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proof.stall import MADE, Stall, stall_app
from vouch import scorers
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof, Stage
from vouch.app.house import House
from vouch.app.run import run
from vouch.app.subagent import as_tool
from vouch.contracts.knowledge import Passage
from vouch.errors import CaseError
from vouch.models.scripted import Scripted
from vouch.prompts.prompt import Prompt
from vouch.proof.html import html
from vouch.proof.labelling import Known, check_in_proof, check_labels
from vouch.proof.labels import Label, Labels
from vouch.proof.prove import prove
from vouch.proof.sentences import summary
from vouch.tools.function import tool
from vouch.tools.policy import policy
from vouch.values.case import Case, Dataset
from vouch.values.message import ToolCall
from vouch.values.result import Called, Made, Result


def by_name(labels: Labels) -> dict[str, Label]:
    return {label.name: label for label in labels.labels}


async def test_labels_that_are_right_are_shown_with_what_hangs_on_them(house: House) -> None:
    MADE.clear()
    found = await check_labels(stall_app(critical=["order"]), house)
    assert (found.app, found.provenance, found.worlds, found.wrong) == ("stall", "ask", 3, ())
    labels = by_name(found)
    assert labels["read_note"] == Label(
        name="read_note", trust="untrusted", by="declared", looked_at=5, gave_back=5, tried=True
    )
    assert (labels["price"].trust, labels["price"].unasked, labels["price"].free_text) == (
        "trusted",
        ("refund_order",),
        (),
    )
    # Each result of `length` is checked: it can hold no order.
    assert (labels["length"].trust, labels["length"].tried, labels["length"].looked_at) == ("typed", False, 6)
    assert (labels["refund_order"].effect, labels["refund_order"].critical, labels["refund_order"].by) == (
        "write",
        ("order",),
        "default",
    )
    # The one write of the cases, in its own world; what was tried with the hostile order was never made.
    assert MADE == ["A17"]
    assert await house.journal.runs() == []


async def test_a_wrong_label_is_found(house: House) -> None:
    found = await check_labels(stall_app(note="trusted"), house)
    assert by_name(found)["read_note"].wrong_in == "note"
    assert len(found.wrong) == 1


async def test_few_cases_are_taken_from_all_of_them_and_none_if_none_are_wanted(house: House) -> None:
    app = stall_app(cases=Dataset("many", tuple(Case(f"c-{n}", "price A") for n in range(10))))
    assert (await check_labels(app, house, cases=3)).worlds == 3
    none = await check_labels(app, house, cases=0)
    assert (none.worlds, by_name(none)["read_note"].tried) == (0, True)


async def test_cases_that_cannot_be_used_are_refused(house: House, tmp_path: Path) -> None:
    app = replace(stall_app(), proofs=[Proof("none.jsonl", scorers.contains())])
    with pytest.raises(CaseError, match="there is no file of cases"):
        await check_labels(app, house, root=tmp_path)


async def test_an_app_without_worlds_is_asked_who_writes_what_it_trusts(house: House) -> None:
    @tool(trust="trusted")
    def faq(query: str) -> str:
        """Answers."""
        return "We are open from nine to five on every day but Sunday."

    @tool(trust="trusted")
    def rate(query: str) -> str:
        """A rate."""
        return "0.5"

    @tool(trust="trusted")
    def unused(query: str) -> str:
        """Something."""
        return ""

    @tool(trust="trusted")
    def order(query: str) -> dict[str, list[str]]:
        """An order."""
        return {}

    @tool(trust="trusted")
    def fails(query: str) -> str:
        """Fails."""
        raise ValueError

    calls = [ToolCall(name, name, '{"query": "x"}') for name in ("faq", "rate", "fails")]
    tools = [faq, rate, unused, order, fails]
    app = App(name="desk", models=[Scripted([(*calls,), "done"])], tools=tools)
    await run(app, "hello", house)
    found = by_name(await check_labels(app, house))
    assert {name: label.free_text for name, label in found.items()} == {
        "faq": ("all of it",),
        "rate": (),
        "unused": ("all of it",),
        "order": ("*[]",),
        "fails": ("all of it",),
    }
    assert not any(label.tried for label in found.values())


class Faq:
    version = "1"

    async def recall(self, query: str) -> Sequence[Passage]:
        return [Passage("own.md", "Open from nine to five.", 1.0, trusted=True)]


async def test_passages_are_sources_too_and_trusted_only_where_some_say_so(house: House) -> None:
    stall = Stall()
    prompt = Prompt.text("{{ passages }}", inputs={"passages": {"type": "array"}})
    proofs = [Proof(Dataset("d", (Case("c", "hello"),)), scorers.contains())]
    app = App(
        name="a",
        models=[Scripted(lambda _: "hello")],
        knowledge=Faq(),
        prompt=prompt,
        tools=stall.tools()[-1:],
        proofs=proofs,
    )
    found = by_name(await check_labels(app, house))
    assert (found["passages"].tried, found["passages"].unasked) == (True, ())
    assert found["passages (trusted)"].unasked == ("refund_order",)
    assert found["passages (trusted)"].free_text == ("all of it",)
    quiet = by_name(await check_labels(replace(app, proofs=()), house))
    assert "passages (trusted)" not in quiet
    watched = by_name(await check_labels(replace(app, provenance="observe"), house))
    assert (watched["passages"].tried, watched["passages (trusted)"].tried) == (False, True)


async def test_sub_agents_are_as_trusted_as_what_they_read(house: House) -> None:
    @policy(customer="No.", auditor="Nothing is allowed.")
    def nothing(_: object) -> bool:
        return False

    stall = Stall()
    scout = App(name="scout", models=[Scripted([])], tools=stall.tools()[:1])
    clerk = App(name="clerk", models=[Scripted([])], tools=stall.tools()[1:])
    prompt = Prompt.text("{{ passages }}", inputs={"passages": {"type": "array"}})
    reader = App(name="reader", models=[Scripted([])], knowledge=Faq(), prompt=prompt)
    tools: list[Any] = [as_tool(inner, description="Works.") for inner in (scout, reader)]
    tools.append(as_tool(clerk, description="Works.", policies=[nothing]))
    found = by_name(await check_labels(App(name="a", models=[Scripted([])], tools=tools), house))
    assert (found["scout"].trust, found["scout"].by) == ("untrusted", "derived")
    assert (found["clerk"].effect, found["clerk"].policies, found["clerk"].critical) == ("write", ("nothing",), None)
    assert found["scout/read_note"].by == "declared"
    assert found["clerk/refund_order"].effect == "write"
    assert found["reader/passages"].trust == "untrusted"


async def test_a_custom_tool_that_says_typed_and_checks_nothing_is_tried(house: House) -> None:
    real = Stall().tools()[1]

    class Claims:
        spec, version, effect, trust = real.spec, "1", "read", "typed"
        check, call = real.check, real.call

    tools: list[Any] = [Claims(), Stall().tools()[3]]
    found = by_name(await check_labels(App(name="a", models=[Scripted([])], tools=tools), house))
    assert (found["price"].trust, found["price"].unasked) == ("typed", ("refund_order",))


def known(case: str, *calls: str, made: bool = False) -> Known:
    arguments = '{"order": "A17", "amount": 3}'
    called = tuple(Called(name, arguments if name == "refund_order" else '{"order": "A17"}') for name in calls)
    writes = (Made("refund_order", arguments, "paid"),) if made else ()
    return Known(Case(case, "hello"), Result("r", "answered", calls=calls, called=called, made=writes))


async def test_in_a_proof_known_calls_are_made_again_in_as_few_worlds_as_show_all(house: House) -> None:
    MADE.clear()
    app = replace(stall_app(note="trusted"), models=[Scripted([])])
    [proof] = app.proofs
    cases = [known("a", "price"), known("b", "price", "read_note"), known("c", "refund_order", made=True)]
    found = await check_in_proof(app, proof, house, [*cases, known("d", "read_note")])
    assert found is not None
    assert (found.worlds, by_name(found)["read_note"].wrong_in, MADE) == (2, "b", ["A17"])
    assert by_name(found)["price"].unasked == ("refund_order",)
    # A write that was asked for and not made is not made now.
    again = await check_in_proof(app, proof, house, [known("c", "refund_order")])
    assert again is not None
    assert (again.worlds, MADE) == (1, ["A17"])


async def test_in_a_proof_whose_worlds_cannot_be_planted_nothing_is_checked(house: House) -> None:
    app = stall_app(plants=False)
    assert await check_in_proof(app, app.proofs[0], house, [known("a", "price")]) is None
    plain = Proof(Dataset("d", (Case("c", "hello"),)), scorers.contains())
    assert await check_in_proof(app, plain, house, [known("a", "price")]) is None


async def test_a_wrong_label_holds_an_app_back_and_says_what_to_write(house: House) -> None:
    held = await prove(stall_app(note="trusted"), stall_app(note="trusted").proofs[0], house)
    assert held.verdict == "hold"
    assert held.labels is not None
    assert held.reasons[0] == held.labels.wrong[0]
    assert held.reasons[0].startswith("read_note is labelled trusted, but in case note it gave back what a stranger")
    assert held.labels.wrong[0] in summary(held)
    assert "read_note is labelled trusted" in html(held)
    right = stall_app()
    shipped = await prove(right, right.proofs[0], house)
    assert (shipped.verdict, shipped.labels is not None) == ("ship", True)
    assert "Labels of trust: none is wrong in 2 planted worlds." in summary(shipped)
    plain = stall_app(plants=False)
    assert (await prove(plain, plain.proofs[0], house)).labels is None
    # What was only tried is no run of anybody's.
    assert {row.app for row in await house.journal.runs()} == {"stall"}


async def test_cases_share_nothing_with_the_check(house: House) -> None:
    """The worlds of a proof are opened again: one that counts how often it was is opened for the check, too."""
    opened: list[str] = []

    @asynccontextmanager
    async def world(case: Case) -> AsyncGenerator[Stage]:
        opened.append(case.id)
        stall = Stall()

        async def left() -> object:
            return stall.note

        yield Stage(stall.tools(), left, plant=stall.plant)

    app = replace(
        stall_app(),
        proofs=[Proof(Dataset("d", (Case("c", "price A", "5"),)), scorers.contains(), Gate(alone=[]), world=world)],
    )
    report = await prove(app, app.proofs[0], house)
    assert (opened, report.right) == (["c", "c"], 1)
    again = await prove(app, app.proofs[0], house)
    assert (opened, again.cached) == (["c", "c", "c"], 1)
