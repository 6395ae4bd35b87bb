"""A provider of models to test against: real HTTP on this machine, OpenAI's format, and faults to order.

It does not know any model. Run `python -m vouch.testing.provider --port 0` for one in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, cast, get_args

import msgspec

from vouch.errors import ConfigError
from vouch.testing.completion import Reply, complete, echo, events, whole
from vouch.testing.fault import Fault, FaultKind, first_to_strike
from vouch.testing.serving import ServerConnection, Turn
from vouch.testing.vector import embeddings

Refusal = tuple[int, str, str | None, str]
"""Status, type, code and message of an error."""

_REFUSALS: Final[dict[str, Refusal]] = {
    "rate_limited": (429, "requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    "quota": (429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
    "error": (500, "server_error", None, "The server had an error while processing your request."),
    "unavailable": (503, "server_error", None, "The engine is currently overloaded, please try again later."),
    "unauthorized": (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    "too_long": (
        400,
        "invalid_request_error",
        "context_length_exceeded",
        "This model's maximum context length is 8 tokens. Please reduce the length of the messages.",
    ),
    "filtered": (400, "invalid_request_error", "content_policy_violation", "Your request was rejected."),
}
_STREAM: Final = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}


class StandIn:
    """A provider on 127.0.0.1: chat completions (whole and streamed), embeddings and models.

    `reply` says what to answer (see `Reply`); `latency` is the time before an answer begins, in seconds; `faults` say
    what goes wrong; with a `key`, every request must carry it. `requests` holds the parsed bodies of all requests in
    the order they came, unless `record` is false.

        async with StandIn(reply=lambda body: "Paris.") as provider:
            ...  # provider.address is "http://127.0.0.1:PORT/v1"
    """

    def __init__(
        self,
        *,
        reply: Reply = echo,
        latency: float = 0.0,
        faults: Sequence[Fault] = (),
        key: str | None = None,
        port: int = 0,
        models: Sequence[str] = ("stand-in",),
        dimensions: int = 8,
        record: bool = True,
    ) -> None:
        self.requests: list[dict[str, Any]] = []
        self.connections = 0
        self._reply = reply
        self._latency = latency
        self._faults = tuple(faults)
        self._key = key
        self._port = port
        self._models = tuple(models)
        self._dimensions = dimensions
        self._record = record
        self._number = 0
        self._open: set[ServerConnection] = set()
        self._server: asyncio.Server | None = None
        self._routes: dict[tuple[str, str], Callable[[Turn], None]] = {
            ("POST", "/v1/chat/completions"): self._on_chat,
            ("POST", "/v1/embeddings"): self._on_embeddings,
            ("GET", "/v1/models"): self._on_models,
        }

    @property
    def address(self) -> str:
        """Where the API stands, such as `http://127.0.0.1:8123/v1`; raises `ConfigError` while it does not."""
        if self._server is None:
            raise ConfigError("the stand-in is not running; use it as `async with StandIn() as provider:`")
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def __aenter__(self) -> StandIn:
        self._server = await asyncio.get_running_loop().create_server(self._connection, "127.0.0.1", self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for connection in list(self._open):
                connection.abort()
            await server.wait_closed()

    def _connection(self) -> ServerConnection:
        self.connections += 1
        return ServerConnection(self._handle, self._open)

    def _handle(self, turn: Turn) -> None:
        route = self._routes.get((turn.method, turn.path))
        if route is None and turn.path.startswith("/v1/models/"):
            route = self._on_models
        if route is None:
            _refuse(turn, (404, "invalid_request_error", None, f"Unknown request URL: {turn.method} {turn.path}."))
        elif self._key is not None and not _carries(turn, self._key):
            _refuse(turn, _REFUSALS["unauthorized"])
        else:
            route(turn)

    def _on_models(self, turn: Turn) -> None:
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "vouch"} for name in self._models]
        wanted = turn.path.removeprefix("/v1/models").removeprefix("/")
        if not wanted:
            turn.respond(200, msgspec.json.encode({"object": "list", "data": listed}))
        elif wanted in self._models:
            turn.respond(200, msgspec.json.encode(listed[self._models.index(wanted)]))
        else:
            _refuse(turn, (404, "invalid_request_error", "model_not_found", f"The model {wanted!r} does not exist."))

    def _on_chat(self, turn: Turn) -> None:
        body = self._accept(turn, "messages")
        if body is not None:
            self._later(turn, lambda fault, number: self._chat(turn, body, fault, number))

    def _on_embeddings(self, turn: Turn) -> None:
        body = self._accept(turn, "input")
        if body is not None:
            self._later(turn, lambda fault, _: _play_whole(turn, embeddings(body, self._dimensions), fault))

    def _accept(self, turn: Turn, needed: str) -> dict[str, Any] | None:
        body: Any = None
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            body = msgspec.json.decode(turn.body)
        if not isinstance(body, dict):
            _refuse(turn, (400, "invalid_request_error", None, "We could not parse the JSON body of your request."))
            return None
        given = cast("dict[str, Any]", body)
        if self._record:
            self.requests.append(given)
        if not given.get(needed):
            _refuse(
                turn,
                (
                    400,
                    "invalid_request_error",
                    "missing_required_parameter",
                    f"Missing required parameter: '{needed}'.",
                ),
            )
            return None
        return given

    def _later(self, turn: Turn, answer: Callable[[Fault | None, int], None]) -> None:
        number, self._number = self._number, self._number + 1
        fault = first_to_strike(self._faults, number)
        if fault is not None and fault.kind == "silent":
            return
        if fault is not None and fault.kind in _REFUSALS:
            headers = {"retry-after": f"{fault.retry_after:g}"} if fault.kind == "rate_limited" else {}
            act = lambda: _refuse(turn, _REFUSALS[fault.kind], headers)  # noqa: E731
        else:
            act = lambda: answer(fault, number)  # noqa: E731
        if self._latency > 0.0:
            asyncio.get_running_loop().call_later(self._latency, act)
        else:
            act()

    def _chat(self, turn: Turn, body: dict[str, Any], fault: Fault | None, number: int) -> None:
        try:
            completion = complete(body, self._reply(body), number)
        except Exception as error:  # noqa: BLE001  (a test's own function may raise anything)
            _refuse(turn, (500, "server_error", None, f"The stand-in could not answer: {error!r}."))
            return
        if body.get("stream"):
            options: dict[str, Any] = body.get("stream_options") or {}
            _play_stream(turn, events(completion, include_usage=bool(options.get("include_usage"))), fault)
        else:
            _play_whole(turn, whole(completion), fault)


def _carries(turn: Turn, key: str) -> bool:
    return hmac.compare_digest(turn.headers.get("authorization", "").encode(), f"Bearer {key}".encode())


def _refuse(turn: Turn, refusal: Refusal, headers: Mapping[str, str] = {}) -> None:
    status, kind, code, message = refusal
    error = {"message": message, "type": kind, "param": None, "code": code}
    turn.respond(status, msgspec.json.encode({"error": error}), headers)


def _play_whole(turn: Turn, body: bytes, fault: Fault | None) -> None:
    kind = None if fault is None else fault.kind
    if kind == "cut":
        turn.respond_in_part(body, len(body) // 2)
    elif kind == "malformed":
        turn.respond(200, body[: len(body) // 2])
    elif kind == "empty":
        turn.respond(200, b"")
    elif kind == "slow" and fault is not None:
        turn.begin_stream({})
        turn.send_slowly(iter((body[: len(body) // 2], body[len(body) // 2 :])), fault.pause)
    else:
        turn.respond(200, body)


def _play_stream(turn: Turn, pieces: list[bytes], fault: Fault | None) -> None:
    turn.begin_stream(_STREAM)
    kind = None if fault is None else fault.kind
    if kind == "slow" and fault is not None:
        turn.send_slowly(iter(pieces), fault.pause)
        return
    if kind == "cut" and fault is not None:
        turn.send(pieces[: fault.after])
        turn.cut()
        return
    if kind == "malformed":
        pieces = [pieces[0][: len(pieces[0]) // 2] + b"\n\n"]
    turn.send([] if kind == "empty" else pieces)
    turn.end_stream()


def _fault(text: str) -> Fault:
    kind, _, share = text.partition("=")
    if kind not in get_args(FaultKind):
        raise argparse.ArgumentTypeError(f"{kind!r} is no fault; use one of {', '.join(get_args(FaultKind))}")
    return Fault(kind=cast(FaultKind, kind), share=float(share or 1.0))


async def _serve(provider: StandIn) -> None:
    async with provider:
        sys.stdout.write(f"{provider.address}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted; the first line of output is the address."""
    parser = argparse.ArgumentParser(prog="python -m vouch.testing.provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before an answer begins")
    parser.add_argument("--key", default=None, help="the key that requests must carry")
    parser.add_argument("--fault", type=_fault, action="append", default=[], metavar="KIND=SHARE")
    given = parser.parse_args(arguments)
    provider = StandIn(latency=given.latency, faults=given.fault, key=given.key, port=given.port, record=False)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(provider))


if __name__ == "__main__":
    main()
