"""Tests of what must not reach the disk: secrets, and characters that are no text."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal.samples import KINDS, answered, bodies, finished, started
from vouch.journal.cleaning import REDACTED, SHORTEST, Secrets, mended, rewritten
from vouch.journal.codec import decode_body, encode_body
from vouch.values.event import AnyBody, ModelAnswered, PromptRendered, RouteChosen, RunFinished
from vouch.values.message import ToolCall, assistant, user
from vouch.values.money import Money

KEY = "sk-1234567890abcdef"


def hiding(*secrets: str) -> Secrets:
    found = Secrets()
    found.add(*secrets)
    return found


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5, deadline=None, database=None)
@given(data=st.data())
def test_an_event_without_secrets_is_left_as_it_is(kind: type[Any], data: st.DataObject) -> None:
    body: AnyBody = data.draw(bodies(kind))
    assert hiding(KEY).hidden(body) is body
    assert Secrets().hidden(body) is body
    assert rewritten(body, lambda text: text) == body


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5, deadline=None, database=None)
@given(data=st.data())
def test_every_text_of_every_kind_can_be_cleaned_and_the_event_stays_one(kind: type[Any], data: st.DataObject) -> None:
    body: AnyBody = data.draw(bodies(kind))
    secret = rewritten(body, lambda _: f"my key is {KEY}!")
    hidden = hiding(KEY).hidden(secret)
    assert hidden == rewritten(body, lambda _: f"my key is {REDACTED}!")
    assert KEY.encode() not in encode_body(hidden)
    assert decode_body(encode_body(hidden)) == hidden


@pytest.mark.parametrize(
    "secret",
    [KEY, 'pass"word\\1', "zwei\nZeilen\t!", "pässwörter", "пароль-секрет", "key/with+signs=", "\x01\x02\x03 control"],
)
def test_secrets_are_found_in_json_and_in_json_within_json(secret: str) -> None:
    arguments = msgspec.json.encode({"token": secret}).decode()
    messages = [user(f"use {secret}"), assistant("", ToolCall("c", "call", arguments))]
    for text in (
        secret,
        arguments,
        json.dumps({"token": secret}),
        msgspec.json.encode(messages).decode(),
        json.dumps(msgspec.to_builtins(messages)),
        json.dumps({"token": secret}, ensure_ascii=False),
    ):
        hidden = hiding(secret).hidden(PromptRendered(prompt="p", version="v", messages=f"{text} " * 200))
        assert isinstance(hidden, PromptRendered)
        assert REDACTED in str(hidden.messages)
        for form in (secret, msgspec.json.encode(secret).decode()[1:-1], json.dumps(secret)[1:-1]):
            assert form not in str(hidden.messages)


def test_json_that_held_a_secret_is_still_json() -> None:
    secret = 'pass"word\\1'
    messages = [user(f"use {secret}"), assistant("", ToolCall("c", "call", json.dumps({"token": secret})))]
    body = PromptRendered(prompt="p", version="v", messages=msgspec.json.encode(messages).decode())
    hidden = hiding(secret).hidden(body)
    assert isinstance(hidden, PromptRendered)
    first, second = json.loads(str(hidden.messages))
    assert first["parts"][0]["text"] == f"use {REDACTED}"
    assert json.loads(second["calls"][0]["arguments"]) == {"token": REDACTED}


def test_secrets_stand_in_any_field_also_in_tuples_and_calls() -> None:
    body = ModelAnswered(model=KEY, request=KEY, calls=(ToolCall(KEY, KEY, KEY),), cost=None)
    assert hiding(KEY).hidden(body) == ModelAnswered(
        model=REDACTED, request=REDACTED, calls=(ToolCall(REDACTED, REDACTED, REDACTED),)
    )
    assert hiding(KEY).hidden(RouteChosen(policy="p", plan=("a", f"b/{KEY}"))) == RouteChosen(
        policy="p", plan=("a", f"b/{REDACTED}")
    )


@pytest.mark.parametrize("word", ["answered", "run.finished", 'output":"', "confidence"])
def test_a_secret_that_is_a_word_of_ours_does_not_spoil_the_event(word: str) -> None:
    body = finished(f"it was {word} here", why="because")
    hidden = hiding(word).hidden(body)
    assert isinstance(hidden, RunFinished)
    assert (hidden.status, hidden.output) == ("answered", f"it was {REDACTED} here")
    assert decode_body(encode_body(hidden)) == hidden


def test_stand_ins_for_a_key_are_no_secrets() -> None:
    for word in ("", "none", "EMPTY", "ollama", "x" * (SHORTEST - 1)):
        body = answered(f"{word} of us said {word}")
        assert hiding(word).hidden(body) is body


def test_a_secret_within_another_leaves_nothing_of_the_other() -> None:
    hidden = hiding("abcdefgh", "abcdefgh-and-more").hidden(answered("abcdefgh-and-more abcdefgh"))
    assert isinstance(hidden, ModelAnswered)
    assert hidden.text == f"{REDACTED} {REDACTED}"


def test_secrets_add_up() -> None:
    secrets = hiding("first-secret")
    secrets.add("second-secret")
    hidden = secrets.hidden(started(text="first-secret second-secret"))
    assert hidden == started(text=f"{REDACTED} {REDACTED}")


def test_half_characters_are_mended_and_whole_ones_put_together() -> None:
    assert mended("a\ud800b\udc00c") == "a\ufffdb\ufffdc"
    assert mended("\ud83d\ude00") == "😀"
    assert mended("\ufeffplain ü 😀") == "\ufeffplain ü 😀"
    assert rewritten(finished("\ud800", cost=Money(Decimal(1))), mended) == finished("\ufffd", cost=Money(Decimal(1)))
