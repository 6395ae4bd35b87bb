"""One suite for requests: theirs read and written again, and ours written in every dialect."""

from __future__ import annotations

import json
from typing import Any

import pytest
from benchmarks.wire.dialects import DIALECTS

from vouch.errors import BadRequest
from vouch.values.message import (
    Audio,
    File,
    Image,
    Message,
    Opaque,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    assistant,
    said_in_order,
    system,
    tool_result,
    user,
)
from vouch.values.request import Request, Settings, ToolSpec, ask, frame

Json = dict[str, Any]
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}
PNG = "data:image/png;base64,iVBORw0KGgo="

THEIRS: dict[str, list[Json]] = {
    "openai": [
        {
            "model": "m",
            "messages": [
                {"role": "developer", "content": "Be brief.", "name": "boss"},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "See", "cache_control": {"type": "ephemeral"}},
                        {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}},
                        {"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "original"}},
                        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
                        {"type": "file", "file": {"file_id": "f-1"}},
                        {
                            "type": "file",
                            "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="},
                        },
                        {"type": "brand_new", "word": 1},
                    ],
                },
                {
                    "role": "assistant",
                    "content": [{"type": "refusal", "refusal": "No."}],
                    "reasoning_details": [{"type": "reasoning.text", "text": "hm"}],
                },
                {"role": "assistant", "content": None, "refusal": "Never.", "audio": {"id": "a-1"}},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{broken"}, "extra": 1}
                    ],
                },
                {
                    "role": "tool",
                    "tool_call_id": "c",
                    "content": [{"type": "text", "text": "a"}, {"type": "x", "y": 1}],
                },
                {"role": "function", "name": "old", "content": "b"},
            ],
            "tools": [
                {"type": "function", "function": {"name": "f", "parameters": SCHEMA, "strict": True, "x": 1}, "y": 2},
                {"type": "web_search", "limit": 3},
            ],
            "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}},
            "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA, "strict": False}},
            "max_completion_tokens": 9,
            "logprobs": True,
            "top_logprobs": 2,
            "n": 2,
            "stop": ["a"],
            "service_tier": "flex",
            "stream": True,
            "stream_options": {"include_usage": True, "include_obfuscation": False},
        },
        {
            "model": "m",
            "messages": [{"role": "user", "content": "hi"}],
            "response_format": {"type": "json_object"},
            "tool_choice": {"type": "function", "function": {"name": "f"}},
            "seed": 7,
            "stop": ["end"],
            "reasoning_effort": "low",
            "parallel_tool_calls": False,
        },
    ],
    "responses": [
        {
            "model": "m",
            "instructions": "Be brief.",
            "input": [
                {"role": "developer", "content": "Kindly."},
                {
                    "role": "user",
                    "content": [
                        {"type": "input_text", "text": "a"},
                        {"type": "input_image", "image_url": PNG, "detail": "high"},
                        {"type": "input_image", "file_id": "f-1", "detail": "auto"},
                        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="},
                        {"type": "input_file", "file_url": "https://x/a.pdf"},
                        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
                        {"type": "brand_new", "word": 1},
                    ],
                },
                {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "seal"},
                {
                    "type": "message",
                    "role": "assistant",
                    "id": "m-1",
                    "status": "completed",
                    "content": [
                        {"type": "output_text", "text": "b", "annotations": [{"type": "file_citation", "index": 1}]},
                        {"type": "refusal", "refusal": "no"},
                    ],
                },
                {"type": "function_call", "id": "i", "call_id": "c", "name": "f", "arguments": "{broken"},
                {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "sun"}]},
                {"type": "web_search_call", "id": "w", "action": {"query": "x"}},
                {"role": "assistant", "content": "one"},
                {"role": "assistant", "content": "two"},
            ],
            "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": True}, {"type": "web_search"}],
            "tool_choice": {"type": "function", "name": "f"},
            "reasoning": {"effort": "low", "summary": "auto"},
            "text": {"verbosity": "low", "format": {"type": "json_object"}},
            "previous_response_id": "p",
        },
        {
            "model": "m",
            "input": [{"role": "user", "content": "hi"}],
            "text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": True}},
            "max_output_tokens": 5,
        },
    ],
    "anthropic": [
        {
            "model": "m",
            "max_tokens": 9,
            "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
                        {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}},
                        {"type": "image", "source": {"type": "file", "file_id": "f"}},
                        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}},
                        {"type": "document", "title": "T", "source": {"type": "url", "url": "https://x/a.pdf"}},
                        {"type": "document", "source": {"type": "content", "content": "own"}},
                        {"type": "image", "source": 7},
                        {"type": "tool_use", "id": "odd", "name": "f", "input": {}},
                    ],
                },
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": "hm", "signature": "seal"},
                        {"type": "redacted_thinking", "data": "xx"},
                        {"type": "text", "text": "a", "citations": [{"type": "page_location", "cited_text": "q"}]},
                        {"type": "tool_use", "id": "c", "name": "f", "input": {"n": 1}, "caller": {"type": "direct"}},
                        {"type": "text", "text": "after"},
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "before"},
                        {"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "sun"}]},
                        {"type": "tool_result", "tool_use_id": "d", "is_error": True},
                        {"type": "text", "text": "and?"},
                    ],
                },
                {"role": "system", "content": "now this"},
            ],
            "tools": [
                {"name": "f", "input_schema": SCHEMA, "strict": True, "defer_loading": True},
                {"type": "web_search_20250305", "name": "web_search"},
            ],
            "tool_choice": {"type": "tool", "name": "f", "disable_parallel_tool_use": True},
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}, "task": 1},
            "metadata": {"user_id": "u"},
            "stop_sequences": ["x"],
            "top_k": 3,
        },
        {
            "model": "m",
            "max_tokens": 9,
            "messages": [{"role": "user", "content": "hi"}],
            "thinking": {"type": "disabled"},
            "tool_choice": {"type": "none"},
            "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
        },
    ],
    "google": [
        {
            "systemInstruction": {"parts": [{"text": "Be brief."}], "role": "user"},
            "contents": [
                {
                    "role": "user",
                    "parts": [
                        {"text": "a"},
                        {"inlineData": {"mimeType": "image/png", "data": "AA=="}, "videoMetadata": {"fps": 1}},
                        {"fileData": {"mimeType": "audio/mp3", "fileUri": "https://x/a"}},
                        {"inlineData": {"mimeType": "application/pdf", "data": "AA==", "displayName": "d"}},
                        {"inlineData": {"mimeType": "audio/wav", "data": "AA=="}},
                        {"fileData": {"fileUri": 7}},
                        {"functionCall": {"name": "odd"}},
                    ],
                },
                {
                    "role": "model",
                    "parts": [
                        {"text": "hm", "thought": True, "thoughtSignature": "s"},
                        {"functionCall": {"name": "f", "args": {"n": 1}}, "thoughtSignature": "t"},
                        {"functionCall": {"name": "f", "args": {"n": 2}, "willContinue": False}},
                        {"executableCode": {"code": "1"}},
                    ],
                },
                {
                    "role": "user",
                    "parts": [
                        {"functionResponse": {"name": "f", "response": {"output": "sun"}}},
                        {"functionResponse": {"name": "f", "response": {"error": "bad"}, "scheduling": "x"}},
                        {"functionResponse": {"name": "g", "response": {"a": [1]}, "parts": [{"text": "see"}]}},
                        {"text": "and?"},
                    ],
                },
            ],
            "tools": [
                {"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}], "googleSearch": {}},
                {"codeExecution": {}},
                {"functionDeclarations": [{"name": "g", "parameters": {"type": "OBJECT", "items": [{"type": "A"}]}}]},
            ],
            "toolConfig": {
                "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]},
                "retrievalConfig": {"languageCode": "pl"},
            },
            "generationConfig": {
                "temperature": 0.5,
                "topK": 3,
                "candidateCount": 2,
                "responseLogprobs": True,
                "logprobs": 2,
                "responseMimeType": "application/json",
                "responseJsonSchema": SCHEMA,
                "thinkingConfig": {"thinkingLevel": "low", "includeThoughts": True},
                "responseModalities": ["TEXT"],
            },
            "safetySettings": [{"category": "c", "threshold": "t"}],
        },
        {
            "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
            "generationConfig": {"responseMimeType": "text/x.enum", "responseJsonSchema": SCHEMA},
            "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED"}},
        },
    ],
    "bedrock": [
        {
            "system": [{"text": "Be brief."}, {"cachePoint": {"type": "default"}}],
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"text": "a"},
                        {"image": {"format": "png", "source": {"bytes": "AA=="}}},
                        {
                            "image": {
                                "format": "jpeg",
                                "source": {"s3Location": {"uri": "s3://x", "bucketOwner": "1"}},
                            }
                        },
                        {"document": {"format": "pdf", "name": "d", "source": {"bytes": "AA=="}}},
                        {"document": {"format": "txt", "name": "d", "source": {"text": "words"}}},
                        {"document": {"format": "txt", "name": "d", "source": {"content": [{"text": "own"}]}}},
                        {"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://x/z"}}}},
                        {"guardContent": {"text": {"text": "g"}}},
                        {"toolUse": {"toolUseId": "odd", "name": "f", "input": {}}},
                    ],
                },
                {
                    "role": "assistant",
                    "content": [
                        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
                        {"reasoningContent": {"redactedContent": "xx"}},
                        {"citationsContent": {"content": [{"text": "w"}], "citations": [{"title": "t"}]}},
                        {"toolUse": {"toolUseId": "c", "name": "f", "input": {"n": 1}, "type": "tool_use"}},
                        {"toolUse": {"toolUseId": "s", "name": "g", "input": {}, "type": "server_tool_use"}},
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {"toolResult": {"toolUseId": "c", "content": [{"text": "sun"}], "status": "error"}},
                        {
                            "toolResult": {
                                "toolUseId": "d",
                                "content": [{"json": {"a": 1}}, {"toolUse": {"toolUseId": "n", "name": "f"}}],
                            }
                        },
                        {"text": "and?"},
                    ],
                },
            ],
            "toolConfig": {
                "tools": [
                    {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "strict": True}},
                    {"cachePoint": {"type": "default"}},
                ],
                "toolChoice": {"tool": {"name": "f"}},
            },
            "inferenceConfig": {"maxTokens": 9, "stopSequences": ["x"]},
            "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}, "top_k": 2},
            "guardrailConfig": {"trace": "enabled"},
        },
        {
            "messages": [{"role": "user", "content": [{"text": "hi"}]}],
            "outputConfig": {
                "textFormat": {
                    "type": "json_schema",
                    "structure": {"jsonSchema": {"schema": json.dumps(SCHEMA), "name": "n"}},
                }
            },
        },
    ],
    "cohere": [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "a"},
                        {"type": "image_url", "image_url": {"url": PNG, "detail": "auto"}},
                        {"type": "brand_new", "word": 1},
                    ],
                },
                {
                    "role": "assistant",
                    "tool_plan": "look",
                    "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{broken"}}],
                },
                {"role": "tool", "tool_call_id": "c", "content": [{"type": "document", "document": {"data": "sun"}}]},
                {
                    "role": "assistant",
                    "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "b"}],
                    "citations": [
                        {"start": 0, "end": 1, "sources": [{"document": {"url": "https://x", "title": "t"}}]}
                    ],
                },
            ],
            "tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA, "x": 1}}, {"type": "new"}],
            "tool_choice": "REQUIRED",
            "response_format": {"type": "json_object", "json_schema": SCHEMA},
            "thinking": {"type": "enabled", "token_budget": 5},
            "logprobs": True,
            "safety_mode": "OFF",
            "p": 0.5,
            "k": 2,
        }
    ],
}
CASES = [(name, theirs) for name, several in THEIRS.items() for theirs in several]


