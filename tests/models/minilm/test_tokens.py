"""Texts to token numbers: cut at the model's length, and long texts not read further than needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.models.minilm import tiny
from tokenizers import Tokenizer

from vouch.errors import ConfigError
from vouch.models.minilm import tokens
from vouch.models.minilm.tokens import Tokens, readable


def words(found: list[int]) -> str:
    return " ".join(tiny.WORDS[number] for number in found)


def test_a_text_becomes_its_tokens_between_marks(tmp_path: Path) -> None:
    made = Tokens.open(tiny.write(tmp_path))
    assert words(made.of("Where is my ORDERS?").tolist()) == "[CLS] where is my order ##s ? [SEP]"
    assert words(made.of("").tolist()) == "[CLS] [SEP]"


def test_a_long_text_is_cut_and_keeps_its_last_mark(tmp_path: Path) -> None:
    made = Tokens.open(tiny.write(tmp_path, longest=5))
    assert words(made.of("where is my order please").tolist()) == "[CLS] where is my [SEP]"


@pytest.mark.parametrize("piece", ["my order is late ", "refund? ", "x" * 150 + " ", "order" * 10, "\n\t  where", "?"])
@pytest.mark.parametrize("times", [1, 7, 40, 400, 1_000])
def test_reading_only_the_beginning_gives_the_same_tokens(tmp_path: Path, piece: str, times: int) -> None:
    made = Tokens.open(tiny.write(tmp_path))
    whole = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    whole.enable_truncation(made.longest)
    assert made.of(piece * times).tolist() == whole.encode(piece * times).ids


def test_only_the_beginning_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Tokens.open(tiny.write(tmp_path))
    read: list[int] = []

    class Watched:
        def encode(self, text: str) -> object:
            read.append(len(text))
            return made._tokenizer.encode(text)

    watched = Tokens(made._tokenizer, longest=made.longest)
    monkeypatch.setattr(watched, "_tokenizer", Watched())
    watched.of("my order is late " * 100_000)
    assert read == [tokens._FIRST_LOOK]


def test_without_limits_the_length_is_256(tmp_path: Path) -> None:
    tiny.write(tmp_path)
    (tmp_path / "sentence_bert_config.json").unlink()
    assert Tokens.open(tmp_path).longest == 256


@pytest.mark.parametrize("name", ["tokenizer.json", "sentence_bert_config.json"])
def test_broken_files_are_refused(tmp_path: Path, name: str) -> None:
    tiny.write(tmp_path)
    (tmp_path / name).write_text('{"max_seq_length": "long"}')
    with pytest.raises(ConfigError, match=r"cannot be read: .*Install the model again"):
        Tokens.open(tmp_path)


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert readable("a\ud800b 😀") == "a?b 😀"
