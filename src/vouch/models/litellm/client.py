"""A model that litellm knows, for providers that have no adapter of their own here.

It does not know how any of them is spoken to: litellm takes and gives OpenAI's chat completions. The package is the
`litellm` extra, and is loaded when the first request is made, since that takes seconds.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from vouch.errors import ConfigError, ConnectionFailed, ModelError, ModelTimeout
from vouch.models.openai.errors import Asked, refusal
from vouch.models.openai.read import read_completion
from vouch.models.openai.stream import StreamReader
from vouch.models.openai.write import write_request
from vouch.models.wording import Json, object_of
from vouch.values.request import Answer, Delta, Request


class LiteLLM:
    """A model by litellm. `name` is `provider/model`; what stands after the first slash is the name litellm knows.

    Raises `ConfigError` for any other name, and with the first request where litellm is not installed.
    """

    def __init__(
        self, name: str, *, address: str = "", key: str | None = None, headers: Mapping[str, str] = {}
    ) -> None:
        provider, _, self._model = name.partition("/")
        if not provider or not self._model:
            raise ConfigError(f"{name!r} is no model's name; write it as provider/model, like tail/replicate/llama-4")
        self.name = name
        self._options: Json = {"api_base": address} if address else {}
        self._options |= {"api_key": key} if key else {}
        self._options |= {"extra_headers": dict(headers)} if headers else {}
        hidden = tuple(secret for secret in (key, *headers.values()) if secret)
        self._asked = Asked(name, "litellm", hidden)
        self._package: Any = None

    async def answer(self, request: Request) -> Answer:
        """The whole answer; raises a `ModelError` when there is none."""
        answered = await self._ask(request, stream=False)
        return read_completion(object_of(answered.model_dump()), self._asked)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same answer piece by piece; raises a `ModelError` when it breaks."""
        chunks = await self._ask(request, stream=True)
        reader = StreamReader(self._asked)
        while (chunk := await self._next(chunks)) is not None:
            for delta in reader.read(chunk):
                yield delta
        for delta in reader.finish():
            yield delta

    async def aclose(self) -> None:
        """Nothing: litellm holds its connections itself."""

    def __repr__(self) -> str:
        return f"LiteLLM({self.name!r})"

    async def _ask(self, request: Request, *, stream: bool) -> Any:
        package = self._load()
        body: Json = msgspec.json.decode(write_request(request, self._model, stream=stream, own=False))
        try:
            return await package.acompletion(**body, **self._options, num_retries=0, drop_params=True)
        except Exception as error:  # noqa: BLE001 - litellm has a tree of its own, and its providers' errors
            raise self._error(error) from None

    async def _next(self, chunks: AsyncIterator[Any]) -> str | None:
        try:
            chunk = await anext(chunks, None)
        except Exception as error:  # noqa: BLE001 - litellm has a tree of its own, and its providers' errors
            raise self._error(error) from None
        return None if chunk is None else msgspec.json.encode(chunk.model_dump()).decode()

    def _load(self) -> Any:
        if self._package is None:
            try:
                self._package = importlib.import_module("litellm")
            except ImportError as error:
                raise ConfigError(
                    f"{self.name!r} is asked through litellm, which is not installed ({error}); "
                    "install it with: pip install 'vouch-llm[litellm]'"
                ) from None
            self._package.telemetry = False
        return self._package

    def _error(self, error: Exception) -> ModelError:
        status = getattr(error, "status_code", None)
        message = self._asked.hide(str(error))
        if type(error).__name__ == "Timeout":
            return ModelTimeout(f"{self._asked} gave no answer in time: {message}; ask again")
        if not isinstance(status, int) or status < 300:
            return ConnectionFailed(f"{self._asked} could not be asked: {message}; ask again")
        headers: Any = getattr(getattr(error, "response", None), "headers", None)
        named = {str(name).lower(): str(headers[name]) for name in headers or ()}
        body = msgspec.json.encode({"error": {"message": message, "code": getattr(error, "code", None)}})
        return refusal(status, named, body, self._asked)
