from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from vouch.values.message import Image, Message, Text, ToolCall, ToolResult, assistant, system, tool_result, user
from vouch.values.request import Answer, Example, Frame, Settings, ToolSpec, ask, extend, frame, history_of

said = st.lists(
    st.builds(user, st.text())
    | st.builds(system, st.text())
    | st.builds(assistant, st.text(), st.builds(ToolCall, st.text(), st.text(), st.text())),
    max_size=5,
)


@given(said)
def test_a_request_has_the_same_digest_whether_its_history_was_known_or_not(messages: list[Message]) -> None:
    shape = frame("a/b", settings=Settings(temperature=0))
    history = ""
    for message in messages:
        history = extend(history, message)
    assert history == history_of(messages)
    known = ask(shape, messages, history=history)
    assert (
        known.digest
        == ask(shape, messages).digest
        == ask(Frame("a/b", settings=Settings(temperature=0)), messages).digest
    )
    assert known.model == "a/b"


def test_a_request_is_addressed_by_all_but_the_model() -> None:
    messages = [user("hi")]
    spec = ToolSpec("add", "Add.", {"type": "object"})
    plain = ask(frame("a/b"), messages)
    assert ask(frame("c/d"), messages).digest == plain.digest
    others = [
        ask(frame("a/b", tools=(spec,)), messages),
        ask(frame("a/b", settings=Settings(seed=1)), messages),
        ask(frame("a/b", examples=(Example("q", "a"),)), messages),
        ask(frame("a/b"), [user("hi"), user("hi")]),
        ask(frame("a/b"), [system("hi")]),
    ]
    assert len({plain.digest, *(other.digest for other in others)}) == 6


def test_the_words_of_a_message_are_its_parts_or_its_result() -> None:
    picture = Image("data:image/png;base64,AA==")
    assert user("look: ", picture).text == "look: "
    assert Message("user", (Text("a"), picture, Text("b"))).text == "ab"
    assert assistant("").parts == ()
    result = ToolResult("call-1", "add", "3")
    assert tool_result(result).text == "3"
    assert tool_result(result).role == "tool"
    assert Answer(assistant("yes")).text == "yes"


def test_messages_pass_through_json_unchanged() -> None:
    messages = (user("a", Image("https://example.com/a.png")), assistant("b", ToolCall("1", "f", "{broken")))
    assert msgspec.json.decode(msgspec.json.encode(messages), type=tuple[Message, ...]) == messages
