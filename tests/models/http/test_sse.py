"""Tests of server-sent events."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vouch.models.http.sse import EventReader


def read(*pieces: bytes) -> list[str]:
    reader = EventReader()
    return [data for piece in pieces for data in reader.feed(piece)] + reader.close()


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: one\n\ndata: two\n\n", ["one", "two"]),
        (b"data: one\r\n\r\ndata: two\r\n\r\n", ["one", "two"]),
        (b"data: one\r\rdata: two\r\r", ["one", "two"]),
        (b"data:one\n\n", ["one"]),
        (b"data:  one\n\n", [" one"]),
        (b": a comment\n\ndata: one\n: another\n\n", ["one"]),
        (b"data: first\ndata: second\ndata:\n\n", ["first\nsecond\n"]),
        (b"data\n\n", [""]),
        (b"event: error\nid: 7\nretry: 10\ndata: one\n\n", ["one"]),
        (b"database: no\n\n", []),
        (b"\n\n\n", []),
        (b"\xef\xbb\xbfdata: one\n\n", ["one"]),
        ("data: Zürich ≥ 🙂\n\n".encode(), ["Zürich ≥ 🙂"]),
        (b"data: \xff\n\n", ["\ufffd"]),
        (b"data: no empty line\n", ["no empty line"]),
        (b"data: whole\n\ndata: half a li", ["whole"]),
        (b"", []),
    ],
)
def test_reads_events_as_the_standard_says_however_they_are_split(stream: bytes, events: list[str]) -> None:
    assert read(stream) == events
    assert read(*(stream[place : place + 1] for place in range(len(stream)))) == events
    for place in range(len(stream) + 1):
        assert read(stream[:place], stream[place:]) == events


LINES = st.sampled_from(["data: a", "data:ü", "data", ": c", "event: x", "", "", "data:🙂"])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@settings(max_examples=200, deadline=None, database=None)
@given(st.lists(st.tuples(LINES, ENDS), max_size=12), st.lists(st.integers(0, 60), max_size=8))
def test_splitting_never_changes_what_is_read(lines: list[tuple[str, str]], cuts: list[int]) -> None:
    stream = "".join(line + end for line, end in lines).encode()
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    pieces = [stream[start:end] for start, end in itertools.pairwise(places)]
    assert read(*pieces) == read(stream)


def test_a_line_of_a_megabyte_in_small_pieces_takes_linear_time() -> None:
    reader = EventReader()
    assert all(not reader.feed(b"x" * 64) for _ in range(16384))
    assert reader.feed(b"\n\n") == []
