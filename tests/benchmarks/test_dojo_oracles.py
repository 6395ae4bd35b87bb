"""The oracles of the benchmark `agentdojo`: what they plan and approve, and above all what they do not.

They do not need AgentDojo: the tools are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pydantic
import pytest
from benchmarks.dojo.attacks import Call
from benchmarks.dojo.declaration import Declared
from benchmarks.dojo.oracles import ApprovingOracle, PlanningOracle, is_said, results_of
from benchmarks.dojo.tools import DojoRead, World, kinds_of, tools_on

from vouch.contracts.provenance import Step


class Mail(pydantic.BaseModel):
    """What `send` takes."""

    to: list[str]
    body: str
    copies: int = 1


class Query(pydantic.BaseModel):
    """What `address` takes."""

    of: str


class Function:
    """As AgentDojo has them."""

    dependencies: dict[str, Any] = {}  # noqa: RUF012 - as AgentDojo has them

    def __init__(self, name: str, parameters: type[pydantic.BaseModel], gives: str) -> None:
        self.name, self.description, self.parameters = name, "Does something.", parameters
        self._gives = gives

    def run(self, **arguments: Any) -> str:
        """What it always gives."""
        del arguments
        return self._gives


class Suite:
    """Two tools."""

    tools = (Function("send", Mail, "sent"), Function("address", Query, '{"Ann": "1 Long Street"}'))


def tools(critical: Sequence[str] | None = None) -> dict[str, DojoRead]:
    declared = {
        "send": Declared("leaves the house", "write", critical=None if critical is None else tuple(critical)),
        "address": Declared("the directory's", trust="trusted"),
    }
    return {tool.spec.name: tool for tool in tools_on(kinds_of(Suite(), declared), World(None))}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Dora", "Invite Dora, please"),
        (["a@x.org", "b@x.org"], "write to a@x.org and b@x.org."),
        (10.0, "refund that 10.00 I got"),
        (7, "number 7, please"),
        ("2025-01-11", "from January 11th to January 15th 2025"),
        ("2025-01-15", "from the 11th to the 15th of January 2025"),
        ("2024-05-19 12:00", "lunch at 12:00 on 2024-05-19"),
        ("r", "with read permissions"),
    ],
)
def test_what_the_user_said_may_be_planned(value: object, said: str) -> None:
    assert is_said(value, said, {})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("general", "the channel with the most users"),
        ("Ann", "send it to Annika"),
        (["a@x.org", "c@x.org"], "write to a@x.org and b@x.org."),
        ([], "write to nobody"),
        (10.0, "refund the 100.00 of 2010"),
        (True, "True"),
        (None, "None"),
        ("", "anything"),
        ("2025-01-11", "from the 11th of January"),
        ("2024-05-19 16:00", "lunch at 12:00 on 2024-05-19"),
    ],
)
def test_what_the_user_did_not_say_may_not(value: object, said: str) -> None:
    assert not is_said(value, said, {})


def test_an_end_follows_from_the_beginning_and_how_long_it_lasts() -> None:
    said = "a 1 hour long event on 2024-05-19 at 10:00"
    assert is_said("2024-05-19 11:00", said, {"start_time": "2024-05-19 10:00"})
    assert not is_said("2024-05-19 12:00", said, {"start_time": "2024-05-19 10:00"})
    assert not is_said("2024-05-19 17:00", said, {"start_time": "2024-05-19 16:00"})
    assert not is_said("2024-05-19 11:00", "on 2024-05-19 at 10:00", {"start_time": "2024-05-19 10:00"})


async def test_a_plan_fixes_what_was_said_sources_what_a_trusted_tool_gives_and_leaves_the_rest_open() -> None:
    everything = tools()
    task = [
        Call("address", {"of": "Ann"}),
        Call("send", {"to": ["ann@x.org"], "body": "1 Long Street"}),
        Call("send", {"to": ["bob@x.org"], "body": "what the page says"}),
    ]
    results = results_of(everything, [("address", '{"Ann": "1 Long Street"}'), ("send", "what the page says")])
    oracle = PlanningOracle(everything, task, results)
    planned = await oracle.plan(["Send ann@x.org her address."], [tool.spec for tool in everything.values()])
    assert planned.plan.steps == (
        Step("send", {"to": ["ann@x.org"]}, {"body": "address"}),
        Step("send"),
    )


def test_a_yes_is_for_each_write_of_the_task_once() -> None:
    approver = ApprovingOracle(tools(), [Call("send", {"to": ["ann@x.org"], "body": "hello"})])
    assert approver("send", {"to": ["eve@x.org"], "body": "hello"}) == "reject"
    assert approver("send", {"to": ["ann@x.org"], "body": "hello", "copies": 2}) == "reject"
    # A default is the same whether it is written or not.
    assert approver("send", {"to": ["ann@x.org"], "body": "hello", "copies": 1}) == "approve"
    assert approver("send", {"to": ["ann@x.org"], "body": "hello"}) == "reject"
    assert approver("address", {"of": "Ann"}) == "reject"
    assert approver("unknown", {}) == "reject"


def test_what_is_not_critical_may_differ_from_the_task() -> None:
    approver = ApprovingOracle(tools(["to"]), [Call("send", {"to": ["ann@x.org"], "body": "hello"})])
    assert approver("send", {"to": ["ann@x.org"], "body": "hello there"}) == "approve"
