"""Tests of what Mistral calls otherwise than OpenAI does."""

from __future__ import annotations

import json
from typing import Any

from vouch.models.mistral.write import write_request
from vouch.values.message import user
from vouch.values.request import Settings, ToolSpec, ask, frame


def body(**settings: Any) -> dict[str, Any]:
    tools = (ToolSpec("f", "F.", {"type": "object"}), ToolSpec("g", "G.", {"type": "object"}))
    return json.loads(
        write_request(ask(frame("m/x", tools=tools, settings=Settings(**settings)), [user("hi")]), "x", stream=True)
    )


def test_mistrals_words() -> None:
    written = body(seed=7, tool_choice="required", top_logprobs=2, top_k=3, max_tokens=5)
    assert (written["random_seed"], written["tool_choice"], written["max_tokens"]) == (7, "any", 5)
    assert not {"seed", "logprobs", "top_logprobs", "top_k", "stream_options"} & written.keys()
    assert body(tool_choice=("f", "g"))["tool_choice"] == "any"
    assert body(tool_choice=("f",))["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    assert body(tool_choice="auto", extra={"top_k": 4})["top_k"] == 4
