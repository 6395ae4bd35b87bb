"""A receiver of side effects over real HTTP, that remembers every effect: what a payment provider is to an agent.

It does not know who sends. Three kinds: `keys` makes an effect once per key, `lookup` makes it as often as asked but
can be asked what it made, `blind` only makes it. Run it as a process; the first line it prints is its address.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """Keeps its effects in memory, in the order they were made."""

    daemon_threads = True

    def __init__(self, kind: str, delay: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kind = kind
        self.delay = delay
        self.effects: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    def make(self, order: str, key: str) -> dict[str, Any]:
        """Make the effect, after the delay that any real one takes; in `keys`, at most once per key."""
        time.sleep(self.delay)
        with self.lock:
            if self.kind == "keys" and (found := self.find(key)):
                return found
            effect = {"order": order, "key": key, "number": len(self.effects)}
            self.effects.append(effect)
            return effect

    def find(self, key: str) -> dict[str, Any] | None:
        """The effect under this key."""
        return next((effect for effect in self.effects if effect["key"] == key), None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver  # pyright: ignore[reportIncompatibleVariableOverride] - it serves this server alone

    def do_POST(self) -> None:
        """`/effects` makes one; `/reset` forgets all."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"{}")
        if self.path == "/reset":
            self.server.effects.clear()
            self.server.kind = body.get("kind", self.server.kind)
            return self._send({})
        return self._send(self.server.make(body["order"], self.headers.get("idempotency-key", "")))

    def do_GET(self) -> None:
        """`/effects` lists all, `/effects/KEY` looks one up (not in `blind`)."""
        key = self.path.removeprefix("/effects").strip("/")
        if not key:
            return self._send(self.server.effects)
        return self._send(self.server.find(key) if self.server.kind != "blind" else None)

    def _send(self, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        with suppress(ConnectionError):  # whoever asked may be dead by now
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    options = argparse.ArgumentParser()
    options.add_argument("--kind", choices=["keys", "lookup", "blind"], default="keys")
    options.add_argument("--delay", type=float, default=0.02)
    chosen = options.parse_args()
    receiver = Receiver(chosen.kind, chosen.delay)
    print(f"http://127.0.0.1:{receiver.server_port}", flush=True)
    receiver.serve_forever()


if __name__ == "__main__":
    main()
