"""A few fields of a JSON object replaced, and every other byte of its values kept as it came.

It does not know what the fields mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

_fields: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode: Final = msgspec.json.Encoder().encode


def spliced(body: bytes, changes: Mapping[str, object]) -> bytes:
    """`body`, a JSON object, with these fields set. Raises `msgspec.DecodeError` when it is no object."""
    fields: dict[str, object] = dict(_fields.decode(body))
    fields.update(changes)
    return _encode(fields)
