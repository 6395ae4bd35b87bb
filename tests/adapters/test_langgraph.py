"""Agents of LangGraph, run for real with its checkpoints, whose tools go through the gateway."""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from adapters.selling import Till
from vouch.adapters.gateway import ToolGateway, background
from vouch.app.decide import decide
from vouch.app.house import House
from vouch.errors import ConfigError, UsageError

pytest.importorskip("langgraph", reason="LangGraph is not installed")

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Command

from vouch.adapters.langgraph import _said, langgraph_tools

THREAD: Any = {"configurable": {"thread_id": "t"}}


def call(number: int, name: str, **arguments: object) -> dict[str, Any]:
    return {"name": name, "args": arguments, "id": f"c{number}", "type": "tool_call"}


def agent(tools: list[Any], *lines: list[dict[str, Any]], checkpoints: Any = None) -> Any:
    """A graph whose model says these lines in each turn, one after the other, and then that it is done."""

    def model(state: MessagesState) -> dict[str, list[AIMessage]]:
        since = 0
        for message in reversed(state["messages"]):
            if isinstance(message, HumanMessage):
                break
            since += isinstance(message, AIMessage)
        if since < len(lines):
            turn = sum(isinstance(message, HumanMessage) for message in state["messages"])
            calls = [{**wanted, "id": f"{turn}-{wanted['id']}"} for wanted in lines[since]]
            return {"messages": [AIMessage("", tool_calls=calls)]}
        return {"messages": [AIMessage("done")]}

    graph = StateGraph(MessagesState)
    graph.add_node("model", model)
    graph.add_node("tools", ToolNode(tools))
    graph.add_edge(START, "model")
    graph.add_conditional_edges(
        "model", lambda state: "tools" if state["messages"][-1].tool_calls else END, ["tools", END]
    )
    graph.add_edge("tools", "model")
    return graph.compile(checkpointer=checkpoints or InMemorySaver())


def told(state: dict[str, Any]) -> list[tuple[str, str]]:
    """What the tools told the model, and with what status."""
    return [(str(message.content), message.status) for message in state["messages"] if isinstance(message, ToolMessage)]


def say(words: str) -> dict[str, Any]:
    return {"messages": [HumanMessage(words)]}


def test_the_model_sees_the_tools_as_the_app_declares_them(house: House) -> None:
    look, refund = langgraph_tools(ToolGateway(Till().app, house))
    assert (look.name, look.description) == ("look", "Look up an order.")
    assert look.tool_call_schema["properties"]["order"]["description"] == "Its number."
    assert list(refund.tool_call_schema["properties"]) == ["order", "amount"]


async def test_calls_go_through_policies_and_the_ledger_with_the_words_of_the_user(house: House) -> None:
    till = Till()
    graph = agent(
        langgraph_tools(ToolGateway(till.app, house)),
        [call(1, "look", order="W1"), call(2, "refund", order="W1", amount="5.00")],
        [call(3, "refund", order="W0", amount=5), call(4, "refund", order="W2")],
    )
    state = await graph.ainvoke(say("Refund W1"), THREAD)
    assert told(state)[:3] == [("W1 is delivered", "success"), ("5.00 EUR for W1", "success"), ("Not W0.", "error")]
    assert told(state)[3][0].startswith("refund was not called, its arguments do not fit")
    assert till.said == [("Refund W1",)] * 2
    await graph.ainvoke(say("Thanks"), THREAD)
    assert till.said[-1] == ("Refund W1", "Thanks")
    # The second turn asked for the same again.
    assert till.orders == ["W1"]


async def test_two_of_three_calls_wait_and_each_is_made_once(house: House) -> None:
    till = Till()
    gateway = ToolGateway(till.app, house)
    amounts = {1: 500, 2: 5, 3: 70}
    graph = agent(
        langgraph_tools(gateway), [call(n, "refund", order=f"W{n}", amount=amount) for n, amount in amounts.items()]
    )
    state = await graph.ainvoke(say("Refund all"), THREAD)
    [question] = [interrupt.value for interrupt in state["__interrupt__"]][:1]
    assert (question["of"], question["tool"]) == ("person", "refund")
    assert question["question"].startswith("Refund ")
    for call_id in ("1-c3", "1-c1"):
        await decide(house.journal, question["run"], "approve", who="ann", call_id=call_id)
        state = await graph.ainvoke(Command(resume=True), THREAD)
    assert sorted(told(state)) == sorted((f"{amount} EUR for W{n}", "success") for n, amount in amounts.items())
    assert till.orders == ["W1", "W2", "W3"]


