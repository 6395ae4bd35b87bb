"""A server that speaks as much of Weaviate's REST and gRPC interfaces as the engine uses, and keeps objects in memory.

It stands in for a server, which cannot be run here: messages are those of the client's own protobuf files, so it shows
that requests and answers fit together, not that Weaviate does what its documents say.
"""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import grpc
import numpy as np
from weaviate.proto.v1 import batch_delete_pb2, batch_pb2, properties_pb2, search_get_pb2, weaviate_pb2_grpc

Stored = dict[str, Any]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "OPERATOR_EQUAL": lambda given, value: given == value,
    "OPERATOR_LESS_THAN": lambda given, value: given < value,
    "OPERATOR_LESS_THAN_EQUAL": lambda given, value: given <= value,
    "OPERATOR_GREATER_THAN": lambda given, value: given > value,
    "OPERATOR_GREATER_THAN_EQUAL": lambda given, value: given >= value,
    "OPERATOR_CONTAINS_ANY": lambda given, value: bool({*given} & {*value}),
    "OPERATOR_CONTAINS_NONE": lambda given, value: not {*given} & {*value},
}
MOST = 7
"""A deletion takes so many objects at once; a real server some thousands."""


DEFAULTS = {"indexFilterable": True, "indexSearchable": False, "indexRangeFilters": False, "tokenization": "word"}
INDEX = {
    "cleanupIntervalSeconds": 300,
    "distance": "cosine",
    "dynamicEfMin": 100,
    "dynamicEfMax": 500,
    "dynamicEfFactor": 8,
    "ef": -1,
    "efConstruction": 128,
    "flatSearchCutoff": 40_000,
    "maxConnections": 32,
    "skip": False,
    "vectorCacheMaxObjects": 10**12,
}
"""What a server adds to a property, and to the index of vectors."""


class Collection:
    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self.objects: dict[str, Stored] = {}

    def fits(self, key: str, stored: Stored, asked: Any) -> bool:
        name = asked.DESCRIPTOR.enum_types_by_name["Operator"].values_by_number[asked.operator].name
        if name in ("OPERATOR_AND", "OPERATOR_OR"):
            held = (self.fits(key, stored, each) for each in asked.filters)
            return all(held) if name == "OPERATOR_AND" else any(held)
        field = asked.target.property
        if field == "_id":
            return COMPARE[name](key, asked.value_text)
        kind = next((each["dataType"][0] for each in self.schema["properties"] if each["name"] == field), None)
        assert kind is not None, f"no property {field!r}"
        value = getattr(asked, wanted := str(asked.WhichOneof("test_value")))
        assert {"int": "value_int", "number": "value_number", "text[]": "value_text_array"}[kind] == wanted
        given = stored.get(field)
        return given is not None and COMPARE[name](given, value.values if kind == "text[]" else value)

    def chosen(self, asked: Any) -> list[tuple[str, Stored]]:
        return [(key, each) for key, each in self.objects.items() if self.fits(key, each, asked)]


