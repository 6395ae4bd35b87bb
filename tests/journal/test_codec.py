"""Tests of events to bytes and back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal.samples import KINDS, bodies, started
from vouch.errors import EventUnreadable
from vouch.journal.codec import UPCASTS, decode_body, decode_event, encode_body, encode_event, newest
from vouch.values.event import AnyBody, Event, GuardJudged, RunStarted, kind_of


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8, deadline=None, database=None)
@given(data=st.data())
def test_any_event_of_any_kind_comes_back_as_it_was(kind: type[Any], data: st.DataObject) -> None:
    body: AnyBody = data.draw(bodies(kind))
    assert decode_body(encode_body(body)) == body
    event = Event("r", 7, 1.5, body)
    assert decode_event(encode_event(event)) == event


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5, deadline=None, database=None)
@given(data=st.data())
def test_steps_for_one_kind_leave_the_others_alone(kind: type[Any], data: st.DataObject) -> None:
    body: AnyBody = data.draw(bodies(kind))
    assert decode_body(encode_body(body), {("no.such", 1): lambda fields: fields}) == body


def test_what_an_older_vouch_wrote_is_rewritten_step_by_step() -> None:
    steps = {
        ("guard.judged", 1): lambda fields: {**fields, "way": {"in": "input", "out": "output"}[fields["way"]]},
        ("guard.judged", 2): lambda fields: {"side" if k == "way" else k: v for k, v in fields.items()},
    }
    first = b'{"kind":"guard.judged","guard":"deny","way":"in","passed":true}'
    second = b'{"kind":"guard.judged","v":2,"guard":"deny","way":"input","passed":true}'
    third = b'{"kind":"guard.judged","v":3,"guard":"deny","side":"input","passed":true}'
    wanted = GuardJudged(v=3, guard="deny", side="input", passed=True)
    assert [decode_body(data, steps) for data in (first, second, third)] == [wanted] * 3
    assert newest("guard.judged", steps) == 3
    with pytest.raises(EventUnreadable, match="version 4 of 'guard"):
        decode_body(third.replace(b'"v":3', b'"v":4'), steps)


def test_a_kind_whose_version_is_not_one_writes_its_version() -> None:
    """A version that is the default would be left out by `omit_defaults`, and then be taken for version 1."""
    for kind in KINDS:
        version = next(item.default for item in msgspec.structs.fields(kind) if item.name == "v")
        assert version == newest(kind.__struct_config__.tag, UPCASTS)
        assert version == 1 or not kind.__struct_config__.omit_defaults


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"kind":"run.vanished"}', "Invalid value 'run.vanished'"),
        (b'{"kind":"guard.judged","v":2,"guard":"g","side":"input","passed":true}', "version 2"),
        (b'{"kind":"guard.judged","v":0,"guard":"g","side":"input","passed":true}', "version 0"),
        (b'{"kind":"guard.judged","v":"two","guard":"g","side":"input","passed":true}', "Expected `int`"),
        (b'{"kind":"guard.judged","guard":"g","side":"sideways","passed":true}', "sideways"),
        (b'{"kind":"guard.judged"}', "missing required field"),
        (b'{"guard":"g"}', "missing required field `kind`"),
        (b"[]", "Expected `object`"),
        (b"", "truncated"),
        (b"\x00\x01", "malformed"),
        (b'{"kind":"guard.judged","guard":"\xff"}', "utf-8"),
    ],
)
@pytest.mark.parametrize("upcasts", [{}, {("no.such", 1): dict[str, Any]}])
def test_what_cannot_be_read_is_said_and_nothing_else_is_raised(data: bytes, says: str, upcasts: Any) -> None:
    with pytest.raises(EventUnreadable, match=says):
        decode_body(data, upcasts)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b'{"run":"r"}',
        b'{"run":"r","seq":"0","at":1,"body":{}}',
        b'{"run":"r","seq":0,"at":1,"body":' + b"[" * 100_000,
        b'{"run":"\xc3","seq":0,"at":1,"body":{}}',
    ],
)
def test_a_line_that_is_no_event_is_said_and_nothing_else_is_raised(line: bytes) -> None:
    with pytest.raises(EventUnreadable, match="not an event"):
        decode_event(line)


def test_the_body_of_a_line_is_read_as_strictly() -> None:
    with pytest.raises(EventUnreadable, match="vanished"):
        decode_event(b'{"run":"r","seq":0,"at":1,"body":{"kind":"run.vanished"}}')


def test_fields_that_a_newer_vouch_added_within_a_version_are_passed_over() -> None:
    data = encode_body(started())[:-1] + b',"mood":"good"}'
    assert decode_body(data) == started()


def test_every_kind_has_a_name_of_its_own() -> None:
    names = {kind.__struct_config__.tag for kind in KINDS}
    assert len(names) == len(KINDS)
    assert kind_of(started()) == "run.started"
    assert isinstance(decode_body(encode_body(started())), RunStarted)
