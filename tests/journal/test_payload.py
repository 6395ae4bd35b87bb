"""Tests of large text, kept once under its content address."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal.samples import KINDS, answered, bodies
from vouch.errors import EventUnreadable
from vouch.journal.payload import INLINE_BYTES, join, split
from vouch.values.digest import digest_bytes
from vouch.values.event import AnyBody, Blob, ModelAnswered
from vouch.values.message import ToolCall

CALLS = (ToolCall("c1", "refund", '{"why": "' + "ü" * INLINE_BYTES + '"}'), ToolCall("c2", "refund", "{broken"))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=6, deadline=None, database=None)
@given(data=st.data())
def test_split_and_join_give_back_what_was_there(kind: type[Any], data: st.DataObject) -> None:
    body: AnyBody = data.draw(bodies(kind))
    small, blobs = split(body)
    assert join(small, dict(blobs).__getitem__) == body
    assert all(len(content) > INLINE_BYTES and digest_bytes(content) == address for address, content in blobs)


@pytest.mark.parametrize(
    ("text", "taken_out"),
    [
        ("a" * INLINE_BYTES, False),
        ("a" * (INLINE_BYTES + 1), True),
        ("é" * (INLINE_BYTES // 2), False),
        ("é" * (INLINE_BYTES // 2 + 1), True),
        ("😀" * (INLINE_BYTES // 4), False),
        ("😀" * (INLINE_BYTES // 4 + 1), True),
    ],
)
def test_large_is_what_is_large_in_bytes(text: str, *, taken_out: bool) -> None:
    body, blobs = split(answered(text))
    assert [content.decode() for _, content in blobs] == [text] * taken_out
    assert isinstance(body, ModelAnswered)
    assert isinstance(body.text, Blob) == taken_out
    if isinstance(body.text, Blob):
        assert body.text.size == len(text.encode())


def test_large_tool_calls_are_taken_out_too() -> None:
    body = ModelAnswered(model="m", request="r", calls=CALLS)
    small, blobs = split(body)
    assert isinstance(small, ModelAnswered)
    assert isinstance(small.calls, Blob)
    assert join(small, dict(blobs).__getitem__) == body


def test_a_body_without_large_text_is_left_as_it_is() -> None:
    body = answered("short")
    assert split(body) == (body, ())
    assert split(body)[0] is body
    assert join(body, {}.__getitem__) is body


def test_a_reference_of_unknown_content_is_refused() -> None:
    with pytest.raises(EventUnreadable, match=r"'model.answered' holds Blob\(.*in place of its text; give the text"):
        split(ModelAnswered(model="m", request="r", text=Blob("abc", 3)))


def test_content_that_does_not_match_its_address_is_refused() -> None:
    small, _ = split(answered("x" * 5000))
    with pytest.raises(EventUnreadable, match="does not match its address"):
        join(small, lambda _: b"y" * 5000)
