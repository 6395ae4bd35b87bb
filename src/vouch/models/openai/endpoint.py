"""One endpoint of one provider: where it is, how it is asked, and how a refusal is told.

It does not know what is sent there or what comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vouch.errors import ConfigError
from vouch.models.http.address import locate
from vouch.models.http.pool import HttpPool
from vouch.models.http.response import Response
from vouch.models.openai.errors import Asked, refusal

OPENAI: Final = "https://api.openai.com/v1"


class Endpoint:
    """`path` under `address` for the model `name`, with the key and headers that open it.

    Raises `ConfigError` for a name that is not `provider/model`, and for an address that cannot be reached.
    """

    def __init__(
        self, name: str, path: str, *, http: HttpPool, address: str, key: str | None, headers: Mapping[str, str]
    ) -> None:
        provider, _, self.model = name.partition("/")
        if not provider or not self.model:
            raise ConfigError(f"{name!r} is no model's name; write it as provider/model, like openai/gpt-4o-mini")
        base, mark, query = address.partition("?")
        self.name = name
        self.address = base
        self._url = f"{base.rstrip('/')}/{path}{mark}{query}"
        host = locate(self._url)[0].host
        self.own = host == "api.openai.com" or host.endswith(".api.openai.com")
        self.asked = Asked(name, host, tuple(secret for secret in (key, *headers.values()) if secret))
        self._headers = {"content-type": "application/json", "user-agent": "vouch"}
        if key:
            self._headers["authorization"] = f"Bearer {key}"
        self._headers |= {header.lower(): value for header, value in headers.items()}
        self._http = http

    async def send(self, body: bytes) -> Response:
        """The response to `body`, when it is one; raises the `ModelError` that any other status stands for."""
        response = await self._http.request("POST", self._url, self._headers, body)
        if 200 <= response.status < 300:
            return response
        raise refusal(response.status, response.headers, await response.read(), self.asked)
