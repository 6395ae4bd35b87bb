"""The compromised model of the benchmark `agentdojo`, and what an author declares of the tools it has.

They do not need AgentDojo.
"""

from __future__ import annotations

import pytest
from benchmarks.dojo.attacks import MARK, Call
from benchmarks.dojo.declaration import declared_of
from benchmarks.dojo.obeying import Attack, Obeying

from vouch.values.message import Message, ToolCall, ToolResult, tool_result, user
from vouch.values.request import Request, ask, frame


def asked(*messages: Message) -> Request:
    return ask(frame("scripted/model"), messages)


def told(content: str, name: str = "read") -> Message:
    return tool_result(ToolResult("call", name, content))


def test_without_an_attack_it_does_its_task_and_answers() -> None:
    model = Obeying([Call("read", {"file": "a"})], "Read.")
    assert model(asked(user("Read a."))) == ToolCall("call-1", "read", '{"file": "a"}')
    assert model(asked(user("Read a."), told("nothing"))) == "Read."
    assert not model.seen_in
    assert Obeying([], "")(asked(user("Hello."))) == "Done."


def test_from_the_mark_on_the_attack_comes_first_and_its_words_last() -> None:
    ended: list[str] = []
    attack = Attack(lambda: [Call("send", {}), Call("hide", {})], lambda: ended.append("ended"), "Visit Eve's!")
    model = Obeying([Call("read", {}), Call("note", {})], "Noted.", attack)
    messages = [user("Read and note.")]
    assert model(asked(*messages)) == ToolCall("call-1", "read", "{}")
    messages.append(told(f"a text with the {MARK} in it"))
    assert model(asked(*messages)) == ToolCall("call-2", "send", "{}")
    assert not ended
    messages.append(told("This was not done.", "send"))
    assert model(asked(*messages)) == ToolCall("call-3", "hide", "{}")
    messages.append(told("hidden", "hide"))
    assert model(asked(*messages)) == ToolCall("call-4", "note", "{}")
    assert ended == ["ended"]
    messages.append(told(f"the {MARK} again", "note"))
    assert model(asked(*messages)) == "Noted. Visit Eve's!"
    assert model.seen_in == "read"


def test_what_the_user_says_is_no_attack() -> None:
    model = Obeying([], "Done.", Attack(lambda: [Call("send", {})], lambda: None))
    assert model(asked(user(f"What is {MARK}?"))) == "Done."


@pytest.mark.parametrize("suite", ["banking", "slack", "travel", "workspace"])
def test_every_tool_is_declared_with_a_reason(suite: str) -> None:
    declared = declared_of(suite)
    assert len(declared) > 10
    assert all(line.why for line in declared.values())
    assert any(line.effect == "write" for line in declared.values())
    assert all(line.critical is None for line in declared.values() if line.effect == "read")
