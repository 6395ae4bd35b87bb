"""Tests of the long tail: with a stand-in for litellm's one function, and with litellm itself where it is installed."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

import pytest

from vouch.errors import ConfigError, ConnectionFailed, ModelTimeout, RateLimited
from vouch.models.litellm.client import LiteLLM
from vouch.testing.provider import StandIn
from vouch.values.message import user
from vouch.values.request import Done, Request, TextDelta, ask, frame

QUESTION: Request = ask(frame("tail/x/m"), [user("hello big world")])


class Dumped:
    """What litellm gives: an object that can be taken apart."""

    def __init__(self, value: dict[str, Any]) -> None:
        self._value = value

    def model_dump(self) -> dict[str, Any]:
        return self._value


def chunk(delta: dict[str, Any], finish: str | None = None) -> Dumped:
    return Dumped({"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


class Package(ModuleType):
    """litellm with an answer to order."""

    def __init__(self, error: Exception | None = None, broken: Exception | None = None) -> None:
        super().__init__("litellm")
        self.telemetry = True
        self.asked: list[dict[str, Any]] = []
        self._error = error
        self._broken = broken

    async def acompletion(self, **asked: Any) -> Any:
        self.asked.append(asked)
        if self._error is not None:
            raise self._error
        if asked["stream"]:
            return self._chunks()
        message = {"role": "assistant", "content": "Hello."}
        return Dumped({"id": "c", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    async def _chunks(self) -> AsyncIterator[Dumped]:
        yield chunk({"content": "Hello"})
        if self._broken is not None:
            raise self._broken
        yield chunk({"content": "."}, "stop")


class Failed(Exception):
    """An error of litellm's."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status_code = status
        self.response = type("Response", (), {"headers": {"Retry-After": "3"}})()


class Timeout(Failed):
    """litellm's error of this name."""


def use(monkeypatch: pytest.MonkeyPatch, package: ModuleType) -> None:
    monkeypatch.setitem(sys.modules, "litellm", package)


async def test_an_answer_whole_and_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    package = Package()
    use(monkeypatch, package)
    model = LiteLLM("tail/x/m", address="http://h", key="k-123", headers={"a": "b"})
    assert (await model.answer(QUESTION)).text == "Hello."
    deltas = [delta async for delta in model.stream(QUESTION)]
    assert deltas[:2] == [TextDelta("Hello"), TextDelta(".")]
    assert isinstance(deltas[2], Done)
    assert package.telemetry is False
    asked = package.asked[0]
    assert (asked["model"], asked["api_base"], asked["api_key"]) == ("x/m", "http://h", "k-123")
    assert asked["extra_headers"] == {"a": "b"}
    assert "k-123" not in repr(model)
    await model.aclose()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Failed("slow down, k-123", 429), RateLimited),
        (Timeout("late", 408), ModelTimeout),
        (Failed("no network"), ConnectionFailed),
        (RuntimeError("k-123 broke"), ConnectionFailed),
    ],
)
async def test_errors_are_ours(monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception]) -> None:
    for package in (Package(error=error), Package(broken=error)):
        use(monkeypatch, package)
        model = LiteLLM("tail/x/m", key="k-123")
        with pytest.raises(kind) as caught:
            assert [delta async for delta in model.stream(QUESTION)] == []
        assert "k-123" not in str(caught.value)
        if kind is RateLimited:
            assert getattr(caught.value, "retry_after", None) == 3.0


async def test_without_litellm_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "litellm", None)
    with pytest.raises(ConfigError, match=r"pip install 'vouch-llm\[litellm\]'"):
        await LiteLLM("tail/x/m").answer(QUESTION)
    with pytest.raises(ConfigError, match="no model's name"):
        LiteLLM("tail")


@pytest.mark.filterwarnings("ignore")
async def test_litellm_itself() -> None:
    pytest.importorskip("litellm")
    async with StandIn(key="k-123") as provider:
        model = LiteLLM("tail/openai/stand-in", address=provider.address, key="k-123")
        answer = await model.answer(QUESTION)
        assert "hello big world" in answer.text
        deltas = [delta async for delta in model.stream(QUESTION)]
        last = deltas[-1]
        assert isinstance(last, Done)
        assert last.answer.text == answer.text
