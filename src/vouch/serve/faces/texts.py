"""Where the words of each format are, by the name of its face.

It does not know the formats.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vouch.serve.faces.chat.texts import ChatTexts
from vouch.serve.faces.completions.texts import CompletionsTexts
from vouch.serve.faces.embeddings.texts import EmbeddingsTexts
from vouch.serve.faces.messages.texts import MessagesTexts
from vouch.serve.faces.responses.texts import ResponsesTexts
from vouch.serve.faces.spots import Texts

_MESSAGES: Final = MessagesTexts()

TEXTS: Final[Mapping[str, Texts]] = {
    "chat": ChatTexts(),
    "completions": CompletionsTexts(),
    "embeddings": EmbeddingsTexts(),
    "messages": _MESSAGES,
    "count_tokens": _MESSAGES,
    "responses": ResponsesTexts(),
}
