"""A gateway written the usual way: FastAPI, a pydantic model of the request, one httpx client, a streaming response.

It does not know Vouch, and does nothing but pass on: no keys, no limits, no cost, nothing written down.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """One message, with whatever else it has."""

    model_config = ConfigDict(extra="allow")
    role: str
    content: Any = None


class Completion(BaseModel):
    """A request, with whatever else it has."""

    model_config = ConfigDict(extra="allow")
    model: str
    messages: list[Message]
    stream: bool = False


def gateway(upstream: str) -> FastAPI:
    """The application before `upstream`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        limits = httpx.Limits(max_connections=1024, max_keepalive_connections=1024)
        async with httpx.AsyncClient(base_url=upstream, limits=limits, timeout=60) as client:
            app.state.client = client
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/chat/completions")
    async def complete(asked: Completion):
        client: httpx.AsyncClient = app.state.client
        headers = {"authorization": "Bearer sk-upstream"}
        request = client.build_request(
            "POST", "/v1/chat/completions", json=asked.model_dump(exclude_unset=True), headers=headers
        )
        if not asked.stream:
            answer = await client.send(request)
            return Response(answer.content, answer.status_code, media_type="application/json")
        answer = await client.send(request, stream=True)

        async def pieces():
            try:
                async for piece in answer.aiter_bytes():
                    yield piece
            finally:
                await answer.aclose()

        return StreamingResponse(pieces(), answer.status_code, media_type="text/event-stream")

    return app


if __name__ == "__main__":
    uvicorn.run(gateway(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
