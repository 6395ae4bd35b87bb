"""A model at Amazon Bedrock, asked by Converse.

It does not know prices, retries, or which model should be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from vouch.models.bedrock.frames import FrameReader
from vouch.models.bedrock.read import StreamReader, read_answer
from vouch.models.bedrock.signing import Credentials, Signer, region_of
from vouch.models.bedrock.write import write_request
from vouch.models.http.address import locate
from vouch.models.http.pool import HttpPool
from vouch.models.openai.errors import Asked
from vouch.models.remote import Remote
from vouch.values.request import Answer, Request

BEDROCK: Final = "https://bedrock-runtime.us-east-1.amazonaws.com"


class _Converse:
    """How Converse is spoken."""

    form = "Bedrock's"

    def path(self, model: str, *, stream: bool) -> str:
        return f"model/{quote(model, safe='')}/{'converse-stream' if stream else 'converse'}"

    def write(self, request: Request, model: str, *, stream: bool) -> bytes:
        return write_request(request, model, stream=stream)

    def read(self, body: bytes, asked: Asked) -> Answer:
        return read_answer(body, asked)

    def reader(self, asked: Asked) -> tuple[FrameReader, StreamReader]:
        return FrameReader(), StreamReader(asked)


class Bedrock(Remote):
    """A model that is asked by Converse, in the region that the address names.

    It is opened by `key`, an API key of Bedrock's, or by `credentials`, with which every request is signed.
    """

    def __init__(
        self,
        name: str,
        *,
        http: HttpPool,
        address: str = BEDROCK,
        key: str | None = None,
        headers: Mapping[str, str] = {},
        credentials: Credentials | None = None,
        region: str = "",
    ) -> None:
        signer = None
        secrets: tuple[str, ...] = ()
        if credentials is not None and not key:
            signer = Signer(credentials, region=region or region_of(locate(address)[0].host))
            secrets = (credentials.secret_key, credentials.session_token)
        super().__init__(
            name,
            _Converse(),
            http=http,
            address=address,
            opens={"authorization": f"Bearer {key}"} if key else {},
            headers=headers,
            secrets=secrets,
            sign=signer.sign if signer else None,
        )
