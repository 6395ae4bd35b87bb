"""Objects of LangGraph, LangChain, LlamaIndex and Pydantic AI in a model's place, asked for real and proven."""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

from typing import Any

import pytest

from models.target.asking import asked
from vouch import scorers
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.models.target.target import Target
from vouch.proof.prove import prove
from vouch.values.case import Case, Dataset
from vouch.values.message import assistant

N = 60


def answer_to(text: str) -> str:
    """What every bot here says: the next number, but for one that it cannot count from."""
    return "no idea" if text == "13" else str(int(text) + 1)


async def proven(bot: Any, house: House, **options: Any) -> None:
    """The bot as an app is proven, one wrong answer and one that breaks among them."""
    cases = [Case(f"c-{n:02}", str(n), str(n + 1)) for n in range(N)]
    dataset = Dataset("numbers", (*cases, Case("broken", "a word", "x")))
    proof = Proof(dataset, scorers.label(), Gate(claim=0.5))
    target = Target(bot, **options)
    report = await prove(App(name="bot", models=[target], proofs=[proof]), proof, house)
    await target.aclose()
    assert (report.n, report.right, report.verdict) == (N + 1, N - 1, "ship")
    rows = {row.case: row for row in report.rows if not row.right}
    assert set(rows) == {"c-13", "broken"}
    assert rows["c-13"].output == "no idea"
    assert "invalid literal for int() with base 10: 'a word'" in rows["broken"].why


async def test_a_graph_of_langgraph_is_asked_with_the_whole_conversation(house: House) -> None:
    pytest.importorskip("langgraph", reason="LangGraph is not installed")
    from langchain_core.messages import AIMessage
    from langgraph.graph import END, START, MessagesState, StateGraph

    seen: list[list[str]] = []

    def say(state: MessagesState) -> dict[str, list[AIMessage]]:
        seen.append([str(message.content) for message in state["messages"]])
        return {"messages": [AIMessage(answer_to(str(state["messages"][-1].content)))]}

    graph = StateGraph(MessagesState)
    graph.add_node("say", say)
    graph.add_edge(START, "say")
    graph.add_edge("say", END)
    compiled = graph.compile()
    await proven(compiled, house)
    answer = await asked(Target(compiled, name="graph/counter"), "1", assistant("2"), "3")
    assert (answer.text, answer.model) == ("4", "graph/counter")
    assert seen[-1] == ["1", "2", "3"]


async def test_a_graph_with_a_checkpointer_is_asked_by_a_function(house: House) -> None:
    pytest.importorskip("langgraph", reason="LangGraph is not installed")
    from langchain_core.messages import AIMessage
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.graph import START, MessagesState, StateGraph

    graph = StateGraph(MessagesState)
    graph.add_node("say", lambda state: {"messages": [AIMessage(answer_to(state["messages"][-1].content))]})
    graph.add_edge(START, "say")
    compiled = graph.compile(checkpointer=InMemorySaver())

    async def bot(text: str) -> Any:
        # Each question is a thread of its own, or the graph would remember the one before.
        return await compiled.ainvoke({"messages": [("user", text)]}, {"configurable": {"thread_id": text}})

    await proven(bot, house)


async def test_a_runnable_of_langchain(house: House) -> None:
    pytest.importorskip("langchain_core", reason="LangChain is not installed")
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import RunnableLambda

    def said(text: str) -> AIMessage:
        return AIMessage(text)

    await proven(RunnableLambda(answer_to) | RunnableLambda(said), house)


async def test_an_agent_of_pydantic_ai_says_what_it_used(house: House) -> None:
    pytest.importorskip("pydantic_ai", reason="Pydantic AI is not installed")
    from pydantic import BaseModel
    from pydantic_ai import Agent
    from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
    from pydantic_ai.models.function import AgentInfo, FunctionModel

    def model(messages: list[ModelMessage], _info: AgentInfo) -> ModelResponse:
        return ModelResponse([TextPart(answer_to(str(messages[-1].parts[-1].content)))])

    agent = Agent(FunctionModel(model))
    await proven(agent, house)
    answer = await asked(Target(agent, name="agent/counter"), "41")
    assert answer.text == "42"
    assert answer.usage.input_tokens > 0
    assert answer.usage.output_tokens > 0

    class Order(BaseModel):
        total: float

    def structured(_messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse([ToolCallPart(info.output_tools[0].name, {"total": 2.5})])

    typed = Target(Agent(FunctionModel(structured), output_type=Order))
    assert (await asked(typed, "?")).text == '{"total":2.5}'


async def test_a_query_engine_of_llamaindex(house: House) -> None:
    pytest.importorskip("llama_index.core", reason="LlamaIndex is not installed")
    from llama_index.core.query_engine import CustomQueryEngine

    class Counter(CustomQueryEngine):
        def custom_query(self, query_str: str) -> str:
            return answer_to(query_str)

    await proven(Counter(), house, name="llama/counter")


async def test_a_chat_engine_of_llamaindex(house: House) -> None:
    pytest.importorskip("llama_index.core", reason="LlamaIndex is not installed")
    from llama_index.core.base.llms.types import CompletionResponse, LLMMetadata
    from llama_index.core.chat_engine import SimpleChatEngine
    from llama_index.core.llms import CustomLLM
    from llama_index.core.llms.callbacks import llm_completion_callback
    from llama_index.core.memory import ChatMemoryBuffer

    class Counting(CustomLLM):
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(model_name="counting")

        @llm_completion_callback()
        def complete(self, prompt: str, formatted: bool = False, **_more: Any) -> CompletionResponse:
            lines = [line for line in prompt.split("\n") if line.startswith("user: ")]
            return CompletionResponse(text=answer_to(lines[-1].removeprefix("user: ")))

        @llm_completion_callback()
        def stream_complete(self, prompt: str, formatted: bool = False, **_more: Any) -> Any:
            raise NotImplementedError

    def bot() -> SimpleChatEngine:
        # Its default memory is a database that it does not close.
        return SimpleChatEngine.from_defaults(llm=Counting(), memory=ChatMemoryBuffer.from_defaults(token_limit=100))

    answer = await asked(Target(bot(), name="llama/chat"), "1", assistant("2"), "3")
    assert answer.text == "4"

    # A chat engine remembers: each case is asked of a new one.
    async def anew(text: str) -> Any:
        return await bot().achat(text)

    await proven(anew, house)


async def test_a_workflow_of_llamaindex(house: House) -> None:
    pytest.importorskip("llama_index.core", reason="LlamaIndex is not installed")
    from llama_index.core.workflow import StartEvent, StopEvent, Workflow, step

    class Counter(Workflow):
        @step
        async def say(self, event: StartEvent) -> StopEvent:
            return StopEvent(result=answer_to(event.user_msg))

    await proven(Counter(), house)
