"""Errors as OpenAI's API tells them, shared by the faces that are OpenAI's.

It does not know what went wrong.
"""

from __future__ import annotations

from typing import Final

import msgspec

from vouch.errors import RequestRefused

_TYPES: Final = {
    400: "invalid_request_error",
    401: "invalid_request_error",
    403: "permission_error",
    404: "invalid_request_error",
    408: "timeout_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
    402: "insufficient_quota",
}
_encode: Final = msgspec.json.Encoder().encode


def openai_error(refused: RequestRefused) -> bytes:
    """The JSON body of an error."""
    kind = _TYPES.get(refused.status, "server_error" if refused.status >= 500 else "invalid_request_error")
    return _encode({"error": {"message": str(refused), "type": kind, "param": None, "code": refused.code}})


def openai_broken(refused: RequestRefused) -> bytes:
    """The event that ends a stream which broke, and the mark of its end."""
    return b"data: " + openai_error(refused) + b"\n\ndata: [DONE]\n\n"
