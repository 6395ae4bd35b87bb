"""What a provider says when it does not answer, as the error it amounts to.

It does not know who asks again, or when.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple, cast

import msgspec

from vouch.errors import (
    BadRequest,
    ContentFiltered,
    ContextTooLong,
    MalformedAnswer,
    ModelError,
    ModelNotFound,
    ModelTimeout,
    Overloaded,
    QuotaExhausted,
    RateLimited,
    Unauthorized,
)
from vouch.models.http.retry_after import retry_after
from vouch.models.wording import list_of, object_of

_SECONDS: Final = re.compile(r"\d+(\.\d+)?s")
_SHOWN: Final = 300
"""Characters shown of a provider's own message."""


class Asked(NamedTuple):
    """Who was asked, as messages name it, and the words that must never appear in a message."""

    model: str
    host: str
    secrets: Collection[str] = ()
    form: str = "OpenAI's"

    def hide(self, text: str) -> str:
        """`text` in one line without the secrets, in case the provider repeats one."""
        for secret in self.secrets:
            text = text.replace(secret, "[hidden]")
        text = " ".join(text.split())
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

    def __str__(self) -> str:
        return f"{self.model} at {self.host}"

    def __repr__(self) -> str:
        return f"Asked({self.model!r}, {self.host!r})"


class _Rule(NamedTuple):
    """An error is of this `kind` by its code or type, else by its words under some statuses, else by its status."""

    kind: type[ModelError]
    advice: str
    codes: frozenset[str]
    statuses: Collection[int] = ()
    words: re.Pattern[str] | None = None
    words_under: Collection[int] = (200, 400, 403, 404, 413, 422)


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_TOO_LONG: Final = _Rule(
    ContextTooLong,
    "shorten the conversation or ask a model that takes more",
    _codes("context_length_exceeded", "exceed_context_size_error", "string_above_max_length", "request_too_large"),
    statuses=(413,),
    words=_words(
        r"context (length|window|size)|reduce the length|(prompt|input|request)( is)? too (long|large)"
        r"|input token count|too many tokens|input is too long"
    ),
)
_OVERLOADED: Final = _Rule(
    Overloaded,
    "ask again or ask another model",
    _codes("server_error", "internal_server_error", "internal_error", "overloaded", "overloaded_error", "api_error")
    | _codes("internal", "unavailable", "unknown", "aborted")
    | _codes("internalserverexception", "serviceunavailableexception", "modelerrorexception", "modelnotreadyexception")
    | _codes("modelstreamerrorexception"),
    statuses=(409, 425, *range(500, 600)),
)
_CODES_REFUSED: Final = _codes(
    "invalid_request_error", "invalid_argument", "failed_precondition", "validationexception"
)
_REFUSED: Final = _Rule(BadRequest, "change the request", _CODES_REFUSED, statuses=range(300, 500))
_RULES: Final = (
    _Rule(
        QuotaExhausted,
        "add credit to the account or use another provider",
        _codes("insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance")
        | _codes("billing_error", "servicequotaexceededexception"),
        statuses=(402,),
        words=_words(r"insufficient (balance|credit|fund)"),
        words_under=(200, 400, 403, 429),
    ),
    _TOO_LONG,
    _Rule(
        ContentFiltered,
        "change what is asked",
        _codes("content_filter", "content_policy_violation", "moderation_blocked", "data_inspection_failed"),
        words=_words(r"\bflagged\b|content (management )?(policy|filter)|usage (guidelines|policies)"),
    ),
    _Rule(MalformedAnswer, "ask again", _codes("tool_use_failed", "json_validate_failed")),
    _Rule(
        ModelNotFound,
        "check the model's name and the address",
        _codes("model_not_found", "model_decommissioned", "not_found_error", "notfounderror", "deploymentnotfound")
        | _codes("not_found", "resourcenotfoundexception"),
        statuses=(404, 410),
        words=_words(
            r"not a valid model|\bmodel\b.{0,120}(does not exist|not found)|(unknown|no such) model"
            r"|model identifier is invalid"
        ),
    ),
    _Rule(
        Unauthorized,
        "check the key and what it may use",
        _codes("invalid_api_key", "authentication_error", "permission_error", "permission_denied", "unauthenticated")
        | _codes("accessdeniedexception", "unrecognizedclientexception", "invalidsignatureexception")
        | _codes("expiredtokenexception", "incompletesignatureexception", "missingauthenticationtokenexception"),
        statuses=(401, 403),
        words=_words(r"(invalid|incorrect|missing) api key|api key.{0,20}(not valid|invalid|missing|expired)"),
    ),
    _Rule(
        RateLimited,
        "ask less often, or wait",
        _codes("rate_limit_exceeded", "rate_limit_error", "rate_limited", "resource_exhausted", "throttlingexception")
        | _codes("toomanyrequestsexception", "too_many_requests"),
        statuses=(429, 498),
    ),
    _Rule(
        ModelTimeout,
        "ask again",
        _codes("timeout", "request_timeout", "timeout_error", "deadline_exceeded") | _codes("modeltimeoutexception"),
        statuses=(408,),
    ),
    _OVERLOADED,
)


