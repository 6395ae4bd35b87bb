"""A body or an event as a JSON object, or the error that it is none.

It does not know what the object means.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from vouch.models.openai.errors import Asked, malformed

_object: Final = msgspec.json.Decoder(dict[str, Any])


def decode(data: bytes | str, asked: Asked) -> dict[str, Any]:
    """The JSON object of a body or an event; raises `MalformedAnswer`."""
    try:
        return _object.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        shown = data[:200] if isinstance(data, str) else data[:200].decode("utf-8", "replace")
        what = f"what cannot be read ({error}): {shown}" if data.strip() else "nothing"
        raise malformed(what, asked) from None
