"""Recorded traffic of real providers, read and written again: nothing may be lost on the way through our values.

It does not know any provider: `wire/dialects.py` names what reads and writes each dialect.

`python -m benchmarks.wire_traffic [--quick]`. For every recorded exchange:

- the **request** is read into our own terms and written again. It must be the same but for differences that mean
  nothing, which stand by name in `wire/harmless.py`.
- the **answer** is read, whole or streamed, and every word and number of the original must be in what was read, as
  often as it was there (`wire/losses.py`). The deltas of a stream must make up the text and the calls of its answer,
  and so must those into which a whole answer is taken apart.
- an **error** must become one of ours, with the provider's own words and, where it says so, the time to wait.

What is no conversation with a model (files, stores, embeddings, counts of tokens, sessions of speech) has no dialect
here: the gateway carries such bodies through as they are, so the JSON only has to be the same when it is decoded and
encoded. They are counted apart (`carried`). An exchange is lossless when all that it holds is.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

import msgspec

from benchmarks.report import data_folder, emit
from benchmarks.wire.dialects import DIALECTS, Dialect, streamed, written_again
from benchmarks.wire.exchanges import FILES, Exchange, exchanges
from benchmarks.wire.harmless import HARMLESS, camel, differences
from benchmarks.wire.losses import lost, lost_of_stream
from vouch.errors import ModelError
from vouch.models.http.sse import EventReader
from vouch.models.openai.errors import Asked, refusal
from vouch.models.wording import object_of
from vouch.values.request import CallDelta, Delta, TextDelta, in_one_piece

_COUNTS: Final = ("/count_tokens", "/input_tokens", ":countTokens", "/count-tokens")


def request_problems(exchange: Exchange, dialect: Dialect) -> list[str]:
    """Where the request differs when it has been read and written."""
    there = object_of(exchange.request)
    if not there:
        return []
    try:
        again = written_again(exchange, dialect)
    except ModelError as error:
        # A provider refused it, too: then there is nothing to keep.
        return [] if exchange.status >= 400 else [f"request: {error}"]
    return [f"request{text}" for text in differences(*_alike(there, again, exchange))]


def _alike(there: Any, again: Any, exchange: Exchange) -> tuple[Any, Any]:
    """Both requests without what a dialect's writer always adds or renames, and is told in `HARMLESS`."""
    if exchange.dialect == "google":
        return camel(there), camel(again)
    if exchange.dialect in ("openai", "compatible"):
        there, again = (
            {("max_tokens" if name == "max_completion_tokens" else name): value for name, value in one.items()}
            for one in (there, again)
        )
        if "stream_options" not in there:
            again.pop("stream_options", None)
    if exchange.dialect == "responses" and isinstance(there.get("input"), str):
        there = {**there, "input": [{"role": "user", "content": there["input"]}]}
    if exchange.path.endswith(_COUNTS):
        again.pop("max_tokens", None)
    return there, again


def answer_problems(exchange: Exchange, dialect: Dialect) -> list[str]:
    """What of the answer is lost when it has been read."""
    asked = Asked("recorded/model", exchange.host)
    if exchange.status >= 400:
        return _error_problems(exchange, asked)
    if exchange.path.partition("?")[0].endswith(_COUNTS):
        return carried_problems(exchange.body)
    try:
        body = object_of(exchange.body)
        if body:
            answer = dialect.answer(msgspec.json.encode(body), asked)
            told = _told(list(in_one_piece(answer)))
            wanted = (answer.text, [call.arguments for call in answer.message.calls])
            return [f"lost: {leaf!r}" for leaf in lost(body, answer)] + _different(told, wanted)
        if exchange.response_text:
            return _stream_problems(exchange, dialect, asked)
    except ModelError as error:
        return _told_in_stream(exchange, error)
    return []


