"""An agent of LangGraph with a model within the process and one read tool; each step a checkpoint in SQLite.

It does not know Vouch. `durability="sync"`: a checkpoint is on the disk before the next step begins.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import asyncio

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.tools import tool
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END as FINISH
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from measuring import END, PROMPT, QUESTION, Size, found, measure, order, size


@tool
async def look_up(order: str) -> str:
    """Look up an order."""
    return found(order)


async def run(given: Size) -> None:
    """All agents on one graph and one checkpointer."""

    async def model(state: MessagesState) -> dict[str, list[AIMessage]]:
        done = len(state["messages"]) // 2 - 1
        if done >= given.steps:
            return {"messages": [AIMessage(END)]}
        call = {"name": "look_up", "args": {"order": order(done)}, "id": f"call-{done}"}
        return {"messages": [AIMessage("", tool_calls=[call])]}

    def next_node(state: MessagesState) -> str:
        return "tools" if state["messages"][-1].tool_calls else FINISH

    graph = StateGraph(MessagesState)
    graph.add_node("model", model)
    graph.add_node("tools", ToolNode([look_up]))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", next_node, ["tools", FINISH])
    graph.add_edge("tools", "model")
    async with AsyncSqliteSaver.from_conn_string(str(given.folder / "langgraph.db")) as checkpoints:
        agent = graph.compile(checkpointer=checkpoints)

        async def one(number: int) -> str:
            config = {"configurable": {"thread_id": str(number)}, "recursion_limit": 10 * given.steps}
            start = {"messages": [SystemMessage(PROMPT), HumanMessage(QUESTION)]}
            ended = await agent.ainvoke(start, config, durability="sync")
            return ended["messages"][-1].content

        await measure(one, given.agents, given.steps)


if __name__ == "__main__":
    asyncio.run(run(size()))
