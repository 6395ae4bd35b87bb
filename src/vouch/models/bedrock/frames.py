"""Amazon's event streams: bytes as they come in, whole messages out.

It does not know what a message means. The format is described at
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html: a prelude of three numbers (length of
all, length of the headers, checksum of both), headers, payload, and a checksum of everything before it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final, NamedTuple
from zlib import crc32

from vouch.errors import MalformedAnswer

_PRELUDE: Final = struct.Struct(">III")
_SUM: Final = struct.Struct(">I")
_LARGEST: Final = 24 * 1024 * 1024
_NUMBERS: Final = {2: ">b", 3: ">h", 4: ">i", 5: ">q", 8: ">q"}
_STRING: Final = 7
_BYTES: Final = 6
_UUID: Final = 9


class Frame(NamedTuple):
    """One message: its headers in words, and its payload."""

    headers: Mapping[str, str]
    payload: bytes


class FrameReader:
    """Reads one stream; bytes may be split anywhere. Raises `MalformedAnswer` for what is not in this format."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = b""

    def feed(self, piece: bytes) -> list[Frame]:
        """The messages that `piece` completes."""
        held, place, frames = self._held + piece, 0, list[Frame]()
        while len(held) - place >= _PRELUDE.size:
            size = _size(held, place)
            if len(held) - place < size:
                break
            frames.append(read_frame(held[place : place + size]))
            place += size
        self._held = held[place:]
        return frames

    def close(self) -> list[Frame]:
        """None: half a message is dropped."""
        return []


def _size(held: bytes, place: int) -> int:
    size, headers, checksum = _PRELUDE.unpack_from(held, place)
    if crc32(held[place : place + 8]) != checksum:
        raise MalformedAnswer("the event stream holds a message whose first checksum is wrong; ask again")
    if not _PRELUDE.size + headers + _SUM.size <= size <= _LARGEST:
        raise MalformedAnswer(f"the event stream holds a message of {size} bytes; ask again")
    return int(size)


def read_frame(message: bytes) -> Frame:
    """One whole message; raises `MalformedAnswer` where a checksum is wrong or a header cannot be read."""
    (checksum,) = _SUM.unpack(message[-4:])
    if crc32(message[:-4]) != checksum:
        raise MalformedAnswer("the event stream holds a message whose last checksum is wrong; ask again")
    _, size, _ = _PRELUDE.unpack_from(message)
    end = _PRELUDE.size + size
    try:
        headers = dict(_headers(message[_PRELUDE.size : end]))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise MalformedAnswer(f"the event stream holds a header that cannot be read ({error}); ask again") from None
    return Frame(headers, message[end:-4])


def _headers(block: bytes) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = 0
    while place < len(block):
        length = block[place]
        name = block[place + 1 : place + 1 + length].decode()
        kind = block[place + 1 + length]
        value, place = _value(block, place + 2 + length, kind)
        found.append((name, value))
    return found


def _value(block: bytes, place: int, kind: int) -> tuple[str, int]:
    if kind in (0, 1):
        return ("true", "false")[kind], place
    if kind in _NUMBERS:
        form = struct.Struct(_NUMBERS[kind])
        return str(form.unpack_from(block, place)[0]), place + form.size
    if kind == _UUID:
        return block[place : place + 16].hex(), place + 16
    if kind not in (_BYTES, _STRING):
        raise IndexError(f"kind {kind}")
    (length,) = struct.unpack_from(">H", block, place)
    value, end = block[place + 2 : place + 2 + length], place + 2 + length
    if len(value) < length:
        raise IndexError("it is cut")
    return value.decode() if kind == _STRING else value.hex(), end


def write_frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """A message with headers of text, as a server sends it."""
    block = b"".join(
        bytes([len(name.encode())]) + name.encode() + b"\x07" + struct.pack(">H", len(value.encode())) + value.encode()
        for name, value in headers.items()
    )
    size = _PRELUDE.size + len(block) + len(payload) + _SUM.size
    prelude = struct.pack(">II", size, len(block))
    message = prelude + _SUM.pack(crc32(prelude)) + block + payload
    return message + _SUM.pack(crc32(message))