class Service(weaviate_pb2_grpc.WeaviateServicer):
    """The collections by name."""

    def __init__(self) -> None:
        self.collections: dict[str, Collection] = {}
        self.lock = threading.RLock()
        self.refused = ""
        """A text: objects that hold it are refused."""

    def allowed(self, context: Any) -> None:
        if ("authorization", "Bearer secret") not in [(key, value) for key, value in context.invocation_metadata()]:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "invalid api key")

    def BatchObjects(self, request: Any, context: Any) -> Any:  # noqa: N802 - named by the server's interface
        self.allowed(context)
        errors: list[Any] = []
        with self.lock:
            for place, each in enumerate(request.objects):
                held = self.collections[each.collection]
                known = {found["name"] for found in held.schema["properties"]}
                values: Stored = dict(each.properties.non_ref_properties.items())
                values |= {found.prop_name: list(found.values) for found in each.properties.text_array_properties}
                values |= {found.prop_name: [] for found in each.properties.empty_list_props}
                assert values.keys() <= known, values.keys() - known
                if self.refused and self.refused in str(values):
                    errors.append(batch_pb2.BatchObjectsReply.BatchError(index=place, error="it is refused"))
                    continue
                held.objects[each.uuid] = {**values, "@vector": each.vector_bytes}
        return batch_pb2.BatchObjectsReply(took=0.1, errors=errors)

    def BatchDelete(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.allowed(context)
        with self.lock:
            held = self.collections[request.collection]
            gone = held.chosen(request.filters)[:MOST]
            for key, _ in gone:
                del held.objects[key]
        return batch_delete_pb2.BatchDeleteReply(matches=len(gone), successful=len(gone))

    def Search(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.allowed(context)
        with self.lock:
            held = self.collections[request.collection]
            found = held.chosen(request.filters)
            if request.HasField("near_vector"):
                asked = vector_of(request.near_vector)
                scored = [(-float(np.dot(numbers(each["@vector"]), asked)), key, each) for key, each in found]
                results = [self.result(held, *each, request) for each in sorted(scored, key=lambda each: each[0])]
            else:
                for order in request.sort_by:
                    found.sort(key=lambda each: each[1][order.path[0]], reverse=not order.ascending)
                results = [self.result(held, None, key, each, request) for key, each in found]
        return search_get_pb2.SearchReply(took=0.1, results=results[: request.limit] if request.limit else results)

    def result(self, held: Collection, distance: float | None, key: str, stored: Stored, request: Any) -> Any:
        kinds = {each["name"]: each["dataType"][0] for each in held.schema["properties"]}
        asked = request.properties
        everything = asked.return_all_nonref_properties or not request.HasField("properties")
        names = kinds if everything else list(asked.non_ref_properties)
        fields = {name: value_of(kinds[name], stored[name]) for name in names if name in stored}
        metadata = search_get_pb2.MetadataResult(
            id=key,
            id_as_bytes=UUID(key).bytes,
            creation_time_unix=1_750_000_000_000,
            creation_time_unix_present=True,
            last_update_time_unix=1_750_000_000_000,
            last_update_time_unix_present=True,
            vector_bytes=stored["@vector"] if request.metadata.vector else b"",
            distance=distance or 0.0,
            distance_present=distance is not None and request.metadata.distance,
        )
        properties = search_get_pb2.PropertiesResult(
            target_collection=request.collection, non_ref_props=properties_pb2.Properties(fields=fields)
        )
        return search_get_pb2.SearchResult(properties=properties, metadata=metadata)

    def rest(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        parts = path.removeprefix("/v1/").split("/")
        name = parts[1] if len(parts) > 1 else ""
        match method, parts[0], len(parts):
            case "GET", "meta", 1:
                return 200, {"version": "1.37.0", "hostname": "stand-in", "modules": {}}
            case "POST", "schema", 1:
                properties = [{**DEFAULTS, **each} for each in body["properties"]]
                for each in body["vectorConfig"].values():
                    each["vectorIndexConfig"] = {**INDEX, **each.get("vectorIndexConfig", {})}
                self.collections[body["class"]] = Collection({**body, "properties": properties})
                return 200, self.collections[body["class"]].schema
            case "GET", "schema", 2:
                return (200, self.collections[name].schema) if name in self.collections else (404, None)
            case "DELETE", "schema", 2:
                self.collections.pop(name, None)
                return 200, None
            case "POST", "schema", 3:
                properties = self.collections[name].schema["properties"]
                properties.append({**DEFAULTS, **body})
                return 200, body
            case _:
                raise AssertionError((method, path))


def value_of(kind: str, value: Any) -> Any:
    if kind == "text":
        return properties_pb2.Value(text_value=value)
    return properties_pb2.Value(int_value=int(value)) if kind == "int" else properties_pb2.Value(number_value=value)


def numbers(packed: bytes) -> Any:
    return np.array(struct.unpack(f"<{len(packed) // 4}f", packed), np.float32)


def vector_of(near: Any) -> Any:
    packed = near.vector_bytes or (near.vectors and near.vectors[0].vector_bytes)
    return numbers(packed) if packed else np.array(near.vector, np.float32)


class Running:
    """A server that runs: its two ports, and what it keeps."""

    def __init__(self, service: Service, port: int, grpc_port: int) -> None:
        self.service = service
        self.port = port
        self.grpc_port = grpc_port


@contextmanager
def running() -> Iterator[Running]:
    """A server, as long as the block; its key is `secret`."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer

        def answer(self) -> None:
            length = int(self.headers["content-length"] or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            if self.headers["authorization"] != "Bearer secret":
                status, given = 401, {"error": [{"message": "invalid api key"}]}
            else:
                with service.lock:
                    status, given = service.rest(self.command, self.path, body)
            data = b"" if given is None else json.dumps(given).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.daemon_threads = True
    thread = threading.Thread(target=web.serve_forever, args=(0.01,))
    thread.start()
    server: Any = grpc.server(ThreadPoolExecutor(4))
    weaviate_pb2_grpc.add_WeaviateServicer_to_server(service, server)
    grpc_port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield Running(service, web.server_port, grpc_port)
    server.stop(0).wait()
    web.shutdown()
    thread.join()
    web.server_close()
