"""Spans on their way to a collector: OTLP over HTTP as JSON, in batches, from a thread of its own.

It does not know what spans mean, nor who collects them.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from vouch.errors import ConfigError, ConnectionFailed, ModelError, VouchError
from vouch.models.http.pool import HttpPool
from vouch.serve.operations.batches import Batches
from vouch.serve.operations.spans import Span, Value, of_request
from vouch.values.event import RequestServed

RETRYABLE: Final = frozenset({429, 502, 503, 504})
"""Statuses after which, as the protocol has it, the same may be sent again."""

PAUSES: Final = (0.5, 2.0)
"""Before the second and the third try."""

LINGER_SECONDS: Final = 1.0
_SECONDS: Final = 10.0


class Destination(Struct, frozen=True):
    """Where spans are sent, with which headers, and as whose."""

    address: str
    headers: Mapping[str, str] = {}
    service: str = "vouch"


def destination(setting: str, environment: Mapping[str, str] = os.environ) -> Destination | None:
    """What the settings or OpenTelemetry's own variables name; None when nobody named one.

    Raises `ConfigError` for an address that is none.
    """
    whole = environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
    base = setting or environment.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")
    address = f"{base.rstrip('/')}/v1/traces" if setting or not whole else whole
    if not (base or whole):
        return None
    if not address.startswith(("http://", "https://")):
        raise ConfigError(f"serve.otel = {setting or address!r} is no address; write it like http://127.0.0.1:4318")
    pairs = [pair.partition("=") for pair in environment.get("OTEL_EXPORTER_OTLP_HEADERS", "").split(",")]
    headers = {name.strip().lower(): unquote(value.strip()) for name, mark, value in pairs if mark}
    return Destination(address, headers, environment.get("OTEL_SERVICE_NAME", "vouch"))


class Exporter:
    """Sends requests and runs that have ended. What a collector does not take after three tries is lost, and logged."""

    def __init__(self, to: Destination, *, linger: float = LINGER_SECONDS, pauses: Sequence[float] = PAUSES) -> None:
        self._to = to
        self._pauses = tuple(pauses)
        self._batches: Batches[tuple[float, str, RequestServed] | Span] = Batches(
            self._send, name="vouch-otel", linger=linger
        )

    def saw(self, run: str, served: RequestServed) -> None:
        """A request has ended."""
        self._batches.put((time.time(), run, served))

    def put(self, span: Span) -> None:
        """One more span."""
        self._batches.put(span)

    def close(self) -> None:
        """Send what is left."""
        self._batches.close()

    def _send(self, group: Sequence[tuple[float, str, RequestServed] | Span]) -> None:
        spans: list[Span] = []
        for one in group:
            if isinstance(one, Span):
                spans.append(one)
            else:
                at, run, served = one
                spans += of_request(run, at, served)
        asyncio.run(self._post(msgspec.json.encode(as_otlp(spans, self._to.service))))

    async def _post(self, body: bytes) -> None:
        http = HttpPool(connect_timeout=_SECONDS, first_byte_timeout=_SECONDS, idle_timeout=_SECONDS)
        try:
            for pause in (*self._pauses, None):
                try:
                    await self._once(http, body)
                except ModelError as error:
                    if pause is None or not error.retryable:
                        raise
                    await asyncio.sleep(error.retry_after or pause)
                else:
                    return
        finally:
            await http.aclose()

    async def _once(self, http: HttpPool, body: bytes) -> None:
        headers = {"content-type": "application/json", **self._to.headers}
        response = await http.request("POST", self._to.address, headers, body)
        await response.read()
        if response.status in RETRYABLE:
            raise ConnectionFailed(f"the collector at {self._to.address} answered with status {response.status}")
        if response.status >= 400:
            raise VouchError(f"the collector at {self._to.address} refused spans with status {response.status}")


def as_otlp(spans: Sequence[Span], service: str) -> dict[str, Any]:
    """A request to export, as OTLP has it in JSON."""
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes({"service.name": service})},
                "scopeSpans": [{"scope": {"name": "vouch"}, "spans": [_span(span) for span in spans]}],
            }
        ]
    }


def _span(span: Span) -> dict[str, Any]:
    told: dict[str, Any] = {
        "traceId": span.trace,
        "spanId": span.id,
        "name": _clean(span.name),
        "kind": span.kind,
        "startTimeUnixNano": str(int(span.begun * 1e9)),
        "endTimeUnixNano": str(int(span.ended * 1e9)),
        "attributes": _attributes(span.attributes),
    }
    if span.parent:
        told["parentSpanId"] = span.parent
    if span.error:
        told["status"] = {"code": 2, "message": span.error}
    return told


def _attributes(values: Mapping[str, Value]) -> list[dict[str, Any]]:
    return [{"key": name, "value": _value(value)} for name, value in values.items()]


def _value(value: Value) -> dict[str, Value]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": _clean(value)}


def _clean(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()[:256]
