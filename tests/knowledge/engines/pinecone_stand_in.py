"""A server that speaks as much of Pinecone's HTTP interface as the engine uses, and keeps records in memory.

It stands in for the service, which cannot be run here: it shows that requests and answers fit together, not that
Pinecone does what its documents say.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

Record = dict[str, Any]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "$lt": lambda given, value: given < value,
    "$lte": lambda given, value: given <= value,
    "$gt": lambda given, value: given > value,
    "$gte": lambda given, value: given >= value,
    "$in": lambda given, value: bool({*given} & {*value}),
    "$nin": lambda given, value: not {*given} & {*value},
}


def fits(metadata: dict[str, Any], asked: dict[str, Any]) -> bool:
    for name, value in asked.items():
        if name in ("$and", "$or"):
            if not {"$and": all, "$or": any}[name](fits(metadata, each) for each in value):
                return False
        else:
            ((sign, wanted),) = value.items()
            if name not in metadata or not COMPARE[sign](metadata[name], wanted):
                return False
    return True


class Service:
    """The records by namespace and id."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self.spaces: dict[str, dict[str, Record]] = {}
        self.lock = threading.Lock()

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:  # noqa: C901 - a row a path
        space = self.spaces.setdefault(body.get("namespace", ""), {})
        chosen = [each for each in space.values() if fits(each["metadata"], body.get("filter") or {})]
        match path:
            case "/vectors/upsert":
                for each in body["vectors"]:
                    assert len(each["values"]) == self.dimensions
                    assert any(each["values"])
                    space[each["id"]] = each
                return {"upsertedCount": len(body["vectors"])}
            case "/vectors/update":
                for each in chosen:
                    each["metadata"] |= body["setMetadata"]
                return {"matchedRecords": len(chosen)}
            case "/vectors/delete":
                for each in list(space.values()) if body.get("deleteAll") else chosen:
                    del space[each["id"]]
                return {}
            case "/vectors/fetch":
                return {"vectors": {each: space[each] for each in body["ids"] if each in space}}
            case "/vectors/fetch_by_metadata":
                start = int(body.get("paginationToken") or 0)
                page = chosen[start : start + body["limit"]]
                more = {"pagination": {"next": str(start + len(page))}} if start + len(page) < len(chosen) else {}
                return {"vectors": {each["id"]: each for each in page}, **more}
            case "/query":
                scored = [{"id": each["id"], "metadata": each["metadata"], "score": dot(each, body)} for each in chosen]
                return {"matches": sorted(scored, key=lambda each: -each["score"])[: body["topK"]]}
            case "/describe_index_stats":
                return {"dimension": self.dimensions, "namespaces": {}}
            case _:
                raise AssertionError(path)


def dot(record: Record, body: dict[str, Any]) -> float:
    return float(np.float32(np.dot(record["values"], body["vector"])))


@contextmanager
def running(dimensions: int) -> Iterator[str]:
    """A service, as long as the block: the address of its only index."""
    service = Service(dimensions)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer

        def do_POST(self) -> None:
            self.reply(self.path, json.loads(self.rfile.read(int(self.headers["content-length"]))))

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = parse_qs(parts.query)
            self.reply(parts.path, {"ids": asked["ids"], "namespace": asked.get("namespace", [""])[0]})

        def reply(self, path: str, body: dict[str, Any]) -> None:
            with service.lock:
                answer = json.dumps(service.answer(path, body)).encode()
            self.send_response(200 if self.headers["api-key"] == "secret" else 401)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
