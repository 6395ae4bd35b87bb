"""Server-sent events: bytes as they come in, the data of whole events out.

It does not know what the data means, nor the names, ids and retry times of events, which no model's stream needs.
"""

from __future__ import annotations

from typing import Final

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class EventReader:
    """Reads one stream as https://html.spec.whatwg.org/multipage/server-sent-events.html says.

    Bytes may be split anywhere: lines are put together before they are decoded.
    """

    __slots__ = ("_after_return", "_begun", "_data", "_line")

    def __init__(self) -> None:
        self._line: list[bytes] = []
        self._data: list[bytes] = []
        self._after_return = False
        self._begun = False

    def feed(self, piece: bytes) -> list[str]:
        """The data of every event that `piece` completes."""
        if self._after_return and piece:
            self._after_return = False
            piece = piece.removeprefix(b"\n")
        if not piece:
            return []
        self._after_return = piece.endswith(b"\r")
        if b"\n" not in piece and b"\r" not in piece:
            self._line.append(piece)
            return []
        return self._read(self._lines(piece))

    def close(self) -> list[str]:
        """The data of a last event that lacks only its empty line; half a line is dropped."""
        return self._read([b""])

    def _lines(self, piece: bytes) -> list[bytes]:
        self._line.append(piece)
        whole = b"".join(self._line)
        if not self._begun:
            self._begun = True
            whole = whole.removeprefix(_BYTE_ORDER_MARK)
        lines = whole.splitlines()
        self._line = [] if whole.endswith((b"\n", b"\r")) else [lines.pop()]
        return lines

    def _read(self, lines: list[bytes]) -> list[str]:
        events: list[str] = []
        for line in lines:
            if not line:
                if self._data:
                    events.append(b"\n".join(self._data).decode("utf-8", "replace"))
                    self._data = []
            elif line.startswith(b"data:"):
                self._data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif line == b"data":
                self._data.append(b"")
        return events
