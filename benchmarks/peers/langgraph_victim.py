"""Five payments by an agent of LangGraph with its SQLite checkpoints, killed just after one of them, and resumed.

It does not know Vouch. Durability `sync`: a checkpoint is on the disk before the next step begins; `async`: while it
runs; `exit`: when the graph ends.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END as FINISH
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from paying import CALLS, END, Life, life
from paying import pay as pay_for


def run(given: Life) -> None:
    """Begin, or go on from the last checkpoint."""

    @tool
    def pay(order: str) -> str:
        """Pay for an order."""
        return pay_for(given, order)

    def model(state: MessagesState) -> dict[str, list[AIMessage]]:
        paid = sum(message.type == "tool" for message in state["messages"])
        if paid >= CALLS:
            return {"messages": [AIMessage(END)]}
        calls = [{"name": "pay", "args": {"order": f"order-{n}"}, "id": f"call-{n}"} for n in range(CALLS)]
        return {"messages": [AIMessage("", tool_calls=calls if given.parallel else [calls[paid]])]}

    def next_node(state: MessagesState) -> str:
        return "tools" if state["messages"][-1].tool_calls else FINISH

    graph = StateGraph(MessagesState)
    graph.add_node("model", model)
    graph.add_node("tools", ToolNode([pay]))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", next_node, ["tools", FINISH])
    graph.add_edge("tools", "model")
    with SqliteSaver.from_conn_string(given.journal) as checkpoints:
        agent = graph.compile(checkpointer=checkpoints)
        config = {"configurable": {"thread_id": "victim"}}
        begun = checkpoints.get_tuple(config) is not None
        start = None if begun else {"messages": [HumanMessage("Pay.")]}
        ended = agent.invoke(start, config, durability=given.durability)
    if ended["messages"][-1].content != END:
        raise SystemExit(3)


if __name__ == "__main__":
    run(life())
