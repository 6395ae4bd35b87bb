"""An HTTP endpoint in a model's place: what is sent to it, and where its answer stands.

It does not know what the endpoint does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, cast

import msgspec

from vouch.errors import ConfigError, MalformedAnswer
from vouch.models.http.address import locate
from vouch.models.http.pool import HttpPool
from vouch.models.openai.errors import Asked, refusal
from vouch.models.target.given import answer_of, asked
from vouch.models.target.target import UNSEEN
from vouch.values.request import Answer, Delta, Request, in_one_piece

_SHOWN: Final = 200


class HttpTarget:
    """Posts JSON to an address: `HttpTarget("https://shop.example/ask", {"question": "{input}"}, answer="data.text")`.

    In the body, `{input}` within a text stands for what the user said last; the text `{messages}` alone for the whole
    conversation, a list of role and content. `answer` is the path to the answer in what comes back: names and places of
    lists, separated by dots; empty for all of it. `headers` are added to every request and never shown.

    Nobody can see whether the endpoint has changed: without a `version` it is asked anew in each process.
    """

    def __init__(
        self,
        address: str,
        body: Mapping[str, Any] | None = None,
        *,
        answer: str = "output",
        headers: Mapping[str, str] | None = None,
        name: str = "",
        version: str = "",
        timeout: float = 120.0,
        http: HttpPool | None = None,
    ) -> None:
        host = locate(address)[0].host
        self.name = name or f"target/{host}"
        if "/" not in self.name:
            raise ConfigError(f"HttpTarget(name={name!r}): a name is wanted like that of a model, such as 'target/bot'")
        self.version = version or UNSEEN
        self._address = address
        self._body = {"input": "{input}"} if body is None else dict(body)
        self._path = tuple(step for step in answer.split(".") if step)
        self._headers = {"content-type": "application/json", "user-agent": "vouch"}
        self._headers |= {header.lower(): value for header, value in (headers or {}).items()}
        self._asked = Asked(self.name, host, tuple(value for value in (headers or {}).values() if value))
        self._http = http or HttpPool(first_byte_timeout=timeout, idle_timeout=timeout)
        self._own = http is None

    async def answer(self, request: Request) -> Answer:
        """What the endpoint answers; raises a `ModelError` when it refuses, is not there, or answers something else."""
        text, messages = asked(request)
        body = msgspec.json.encode(_filled(self._body, text, messages))
        response = await self._http.request("POST", self._address, self._headers, body)
        data = await response.read()
        if not 200 <= response.status < 300:
            raise refusal(response.status, response.headers, data, self._asked)
        return answer_of(self._found(data), self.name)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same answer in one piece."""
        for delta in in_one_piece(await self.answer(request)):
            yield delta

    async def aclose(self) -> None:
        """Close the connections, where they are this target's own."""
        if self._own:
            await self._http.aclose()

    def __repr__(self) -> str:
        return f"HttpTarget({self._address!r}, name={self.name!r})"

    def _found(self, data: bytes) -> object:
        try:
            found: object = msgspec.json.decode(data)
        except msgspec.DecodeError:
            if not self._path:
                return data.decode("utf-8", "replace")
            raise MalformedAnswer(f"{self._asked} answered what is no JSON: {self._shown(data)}") from None
        for step in self._path:
            found = self._step(found, step, data)
        return found

    def _step(self, value: object, step: str, data: bytes) -> object:
        if isinstance(value, dict) and step in value:
            return cast("dict[str, object]", value)[step]
        if isinstance(value, list) and step.isdecimal():
            several = cast("list[object]", value)
            if int(step) < len(several):
                return several[int(step)]
        path = ".".join(self._path)
        raise MalformedAnswer(f"{self._asked} answered without {step!r} of answer={path!r}: {self._shown(data)}")

    def _shown(self, data: bytes) -> str:
        return self._asked.hide(data[:_SHOWN].decode("utf-8", "replace"))


def _filled(template: object, text: str, messages: list[dict[str, str]]) -> object:
    if isinstance(template, str):
        return messages if template == "{messages}" else template.replace("{input}", text)
    if isinstance(template, Mapping):
        parts = cast("Mapping[str, object]", template)
        return {name: _filled(part, text, messages) for name, part in parts.items()}
    if isinstance(template, list | tuple):
        return [_filled(part, text, messages) for part in cast("list[object]", template)]
    return template