class _Said(NamedTuple):
    """An error as the provider tells it: codes and types in lower case, message, status and wait if it names them."""

    codes: frozenset[str]
    message: str
    status: int | None
    wait: float | None = None


def refusal(status: int, headers: Mapping[str, str], body: bytes, asked: Asked) -> ModelError:
    """The error that a response of any other status than 200 stands for."""
    try:
        said = _listen(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = _Said(frozenset(), body[: 4 * _SHOWN].decode("utf-8", "replace"), None)
    # Amazon names the kind of error in a header, with an address after it.
    kind = headers.get("x-amzn-errortype", "").partition(":")[0].lower()
    if kind:
        said = said._replace(codes=said.codes | {kind})
    if 300 <= status < 400:
        said = said._replace(message=f"the address has moved to {headers.get('location', 'somewhere')!r}; use that one")
    wait = retry_after(headers)
    return _judge(status, said, asked, said.wait if wait is None else wait)


def failure(error: Any, asked: Asked) -> ModelError:
    """The error that an error object stands for which came with status 200: alone, in a choice, or in a stream."""
    said = _listen(error)
    return _judge(said.status or 200, said, asked, said.wait)


def malformed(what: str, asked: Asked) -> MalformedAnswer:
    """The error of an answer that is not in the provider's own format."""
    return MalformedAnswer(
        f"{asked} answered with {asked.hide(what)}; ask again, or check that the address speaks {asked.form} format"
    )


def _judge(status: int, said: _Said, asked: Asked, wait: float | None) -> ModelError:
    rule = _rule(status, said)
    why = asked.hide(said.message).rstrip(".") or "it gave no reason"
    number = None if status == 200 else status
    refused = "failed" if number is None else f"refused with {number}"
    return rule.kind(f"{asked} {refused}: {why}; {rule.advice}", status=number, retry_after=wait)


def _rule(status: int, said: _Said) -> _Rule:
    # A request over a whole minute's tokens is refused as too frequent, but waiting does not help it.
    if status == 429 and "request too large" in said.message.lower():
        return _TOO_LONG
    found = (
        [rule for rule in _RULES if rule.codes & said.codes]
        or [rule for rule in _RULES if rule.words and status in rule.words_under and rule.words.search(said.message)]
        or [rule for rule in (*_RULES, _REFUSED) if status in rule.statuses]
        or [_REFUSED if _REFUSED.codes & said.codes else _OVERLOADED]
    )
    return found[0]


def _listen(value: Any) -> _Said:
    """Their error, wherever it stands: under `error`, `detail` or `message`, in a list, or as plain text."""
    if isinstance(value, list) and value:
        return _listen(cast("list[Any]", value)[0])
    if not isinstance(value, dict):
        return _Said(frozenset(), value if isinstance(value, str) else msgspec.json.encode(value).decode(), None)
    given = cast("dict[str, Any]", value)
    inner = given.get("error") or given.get("detail")
    if isinstance(inner, (dict, list)) and inner:
        return _listen(cast(Any, inner))
    message: Any = cast(Any, inner) or given.get("message") or given
    codes = {str(given[name]).lower() for name in ("code", "type", "error_type", "status") if given.get(name)}
    status = next((given[name] for name in ("status_code", "code", "status") if _is_status(given.get(name))), None)
    return _Said(frozenset(codes), f"{_text(message)}{_upstream(given)}", status, _delay(given))


def _upstream(given: dict[str, Any]) -> str:
    """What the provider behind a provider said (OpenRouter)."""
    metadata = given.get("metadata")
    raw = cast("dict[str, Any]", metadata).get("raw") if isinstance(metadata, dict) else None
    return f": {_text(raw)}" if raw else ""


def _delay(given: dict[str, Any]) -> float | None:
    """How many seconds Google asks to be left alone: `retryDelay` of one of the details, such as `34.07s`."""
    for detail in list_of(given.get("details")):
        delay = object_of(detail).get("retryDelay")
        if isinstance(delay, str) and _SECONDS.fullmatch(delay):
            return float(delay[:-1])
    return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _is_status(value: Any) -> bool:
    return isinstance(value, int) and 400 <= value < 600
