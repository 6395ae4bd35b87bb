"""Keys, tokens and passwords."""

from __future__ import annotations

import pytest

from vouch import guards
from vouch.errors import AppError
from vouch.journal.cleaning import REDACTED

FORTY = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9n"
KEYS = {
    "aws": "AKIA" + "QWERTYUIOP234567",
    "github": "ghp_" + FORTY[:36],
    "gitlab": "glpat-" + FORTY[:20],
    "slack": "xoxb-" + "123456789012-" + FORTY[:24],
    "openai": "sk-proj-" + FORTY + FORTY,
    "anthropic": "sk-ant-api03-" + FORTY + FORTY + FORTY[:13],
    "google": "AIza" + FORTY[:35],
    "stripe": "sk_live_" + FORTY[:24],
    "huggingface": "hf_" + "abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "npm": "npm_" + FORTY[:36],
    "pypi": "pypi-AgE" + FORTY + FORTY,
    "sendgrid": f"SG.{FORTY[:22]}.{FORTY}123",
    "digitalocean": "dop_v1_" + "0123456789abcdef" * 4,
    "jwt": f"eyJ{FORTY}.eyJ{FORTY}.{FORTY}",
    "telegram": "123456789:AA" + FORTY[:33],
}


@pytest.mark.parametrize(("kind", "key"), KEYS.items())
async def test_keys_are_known_by_their_issuers_forms(engine: str, kind: str, key: str) -> None:
    guard = guards.secrets()
    passed, why = await guard.judge(f"use {key}, please")
    assert (passed, why) == (False, f"found 1 {kind}; the first at character 4")
    assert guard.mask(f"use {key}, please") == f"use {REDACTED}, please"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("password: Tr0ub4dor&3xy", "password: [redacted]"),
        ('{"api_key": "q9Xv2Lr8Kp4Wz7"}', '{"api_key": "[redacted]"}'),
        ("SECRET_KEY='q9Xv2Lr8Kp4Wz7'", "SECRET_KEY='[redacted]'"),
        ("Authorization: Bearer q9Xv2Lr8Kp4Wz7Yt5", "Authorization: Bearer [redacted]"),
        ("postgres://app:q9Xv2Lr8@db.internal/main", "[redacted]/main"),
        (f"token: {KEYS['github']}", "token: [redacted]"),
    ],
)
def test_what_is_called_a_secret_and_looks_made_up_is_one(engine: str, text: str, left: str) -> None:
    assert guards.secrets().mask(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "reset your password: click the button below",
        "password: correcthorsebattery",
        "api_key = 'YOUR_API_KEY_1234'",
        "api_key = os.environ['KEY']",
        "password: ${DB_PASSWORD_1}",
        "password=xxxxxxxx1A",
        "postgres://user:password@localhost/db",
        "https://example.org:8080/@user",
        "sk-short and AKIA1234",
        f"x{KEYS['aws']}",
        "token: aaaaaaaaA1",
        "secret key is at the reception",
    ],
)
def test_ordinary_words_and_stand_ins_pass(engine: str, text: str) -> None:
    assert guards.secrets().find(text) == ()


def test_a_private_key_is_hidden_to_its_last_line() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"
    assert guards.secrets().mask(f"a\n{key}\nb") == f"a\n{REDACTED}\nb"
    assert guards.secrets().mask(f"a\n{key}") == f"a\n{REDACTED}"
    assert guards.secrets().mask("-----BEGIN PRIVATE KEY-----\nMII") == f"{REDACTED}\nMII"


async def test_known_secrets_are_found_whatever_they_look_like() -> None:
    guard = guards.secrets(["correct horse battery"])
    passed, why = await guard.judge("it is correct horse battery, correct horse battery")
    assert (passed, why) == (False, "found 2 known; the first at character 6")
    assert "horse" not in guard.name + repr(guard)
    assert guards.secrets().name == "secrets"
    assert guard.name == guards.secrets(["correct horse battery", "correct horse battery"]).name


def test_unusable_known_secrets_are_refused_without_repeating_them() -> None:
    with pytest.raises(AppError, match="fewer than 8 characters") as refused:
        guards.secrets(["hunter2"])
    assert "hunter2" not in str(refused.value)
    with pytest.raises(AppError, match="a list of known secrets is wanted") as refused:
        guards.secrets("hunter2hunter2")
    assert "hunter2" not in str(refused.value)


def test_many_private_keys_are_each_hidden_to_their_last_line(engine: str) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n"
    assert guards.secrets().mask(f"{key}a\n{key}b\n-----BEGIN PRIVATE KEY-----") == (
        f"{REDACTED}\na\n{REDACTED}\nb\n{REDACTED}"
    )
    assert guards.secrets().mask("-----BEGIN PRIVATE KEY-----\nMII") == f"{REDACTED}\nMII"


async def test_an_empty_value_between_quotes_is_none(engine: str) -> None:
    assert (await guards.secrets().judge("password: \u00a0\u00a0\u00a0\u00a0\u00a0'")).passed
