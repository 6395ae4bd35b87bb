"""Tests of what a refusal amounts to."""

from __future__ import annotations

import json
from typing import Any

import pytest

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
from vouch.models.openai.errors import Asked, failure, malformed, refusal

ASKED = Asked("openai/gpt-4o", "api.example", ("sk-secret", "other"))


def error(message: str = "Sorry.", kind: str | None = None, code: Any = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "code": code, "param": None}}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, error(), BadRequest),
        (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, BadRequest),
        (401, error(code="invalid_api_key"), Unauthorized),
        (403, error(), Unauthorized),
        (400, error("API key not valid. Please pass a valid API key."), Unauthorized),
        (404, error(), ModelNotFound),
        (404, {"detail": "Not Found"}, ModelNotFound),
        (403, error(code="model_not_found"), ModelNotFound),
        (400, error(code="model_decommissioned"), ModelNotFound),
        (400, error("foo/bar is not a valid model ID"), ModelNotFound),
        (400, error("The model `x` does not exist or you do not have access to it."), ModelNotFound),
        (429, error(code="rate_limit_exceeded"), RateLimited),
        (429, {"message": "Requests rate limit exceeded"}, RateLimited),
        (429, error("Too many tokens, please wait."), RateLimited),
        (429, error(code="insufficient_quota"), QuotaExhausted),
        (402, error("Insufficient Balance"), QuotaExhausted),
        (403, error("insufficient credits: buy more"), QuotaExhausted),
        (429, error("Request too large for gpt-4o on tokens per min", code="rate_limit_exceeded"), ContextTooLong),
        (400, error(code="context_length_exceeded"), ContextTooLong),
        (400, error("This model's maximum context length is 4096 tokens."), ContextTooLong),
        (400, error("the request exceeds the available context size", "exceed_context_size_error"), ContextTooLong),
        (400, error("The input token count (9) exceeds the maximum"), ContextTooLong),
        (413, error(), ContextTooLong),
        (413, "<html>413 Request Entity Too Large</html>", ContextTooLong),
        (400, error(code="content_filter"), ContentFiltered),
        (400, error(code="content_policy_violation"), ContentFiltered),
        (403, error("Your chosen model requires moderation and your input was flagged"), ContentFiltered),
        (403, error("Content violates usage guidelines."), ContentFiltered),
        (400, error(code="tool_use_failed", kind="invalid_request_error"), MalformedAnswer),
        (408, error(), ModelTimeout),
        (500, error(), Overloaded),
        (503, "upstream connect error", Overloaded),
        (529, error(), Overloaded),
        (409, error(), Overloaded),
        (500, error("maximum context length"), Overloaded),
        (418, {}, BadRequest),
        (418, "", BadRequest),
        (418, [], BadRequest),
        (418, None, BadRequest),
        (301, "", BadRequest),
        (700, "", Overloaded),
    ],
)
def test_a_refusal_is_the_error_it_amounts_to(status: int, body: Any, expected: type[ModelError]) -> None:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    found = refusal(status, {}, raw, ASKED)
    assert type(found) is expected
    assert found.status == status
    assert str(found).startswith(f"openai/gpt-4o at api.example refused with {status}: ")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (error("Say please."), "Say please; "),
        ({"error": "model is loading"}, "model is loading"),
        ({"object": "error", "message": "too warm", "type": "x", "code": 400}, "too warm"),
        ({"detail": "Not authenticated"}, "Not authenticated"),
        ({"detail": [{"msg": "field required"}]}, "field required"),
        ([{"error": {"code": 400, "message": "in a list", "status": "INVALID_ARGUMENT"}}], "in a list"),
        ({"error": {"message": {"detail": "an object"}}}, "an object"),
        ({"error": {"message": "Provider returned error", "metadata": {"raw": "the true one"}}}, "the true one"),
        ({"error": {"message": "Provider returned error", "metadata": {"raw": {"a": 1}}}}, '{"a":1}'),
        ({"unheard": "of"}, '{"unheard":"of"}'),
        ({"error": {}}, '{"error":{}}'),
        ("plain   text\nin lines", "plain text in lines"),
        ("", "it gave no reason"),
        ("x" * 1000, "x" * 300 + "…"),
    ],
)
def test_the_providers_own_words_are_found_wherever_they_stand(body: Any, said: str) -> None:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    assert said in str(refusal(400, {}, raw, ASKED))


def test_a_key_that_the_provider_repeats_is_never_shown() -> None:
    for body in (error("Wrong key sk-secret, not other."), error("x" * 295 + "sk-secret")):
        found = str(refusal(401, {}, json.dumps(body).encode(), ASKED))
        assert "sk-s" not in found
        assert "other" not in found
    assert "sk-secret" not in f"{ASKED!r} {ASKED} {malformed('<p>sk-secret</p>', ASKED)} {failure('sk-secret', ASKED)}"


def test_the_wait_that_the_provider_wishes_for_is_kept() -> None:
    assert refusal(429, {"retry-after": "7"}, b"", ASKED).retry_after == 7.0
    assert refusal(503, {"retry-after-ms": "1500"}, b"", ASKED).retry_after == 1.5
    assert refusal(429, {}, b"", ASKED).retry_after is None


def test_an_address_that_has_moved_is_named() -> None:
    found = refusal(308, {"location": "https://new.example/v1"}, b"", ASKED)
    assert "moved to 'https://new.example/v1'; use that one" in str(found)


@pytest.mark.parametrize(
    ("given", "expected", "status"),
    [
        ({"message": "slow down", "code": 429}, RateLimited, 429),
        ({"message": "x", "code": "rate_limit_exceeded"}, RateLimited, None),
        ({"message": "x", "type": "server_error"}, Overloaded, None),
        ({"message": "x", "type": "invalid_request_error"}, BadRequest, None),
        ({"message": "x", "status_code": 400, "code": "other"}, BadRequest, 400),
        ({"message": "maximum context length"}, ContextTooLong, None),
        ("it broke", Overloaded, None),
    ],
)
def test_an_error_inside_a_good_response(given: Any, expected: type[ModelError], status: int | None) -> None:
    found = failure(given, ASKED)
    assert type(found) is expected
    assert found.status == status
