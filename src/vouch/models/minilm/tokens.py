"""Turns a text into the encoder's token numbers.

It does not know the encoder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from vouch.errors import ConfigError

_FIRST_LOOK: Final = 2_048  # characters; few texts have more of them in 256 tokens
_LONGEST_WORD: Final = 200  # characters; the tokenizer splits no word of more than 100


class _Limits(msgspec.Struct):
    max_seq_length: int = 256


class Tokens:
    """The tokenizer of one model, which cuts texts to the length that the model was trained for."""

    def __init__(self, tokenizer: Tokenizer, *, longest: int) -> None:
        tokenizer.no_padding()
        tokenizer.enable_truncation(longest)  # pyright: ignore[reportUnknownMemberType]
        self._tokenizer = tokenizer
        self.longest = longest

    @classmethod
    def open(cls, folder: Path) -> Tokens:
        """Reads `tokenizer.json` and, where there is one, `sentence_bert_config.json`; raises `ConfigError`."""
        limits = folder / "sentence_bert_config.json"
        try:
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            found = msgspec.json.decode(limits.read_bytes(), type=_Limits) if limits.is_file() else _Limits()
        except Exception as error:  # tokenizers raises bare Exception
            raise ConfigError(f"the tokenizer in {folder} cannot be read: {error}. Install the model again.") from error
        return cls(tokenizer, longest=found.max_seq_length)

    def of(self, text: str) -> NDArray[np.int64]:
        """Token numbers of one text, at most `longest`, with the model's marks at both ends.

        Only as much of a long text is read as is needed. A beginning has the tokens of the whole as long as those kept
        end well before the cut: a word that the cut goes through is either further on, or so long that it is one token.
        """
        reach = _FIRST_LOOK
        while True:
            found = self._tokenizer.encode(text[:reach])
            numbers = found.ids
            if reach >= len(text) or (len(numbers) == self.longest and found.offsets[-2][1] < reach - _LONGEST_WORD):
                return np.asarray(numbers, dtype=np.int64)
            reach *= 4


def readable(text: str) -> str:
    """The text as valid Unicode: half a surrogate pair, which no tokenizer takes, becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