def _stream_problems(exchange: Exchange, dialect: Dialect, asked: Asked) -> list[str]:
    text = exchange.response_text or ""
    raw = text.encode("latin-1", "replace") if exchange.dialect == "bedrock" else text.encode()
    answer, deltas = streamed(raw, dialect, asked)
    reader = EventReader()
    data = [one for one in (*reader.feed(raw), *reader.close()) if one.strip() != "[DONE]"]
    events = [msgspec.json.decode(one) for one in data]
    wanted = (answer.text, [call.arguments for call in answer.message.calls])
    return [f"lost: {leaf!r}" for leaf in lost_of_stream(events, answer)] + _different(_told(list(deltas)), wanted)


def _told(deltas: list[Delta]) -> tuple[str, list[str]]:
    """The text and the arguments of each call, as the deltas tell them."""
    calls: dict[int, str] = {}
    for delta in deltas:
        if isinstance(delta, CallDelta):
            calls[delta.index] = calls.get(delta.index, "") + delta.arguments
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)), list(calls.values())


def _different(told: tuple[str, list[str]], wanted: tuple[str, list[str]]) -> list[str]:
    return [] if told == wanted else [f"deltas: {str(told)[:200]} | {str(wanted)[:200]}"]


def _error_problems(exchange: Exchange, asked: Asked) -> list[str]:
    text = exchange.response_text
    body = text.encode() if text is not None else msgspec.json.encode(exchange.response)
    error = refusal(exchange.status, exchange.response_headers or {}, body, asked)
    return _told_in(_message_of(exchange.body), error)


def _told_in_stream(exchange: Exchange, error: ModelError) -> list[str]:
    """A stream that ends with an error is read right when the error says what the provider said."""
    for line in (exchange.response_text or "").splitlines():
        if line.startswith("data:") and '"error"' in line:
            return _told_in(_message_of(msgspec.json.decode(line[5:])), error)
    return [f"answer: {error}"]


def _message_of(body: Any) -> str:
    fields = object_of(body)
    if fields:
        return _message_of(fields.get("error") or fields.get("message") or fields.get("detail"))
    return body if isinstance(body, str) else ""


def _told_in(message: str, error: ModelError) -> list[str]:
    words = " ".join(message.split())[:80].rstrip(".")
    return [] if words in str(error) else [f"error: {words!r} is not in {str(error)!r}"]


def carried_problems(body: Any) -> list[str]:
    """Whether a body that is only carried through is the same afterwards."""
    return [] if msgspec.json.decode(msgspec.json.encode(body)) == body else ["carried: not the same"]


def problems(exchange: Exchange) -> list[str]:
    """All that is lost of an exchange, or differs."""
    dialect = DIALECTS.get(exchange.dialect)
    if dialect is None:
        return [*carried_problems(exchange.request), *carried_problems(exchange.body)]
    return [*request_problems(exchange, dialect), *answer_problems(exchange, dialect)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the same: it takes a second")
    parser.parse_args()
    folder = data_folder()
    if folder is None or not list(Path(folder).glob(FILES)):
        raise SystemExit(f"the recorded traffic is missing: put it at {FILES} in the data folder")
    listed = list(exchanges(folder))
    started = time.perf_counter()
    found = [(exchange, problems(exchange)) for exchange in listed]
    seconds = time.perf_counter() - started
    kinds = Counter(exchange.dialect or "carried" for exchange in listed)
    print(f"{len(listed)} exchanges in {seconds:.2f} s: " + ", ".join(f"{kind} {n}" for kind, n in kinds.most_common()))
    print("differences that mean nothing:", *HARMLESS, sep="\n  - ")
    for exchange, lines in found:
        for line in lines[:3]:
            print(f"  {exchange.host}{exchange.path[:60]} ({exchange.file}): {line[:300]}")
    lossless = sum(not lines for _, lines in found)
    figures = {
        "exchanges": float(len(listed)),
        "lossless": float(lossless),
        "mismatches": float(len(listed) - lossless),
        "carried": float(kinds["carried"]),
        "ms_per_exchange": seconds / max(1, len(listed)) * 1000,
    }
    emit("wire_traffic", figures, {"lossless": f">= {len(listed)}", "mismatches": "<= 0"})


if __name__ == "__main__":
    main()
