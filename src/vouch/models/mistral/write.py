"""Our request as the JSON of a chat request of Mistral's: OpenAI's, with other words for a few things.

It does not know where it is sent.
"""

from __future__ import annotations

import msgspec

from vouch.models.openai import write
from vouch.models.wording import Json, object_of
from vouch.values.request import Request

_REFUSED = ("stream_options", "logprobs", "top_logprobs", "top_k")


def write_request(request: Request, model: str, *, stream: bool) -> bytes:
    """The request for `model`. Mistral says `random_seed`, `any` for required, and refuses what it does not know."""
    body: Json = msgspec.json.decode(write.write_request(request, model, stream=stream, own=False))
    extra = request.frame.settings.extra
    for name in _REFUSED:
        if name not in extra:
            body.pop(name, None)
    if "seed" in body:
        body["random_seed"] = body.pop("seed")
    choice = object_of(body.get("tool_choice"))
    if body.get("tool_choice") == "required" or choice.get("type") == "allowed_tools":
        body["tool_choice"] = "any"
    return msgspec.json.encode(body)
