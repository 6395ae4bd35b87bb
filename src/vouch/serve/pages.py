"""The addresses beside the faces: which models there are, and what operators ask.

They do not know requests to models.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from vouch.serve.apps import Apps
from vouch.serve.gateway import Endpoint
from vouch.serve.operations.operations import Operations
from vouch.serve.plan import Plans
from vouch.serve.reply import Receive, Scope, Send, respond

_JSON = [(b"content-type", b"application/json")]


def pages(plans: Plans, apps: Apps, operations: Operations) -> Mapping[tuple[str, str], Endpoint]:
    """By method and path."""

    async def models(_scope: Scope, _receive: Receive, send: Send) -> None:
        names = [*plans.names, *apps.names]
        listed: list[dict[str, Any]] = [
            {"id": name, "object": "model", "created": 0, "owned_by": "vouch"} for name in names
        ]
        await respond(send, 200, msgspec.json.encode({"object": "list", "data": listed}), _JSON)

    return {
        ("GET", "/v1/models"): models,
        ("GET", "/healthz"): operations.healthy,
        ("GET", "/readyz"): operations.ready,
        ("GET", "/metrics"): operations.metrics,
    }
