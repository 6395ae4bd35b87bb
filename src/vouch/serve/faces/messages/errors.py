"""Errors as Anthropic's API tells them.

They do not know what went wrong.
"""

from __future__ import annotations

from typing import Final

import msgspec

from vouch.errors import RequestRefused

_TYPES: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_encode: Final = msgspec.json.Encoder().encode


def messages_error(refused: RequestRefused) -> bytes:
    """The JSON body of an error."""
    kind = _TYPES.get(refused.status, "api_error" if refused.status >= 500 else "invalid_request_error")
    return _encode({"type": "error", "error": {"type": kind, "message": str(refused)}})


def messages_broken(refused: RequestRefused) -> bytes:
    """The event that ends a stream which broke."""
    return b"event: error\ndata: " + messages_error(refused) + b"\n\n"
