"""Five payments by an agent of LangGraph with its SQLite checkpoints, as durable as it is by default.

Its second life goes on from the last checkpoint.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import asyncio
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END as FINISH
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Command

from benchmarks.adapted.life import CALLS, END, QUESTION, THREAD, Life, bear, find_out, plain_pay, wanted
from vouch.adapters.gateway import ToolGateway
from vouch.adapters.langgraph import langgraph_tools


async def work(given: Life, gateway: ToolGateway) -> str:
    """Begin, or go on; whatever waits for a person is found out."""

    @tool
    async def pay(order: str) -> str:
        """Pay for an order."""
        return await asyncio.to_thread(plain_pay, given, order)

    def model(state: MessagesState) -> dict[str, list[AIMessage]]:
        paid = sum(message.type == "tool" for message in state["messages"])
        if paid >= CALLS:
            return {"messages": [AIMessage(END)]}
        calls: Any = [{"name": "pay", "args": arguments, "id": name} for name, arguments in wanted(given, paid)]
        return {"messages": [AIMessage("", tool_calls=calls)]}

    def next_node(state: MessagesState) -> str:
        return "tools" if state["messages"][-1].tool_calls else FINISH

    graph = StateGraph(MessagesState)
    graph.add_node("model", model)
    graph.add_node("tools", ToolNode([pay] if given.plain else langgraph_tools(gateway)))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", next_node, ["tools", FINISH])
    graph.add_edge("tools", "model")
    async with AsyncSqliteSaver.from_conn_string(f"{given.journal}.langgraph") as checkpoints:
        agent = graph.compile(checkpointer=checkpoints)
        config: Any = {"configurable": {"thread_id": THREAD}}
        begun = await checkpoints.aget_tuple(config) is not None
        state = await agent.ainvoke(None if begun else {"messages": [HumanMessage(QUESTION)]}, config)
        while "__interrupt__" in state:
            await find_out(given, gateway)
            state = await agent.ainvoke(Command(resume=True), config)
    return state["messages"][-1].content


if __name__ == "__main__":
    bear(work)