def plain(value: Any) -> Any:
    """A request without what says nothing."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        block = value[0]
        if {*block} <= {"type", "text"} and block.get("type", "text") in ("text", "input_text"):
            return block.get("text")
    if isinstance(value, dict):
        fields = {name: plain(inner) for name, inner in value.items()}
        said = {name: inner for name, inner in fields.items() if inner not in (None, "", [])}
        return said | ({} if said.get("stream") is not False else {"stream": None})
    return [plain(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "theirs"), CASES)
def test_their_request_is_written_as_it_was(name: str, theirs: Json) -> None:
    dialect = DIALECTS[name]
    request = dialect.request(theirs, "")
    again = json.loads(dialect.write(request, "m", bool(theirs.get("stream"))))
    assert plain(again) | {"stream": None} == plain(theirs) | {"stream": None}


@pytest.mark.parametrize(("name", "theirs"), CASES)
@pytest.mark.parametrize("other", sorted(DIALECTS))
def test_their_request_goes_to_every_other_provider(name: str, theirs: Json, other: str) -> None:
    request = DIALECTS[name].request(theirs, "p/m")
    assert request.model == "p/m"
    try:
        body = json.loads(DIALECTS[other].write(request, "m", False))
    except BadRequest as error:
        # What cannot be said there is refused in words that say what to do.
        if not any(word in str(error) for word in ("instead", "several times", "give its")):
            raise
        return
    text = json.dumps(body)
    assert "brand_new" not in text or other in (name, "compatible", "openai")
    assert json.loads(json.dumps(body)) == body


def ours(*messages: Message, **settings: Any) -> Request:
    return ask(frame("p/m", tools=(ToolSpec("f", "F.", SCHEMA),), settings=Settings(**settings)), messages)


def written(name: str, request: Request) -> Json:
    return json.loads(DIALECTS[name].write(request, "m", False))


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_a_whole_conversation_is_written_and_read_back(name: str) -> None:
    call, other = ToolCall("a", "f", '{"n": 1}'), ToolCall("b", "f", '{"n": 2}')
    talk = [
        system("Be brief."),
        user("Look", Image(PNG)),
        assistant("Well", call, other),
        tool_result(ToolResult("a", "f", "one")),
        tool_result(ToolResult("b", "f", "two")),
        user("And?"),
    ]
    dialect = DIALECTS[name]
    back = dialect.request(written(name, ours(*talk, max_tokens=5, temperature=0.5, top_p=0.9)), "p/m")
    said = [(message.role, message.text) for message in back.messages]
    assert said == [(message.role, message.text) for message in talk]
    assert [(one.id, one.name, json.loads(one.arguments)) for one in back.messages[2].calls] == [
        ("a", "f", {"n": 1}),
        ("b", "f", {"n": 2}),
    ]
    assert [one.result.call_id for one in back.messages if one.result] == ["a", "b"]
    assert any(isinstance(part, Image) and part.url == PNG for part in back.messages[1].parts)
    settings = back.frame.settings
    assert (settings.max_tokens, settings.temperature, settings.top_p) == (5, 0.5, 0.9)
    assert [(tool.name, tool.description, tool.parameters) for tool in back.frame.tools] == [("f", "F.", SCHEMA)]


@pytest.mark.parametrize("name", sorted(DIALECTS))
@pytest.mark.parametrize("choice", ["auto", "required", ("f",), ("f", "g")])
def test_tools_are_chosen(name: str, choice: Any) -> None:
    back = DIALECTS[name].request(written(name, ours(user("hi"), tool_choice=choice)), "p/m").frame.settings
    nearest = {"auto": {"auto", None}, "required": {"required"}}.get(choice, {choice, "required", None})
    assert back.tool_choice in nearest


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_json_is_asked_for(name: str) -> None:
    back = DIALECTS[name].request(written(name, ours(user("hi"), output_schema=SCHEMA)), "p/m")
    assert back.frame.settings.output_schema == SCHEMA
    assert "json" in json.dumps(written(name, ours(user("hi"), output_json=True))) or name in ("anthropic", "bedrock")


@pytest.mark.parametrize("name", sorted(DIALECTS))
@pytest.mark.parametrize("effort", ["none", "minimal", "low", "high"])
def test_reasoning_is_wished_for(name: str, effort: str) -> None:
    plain_, wished = (written(name, ours(user("hi"), **wish)) for wish in ({}, {"reasoning_effort": effort}))
    assert plain_ != wished or (name, effort) == ("bedrock", "none")
    if name not in ("openai", "compatible", "responses"):
        assert "777" in json.dumps(written(name, ours(user("hi"), reasoning_budget=777)))
        assert written(name, ours(user("hi"), reasoning_budget=0)) != plain_


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_what_another_dialect_alone_knows_is_left_out(name: str) -> None:
    foreign = [
        Opaque("elsewhere", {"type": "secret"}),
        Reasoning("hush", "seal", "elsewhere"),
        Text("said", own={"elsewhere": {"secret": 1}}),
        Refusal("not that"),
        ToolCall("a", "f", "{broken", own={"elsewhere": {"secret": 1}}),
    ]
    tools = (ToolSpec("x", "", {}, native="elsewhere", own={"elsewhere": {"secret": 1}}),)
    settings = Settings(own={"elsewhere": {"secret": 1}})
    talk = [said_in_order(foreign, {"elsewhere": {"secret": 1}}), tool_result(ToolResult("a", "f", "no", failed=True))]
    text = json.dumps(written(name, ask(frame("p/m", tools=tools, settings=settings), talk)))
    assert "said" in text
    assert "not that" in text
    assert "broken" in text
    assert "secret" not in text
    assert "hush" not in text


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_files_are_sent_or_refused(name: str) -> None:
    sent = 0
    parts = [
        File(text="plain words"),
        File("data:application/pdf;base64,AA==", name="a.pdf"),
        File("data:text/plain,plain%20words"),
        File("https://x/a.pdf"),
        File("s3://x/a.pdf", media="application/pdf"),
        Audio("data:audio/wav;base64,AA=="),
        Audio("https://x/a.mp3", media="audio/mp3"),
        Audio("https://x/unknown"),
        Image("https://x/y.png"),
        Image("", id="f-1"),
    ]
    for part in parts:
        try:
            text = json.dumps(written(name, ours(Message("user", (Text("see"), part)))))
        except BadRequest as error:
            if not any(word in str(error) for word in ("give its", "instead", "give a data: URL")):
                raise
        else:
            sent += 1
            assert any(
                word in text for word in ("plain words", "cGxhaW4gd29yZHM", "plain%20words", "AA==", "//x/", "f-1")
            )
    assert sent >= 2


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_what_cannot_be_sent_says_so(name: str) -> None:
    with pytest.raises(BadRequest, match=r"no result; make it with tool_result"):
        written(name, ours(Message("tool", (Text("42"),))))
    if name not in ("openai", "compatible", "google"):
        with pytest.raises(BadRequest, match="ask several times"):
            written(name, ours(user("hi"), choices=2))


@pytest.mark.parametrize("name", sorted(DIALECTS))
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": 7, "contents": 7, "input": 7},
        {"messages": [{"role": "ghost", "content": []}], "input": [{"role": "ghost", "content": "x"}], "contents": [7]},
        {"messages": [{"role": "assistant", "content": [{"type": "tool_use"}, {"toolUse": {"x": 1}}]}], "model": 7},
        {"contents": [{"role": "model", "parts": [{"functionCall": {}}]}], "input": [{"type": "function_call"}]},
    ],
)
def test_a_request_in_another_form_is_refused(name: str, body: Json) -> None:
    try:
        request = DIALECTS[name].request({"model": "m", "max_tokens": 1, **body}, "")
    except BadRequest as error:
        if error.status != 400:
            raise
    else:
        assert all(not message.calls for message in request.messages)
