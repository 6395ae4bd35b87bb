"""Tests of writing requests."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from vouch.errors import BadRequest
from vouch.models.openai.write import is_strict, write_message, write_request
from vouch.values.message import Image, Message, Text, ToolCall, ToolResult, assistant, system, tool_result, user
from vouch.values.request import Frame, Settings, ToolSpec, ask


def write(*messages: Message, own: bool = False, stream: bool = False, tools: Any = (), **settings: Any) -> Any:
    frame = Frame("openai/gpt-4o", tools=tools, settings=Settings(**settings))
    return json.loads(write_request(ask(frame, messages), "gpt-4o", stream=stream, own=own))


@pytest.mark.parametrize(
    ("message", "written"),
    [
        (system("be brief"), {"role": "system", "content": "be brief"}),
        (user("hi"), {"role": "user", "content": "hi"}),
        (user(""), {"role": "user", "content": ""}),
        (Message("user", (Text("a"), Text("b"))), {"role": "user", "content": "ab"}),
        (
            user("look", Image("https://x/y.png"), Image("data:image/png;base64,AAAA", "low")),
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "look"},
                    {"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "auto"}},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
                ],
            },
        ),
        (assistant("yes"), {"role": "assistant", "content": "yes"}),
        (
            assistant("", ToolCall("x", "f", '{"a": 1}')),
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "x", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}],
            },
        ),
        (
            assistant("first", ToolCall("x", "f", "{}")),
            {
                "role": "assistant",
                "content": "first",
                "tool_calls": [{"id": "x", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
        ),
        (tool_result(ToolResult("x", "f", "42")), {"role": "tool", "tool_call_id": "x", "content": "42"}),
        (tool_result(ToolResult("x", "f", "no", failed=True)), {"role": "tool", "tool_call_id": "x", "content": "no"}),
    ],
)
def test_every_message_has_its_form(message: Message, written: dict[str, Any]) -> None:
    assert write_message(message) == written


def test_a_tools_message_without_a_result_cannot_be_sent() -> None:
    with pytest.raises(BadRequest, match=r"no result; make it with tool_result"):
        write_message(Message("tool", (Text("42"),)))


def test_what_is_left_to_the_provider_is_left_out() -> None:
    assert write(user("hi")) == {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "stream": False}


def test_settings_have_their_names() -> None:
    body = write(user("hi"), temperature=0.0, top_p=0.5, max_tokens=7, stop=("a", "b"), seed=0, top_logprobs=0)
    del body["model"], body["messages"], body["stream"]
    assert body == {
        "temperature": 0.0,
        "top_p": 0.5,
        "max_tokens": 7,
        "stop": ["a", "b"],
        "seed": 0,
        "logprobs": True,
        "top_logprobs": 0,
    }
    assert write(user("hi"), own=True, max_tokens=7)["max_completion_tokens"] == 7
    assert "max_tokens" not in write(user("hi"), own=True, max_tokens=7)


def test_a_stream_asks_for_its_usage() -> None:
    body = write(user("hi"), stream=True)
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


def test_tools_are_functions() -> None:
    parameters = {"type": "object", "properties": {"order": {"type": "string"}}}
    assert write(user("hi"), tools=(ToolSpec("refund", "Give money back.", parameters),))["tools"] == [
        {
            "type": "function",
            "function": {"name": "refund", "description": "Give money back.", "parameters": parameters},
        }
    ]


def test_extra_is_merged_untouched_and_wins_but_cannot_change_how_the_answer_is_read() -> None:
    extra = {"reasoning_effort": "low", "temperature": 1, "stream": True, "nested": {"a": [1, None]}}
    body = write(user("hi"), temperature=0.0, extra=extra)
    assert (body["reasoning_effort"], body["temperature"], body["nested"]) == ("low", 1, {"a": [1, None]})
    assert body["stream"] is False


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", title="An order: 7")
    number: str
    lines: list[int] | None


class Loose(BaseModel):
    number: str = "default"


def test_an_output_schema_is_enforced_strictly_where_it_can_be() -> None:
    schema = Strict.model_json_schema()
    assert write(user("hi"), output_schema=schema)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "An_order_7", "schema": schema, "strict": True},
    }
    loose = write(user("hi"), output_schema=Loose.model_json_schema())["response_format"]["json_schema"]
    assert (loose["name"], loose["strict"]) == ("Loose", False)
    untitled = write(user("hi"), output_schema={"type": "array", "items": {}})["response_format"]["json_schema"]
    assert (untitled["name"], untitled["strict"]) == ("output", False)


CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (CLOSED, True),
        (CLOSED | {"additionalProperties": True}, False),
        (CLOSED | {"required": []}, False),
        (CLOSED | {"properties": {"a": {"type": "object"}}}, False),
        (CLOSED | {"properties": {"a": {"type": ["object", "null"]}}}, False),
        (CLOSED | {"properties": {"a": CLOSED}}, True),
        (CLOSED | {"properties": {"a": {"type": "array", "items": {"type": "object"}}}}, False),
        (CLOSED | {"properties": {"a": {"anyOf": [CLOSED, {"type": "null"}]}}}, True),
        (CLOSED | {"properties": {"a": {"anyOf": [{"type": "object"}]}}}, False),
        (CLOSED | {"properties": {"a": {"oneOf": [CLOSED]}}}, False),
        (CLOSED | {"$defs": {"b": CLOSED}}, True),
        (CLOSED | {"properties": {"a": {"type": "array", "items": True}}}, True),
        (CLOSED | {"$defs": {"b": {"type": "object"}}}, False),
        (CLOSED | {"properties": {"default": {"type": "string"}}, "required": ["default"]}, True),
    ],
)
def test_which_schemas_are_strict(schema: dict[str, Any], strict: bool) -> None:
    assert is_strict(schema) == strict
