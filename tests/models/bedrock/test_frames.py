"""Tests of Amazon's event streams, byte by byte."""

from __future__ import annotations

import struct
from zlib import crc32

import pytest

from vouch.errors import MalformedAnswer
from vouch.models.bedrock.frames import FrameReader, read_frame, write_frame

MESSAGE = write_frame({":event-type": "metadata", ":message-type": "event"}, b'{"a": 1}')


def framed(headers: bytes, payload: bytes = b"") -> bytes:
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", crc32(prelude)) + headers + payload
    return message + struct.pack(">I", crc32(message))


def test_the_example_of_the_documentation() -> None:
    # An empty message of 16 bytes, as published with the format's own tests.
    empty = bytes.fromhex("000000100000000005c248eb7d98c8ff")
    assert write_frame({}, b"") == empty
    assert read_frame(empty) == ({}, b"")


@pytest.mark.parametrize("size", [1, 3, 7, 64, 1000])
def test_messages_may_be_split_anywhere(size: int) -> None:
    reader, raw = FrameReader(), MESSAGE * 3
    frames = [frame for at in range(0, len(raw), size) for frame in reader.feed(raw[at : at + size])]
    assert [frame.payload for frame in frames] == [b'{"a": 1}'] * 3
    assert frames[0].headers == {":event-type": "metadata", ":message-type": "event"}
    assert reader.close() == []


def test_every_kind_of_header_is_read() -> None:
    values = [
        (b"\x00", "true"),
        (b"\x01", "false"),
        (b"\x02\xff", "-1"),
        (b"\x03\x01\x00", "256"),
        (b"\x04\x00\x00\x00\x07", "7"),
        (b"\x05" + bytes(7) + b"\x09", "9"),
        (b"\x06\x00\x02\xab\xcd", "abcd"),
        (b"\x07\x00\x02\xc3\xa9", "é"),
        (b"\x08" + bytes(7) + b"\x05", "5"),
        (b"\x09" + bytes(16), "00" * 16),
    ]
    block = b"".join(bytes([1]) + str(number).encode() + value for number, (value, _) in enumerate(values))
    assert read_frame(framed(block)).headers == {str(n): text for n, (_, text) in enumerate(values)}


def flipped(at: int) -> bytes:
    return MESSAGE[:at] + bytes([MESSAGE[at] ^ 1]) + MESSAGE[at + 1 :]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (flipped(0), "first checksum"),
        (flipped(9), "first checksum"),
        (flipped(20), "last checksum"),
        (flipped(len(MESSAGE) - 1), "last checksum"),
        (struct.pack(">II", 8, 0) + struct.pack(">I", crc32(struct.pack(">II", 8, 0))), "8 bytes"),
        (struct.pack(">II", 2**31, 0) + struct.pack(">I", crc32(struct.pack(">II", 2**31, 0))), "2147483648 bytes"),
        (framed(b"\x01a\x0b"), "header that cannot be read"),
        (framed(b"\x01a\x07\x00\x09short"), "header that cannot be read"),
        (framed(b"\x01a\x07\x00\x01\xff"), "header that cannot be read"),
        (framed(b"\x01a\x04\x00"), "header that cannot be read"),
        (framed(b"\x09"), "header that cannot be read"),
    ],
)
def test_what_is_damaged_is_malformed(raw: bytes, said: str) -> None:
    with pytest.raises(MalformedAnswer, match=said):
        FrameReader().feed(raw)
