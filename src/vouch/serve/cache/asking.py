"""What makes two requests the same: all that may change the answer, within one scope and for one model.

It does not know whether an answer is kept.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from vouch.models.wording import Json
from vouch.project.config import CacheEntry
from vouch.serve.exchange import Exchange
from vouch.serve.faces.texts import TEXTS
from vouch.serve.keys.gate import NOBODY
from vouch.values.digest import digest

LONGEST: Final = 240
"""Characters of a question that is compared by meaning: so many are always within what an embedder reads."""

_IDLE: Final = (
    *("model", "stream", "stream_options", "user", "metadata", "safety_identifier"),
    *("prompt_cache_key", "prompt_cache_retention"),
)
"""Fields that do not change the answer; the model is told apart by its full name."""

_TOOLS: Final = ("tools", "functions", "mcp_servers", "web_search_options", "container")
_REMEMBERED: Final = ("conversation", "previous_response_id", "background")
"""With these, the provider answers by what it remembers."""

_object: Final = msgspec.json.Decoder(Json)


class Asking(NamedTuple):
    """`place` is where the answer to just this is kept.

    `text` is what was asked last, where it may be compared by meaning, and `around` the address of all the rest.
    """

    place: str
    text: str = ""
    around: str = ""


def asking_of(exchange: Exchange, entry: CacheEntry, model: str) -> Asking | None:
    """What a request asks of this model; None where its answer must not be given again."""
    try:
        fields = _object.decode(exchange.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    uses_tools = exchange.asked.startswith("app/") or any(fields.get(name) for name in _TOOLS)
    if (uses_tools and not entry.tools) or any(fields.get(name) for name in _REMEMBERED):
        return None
    for name in _IDLE:
        fields.pop(name, None)
    within = (exchange.face.name, _scope(exchange, entry), model)
    asking = Asking(digest((*within, fields)))
    if entry.kind == "exact":
        return asking
    texts = TEXTS.get(exchange.face.name)
    question = texts.question(fields) if texts is not None else None
    if question is None or not question.text.strip() or len(question.text) > LONGEST:
        return asking
    text = question.text
    question.put("")
    return Asking(asking.place, text, digest((*within, "around", fields)))


def _scope(exchange: Exchange, entry: CacheEntry) -> str:
    key = exchange.account.key if exchange.account is not None else NOBODY
    if entry.scope == "everyone":
        return ""
    team = key.terms.team if entry.scope == "team" else ""
    return f"team {team}" if team else f"key {key.id}"
