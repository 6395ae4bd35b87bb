"""An upstream in a process of its own: whole answers, streams with pauses, faults. Each piece says when it was sent.

It does not know who asks. Each piece of text of a stream is the time it was written (nanoseconds of the monotonic
clock, the same for all processes of a machine), so that whoever reads it knows how long it was on its way.
Run `python -m benchmarks.gated.upstream --port N`.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.gated.asking import CHUNKS, Target
from benchmarks.gated.nginx import ANSWER
from benchmarks.gated.process import Process, free_port, wait_for
from vouch.testing.serving import ServerConnection, Turn

_EVENT: Final = (
    b'data: {"id":"chatcmpl-123","object":"chat.completion.chunk","created":1677652288,"model":"gpt-4o-mini",'
    b'"system_fingerprint":"fp_44709d6fcb","choices":[%b],"usage":%b}\n\n'
)
_TEXT: Final = b'{"index":0,"delta":{"content":"%d "},"logprobs":null,"finish_reason":null}'
_FIRST: Final = _EVENT % (
    b'{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}',
    b"null",
)
_LAST: Final = _EVENT % (b'{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}', b"null")
_USAGE: Final = _EVENT % (b"", b'{"prompt_tokens":9,"completion_tokens":31,"total_tokens":40}')
_END: Final = b"data: [DONE]\n\n"
_STREAMED: Final = re.compile(rb'"stream":\s*true')
_PAUSE: Final = re.compile(rb'"seed":\s*(\d+)')
_WHOLE: Final = ANSWER.encode()
_STREAM: Final = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
FAULTS: Final = ("error", "cut", "overloaded", "reset")
"""What goes wrong, in turns: status 500, a stream that ends in the middle, status 503, a connection that is closed."""


class Upstream:
    """A request's seed is the pause in milliseconds before every piece of a stream but its first.

    Every `faulty`-th request fails, if it is not 0.
    """

    def __init__(self, *, faulty: int = 0) -> None:
        self._faulty = faulty
        self._number = 0

    def handle(self, turn: Turn) -> None:
        """Answer one request."""
        if turn.method == "GET":
            turn.respond(200, b"OK", {"content-type": "text/plain"})
            return
        self._number += 1
        stream = _STREAMED.search(turn.body) is not None
        if self._faulty and self._number % self._faulty == 0:
            _fail(turn, FAULTS[self._number // self._faulty % len(FAULTS)], stream=stream)
        elif not stream:
            turn.respond(200, _WHOLE)
        else:
            turn.begin_stream(_STREAM)
            pause = _PAUSE.search(turn.body)
            turn.send_slowly(_pieces(told=b'"include_usage"' in turn.body), int(pause[1]) / 1000 if pause else 0)


def _fail(turn: Turn, fault: str, *, stream: bool) -> None:
    if fault in {"error", "overloaded"}:
        status = 500 if fault == "error" else 503
        turn.respond(status, b'{"error":{"message":"It failed.","type":"server_error","param":null,"code":null}}')
    elif fault == "reset":
        turn.cut()
    elif stream:
        turn.begin_stream(_STREAM)
        turn.send(list(_pieces(told=False))[:10])
        turn.cut()
    else:
        turn.respond_in_part(_WHOLE, 100)


def _pieces(*, told: bool) -> Iterator[bytes]:
    yield _FIRST
    for _ in range(CHUNKS - 3):
        yield _EVENT % (_TEXT % time.perf_counter_ns(), b"null")
    yield _LAST
    if told:
        yield _USAGE
    yield _END


def started(folder: Path, on: frozenset[int], *, faulty: int = 0) -> tuple[Process, int]:
    """Start one, and say its port."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.gated.upstream", "--port", str(port), "--faulty", str(faulty)]
    process = Process(command, log=folder / "upstream.log", on=on)
    if wait_for(process, Target(f"http://127.0.0.1:{port}/v1/chat/completions").answers) is None:
        raise SystemExit("the upstream does not come up")
    return process, port


async def _serve(port: int, upstream: Upstream) -> None:
    there: set[ServerConnection] = set()
    server = await asyncio.get_running_loop().create_server(
        lambda: ServerConnection(upstream.handle, there), "127.0.0.1", port, backlog=2048
    )
    await server.serve_forever()


def main() -> None:
    """Until it is ended."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--faulty", type=int, default=0)
    given = options.parse_args()
    asyncio.run(_serve(given.port, Upstream(faulty=given.faulty)))


if __name__ == "__main__":
    main()