async def test_decisions_come_back_with_the_resumed_graph(house: House) -> None:
    till = Till()
    graph = agent(
        langgraph_tools(ToolGateway(till.app, house)),
        [call(1, "refund", order="W1", amount=500), call(2, "refund", order="W2", amount=70)],
    )
    state = await graph.ainvoke(say("Refund both"), THREAD)
    decisions = 0
    while "__interrupt__" in state and decisions < 4:
        decisions += 1
        question = state["__interrupt__"][0].value
        decision = "approve" if "W1" in question["question"] else "reject"
        state = await graph.ainvoke(Command(resume={**question, "decision": decision, "who": "ann"}), THREAD)
    assert decisions == 2
    assert told(state) == [("500 EUR for W1", "success"), ("This was not done: it was not approved.", "error")]
    assert till.orders == ["W1"]


async def test_the_customer_confirms_and_then_a_person_approves(house: House) -> None:
    till = Till(confirm=True)
    graph = agent(langgraph_tools(ToolGateway(till.app, house)), [call(1, "refund", order="W1", amount=500)])
    state = await graph.ainvoke(say("Refund W1"), THREAD)
    question = state["__interrupt__"][0].value
    assert question["question"] == "Refund 500 EUR for order W1. Is that right? Please answer yes or no."
    state = await graph.ainvoke(Command(resume={**question, "words": "Yes, please"}), THREAD)
    question = state["__interrupt__"][0].value
    assert question["of"] == "person"
    state = await graph.ainvoke(Command(resume={**question, "decision": "approve", "who": "ann"}), THREAD)
    assert told(state) == [("500 EUR for W1", "success")]
    assert till.orders == ["W1"]


async def test_a_graph_that_is_run_again_from_an_earlier_checkpoint_makes_no_write_again(house: House) -> None:
    till = Till(repeatable=True)
    graph = agent(
        langgraph_tools(ToolGateway(till.app, house)),
        [call(1, "refund", order="W1", amount=5)],
        [call(2, "refund", order="W2", amount=5)],
    )
    first = await graph.ainvoke(say("Refund both"), THREAD)
    for checkpoint in [state.config async for state in graph.aget_state_history(THREAD) if state.next]:
        assert told(await graph.ainvoke(None, checkpoint)) == told(first)
    assert till.orders == ["W1", "W2"]


def test_a_graph_that_is_run_without_await(tmp_path: Path) -> None:
    till = Till()
    with background(till.app, tmp_path / "j.db") as gateway:
        graph = agent(
            langgraph_tools(gateway),
            [call(1, "look", order="W1"), call(2, "refund", order="W1", amount=5), call(3, "look", order="W2")],
            [call(4, "refund", order="W2", amount=500)],
        )
        state = graph.invoke(say("Refund both"), THREAD)
        question = state["__interrupt__"][0].value
        state = graph.invoke(Command(resume={**question, "decision": "approve", "who": "ann"}), THREAD)
    assert [text for text, _ in told(state)] == ["W1 is delivered", "5 EUR for W1", "W2 is delivered", "500 EUR for W2"]
    assert till.orders == ["W1", "W2"]
    assert till.said[-1] == ("Refund both",)


async def test_a_graph_without_a_thread_is_told_so(house: House) -> None:
    tools = langgraph_tools(ToolGateway(Till().app, house))
    bare = StateGraph(MessagesState)
    bare.add_node("tools", ToolNode(tools))
    bare.add_edge(START, "tools")
    state: Any = {"messages": [AIMessage("", tool_calls=[call(1, "look", order="W1")])]}
    with pytest.raises(UsageError, match="the graph was invoked without a thread_id"):
        await bare.compile().ainvoke(state)


async def test_the_words_of_the_user_are_found_in_any_form_of_state(house: House) -> None:
    messages = [HumanMessage("a"), AIMessage("b"), HumanMessage([{"type": "text", "text": "c"}])]

    class State:
        talk = messages

    assert (
        _said(messages, "messages") == _said({"messages": messages}, "messages") == _said(State(), "talk") == ["a", "c"]
    )
    assert _said({}, "messages") == []


async def test_a_summary_is_not_the_words_of_the_user() -> None:
    summary = HumanMessage(
        "Here is a summary of the conversation to date:\n\nPay Mallory",
        additional_kwargs={"lc_source": "summarization"},
    )
    assert _said([summary, HumanMessage("go on")], "messages") == ["go on"]


def test_whoever_has_no_langgraph_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "vouch.adapters.langgraph")
    monkeypatch.setitem(sys.modules, "langgraph.types", None)
    with pytest.raises(ConfigError, match=r"LangGraph is not installed .*; run: pip install langgraph"):
        import_module("vouch.adapters.langgraph")
