"""What a client is told of an error: its status, its code, and words that it can act on.

It does not know the client's format.
"""

from __future__ import annotations

from typing import Final

from vouch.errors import (
    BadRequest,
    ContentFiltered,
    ContextTooLong,
    ModelError,
    ModelNotFound,
    ModelTimeout,
    Overloaded,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
    Unauthorized,
)
from vouch.serve.way import Failure

_OF_ERRORS: Final[tuple[tuple[type[ModelError], int, str], ...]] = (
    (ContextTooLong, 400, "context_length_exceeded"),
    (ContentFiltered, 400, "content_filter"),
    (BadRequest, 400, "invalid_request"),
    (Unauthorized, 502, "upstream_unauthorized"),
    (ModelNotFound, 404, "model_not_found"),
    (QuotaExhausted, 503, "upstream_quota"),
    (RateLimited, 429, "rate_limit_exceeded"),
    (Overloaded, 503, "upstream_overloaded"),
    (ModelTimeout, 504, "timeout"),
)


def refusal_of(error: RequestRefused | Failure | ModelError) -> RequestRefused:
    """What the client is told."""
    if isinstance(error, RequestRefused):
        return error
    if isinstance(error, Failure):
        if error.status in (401, 403):
            what = f"{error.name} refused the key that is set for it here; set a valid one"
            return RequestRefused(what, status=502, code="upstream_unauthorized")
        return RequestRefused(str(error), status=error.status, code="upstream_error", retry_after=error.wait)
    for kind, status, code in _OF_ERRORS:
        if isinstance(error, kind):
            return RequestRefused(str(error), status=status, code=code, retry_after=error.retry_after)
    return RequestRefused(str(error), status=502, code="upstream_failed")


def own_words(error: Exception) -> bytes:
    """The provider's own body, where the client is shown that: it speaks the client's format."""
    return error.body if isinstance(error, Failure) and error.status not in (401, 403) else b""


LEFT: Final = RequestRefused("the client left before it was answered", status=499, code="left")
LATE: Final = RequestRefused(
    "there was no whole answer in the time allowed; ask again, or allow more", status=504, code="timeout"
)
BROKEN: Final = RequestRefused(
    "the gateway itself failed; whoever runs it finds why in its log", status=500, code="internal_error"
)
