from __future__ import annotations

import os
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.errors import ConfigError
from vouch.project.config import Config, Http, Local, PriceEntry, Provider, RetryEntry, read_config


def config(folder: Path, text: str | bytes) -> Config:
    file = folder / "vouch.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_config(file)


def test_every_setting_has_a_usual_value(tmp_path: Path) -> None:
    assert config(tmp_path, "") == Config()
    assert Config().database == ".vouch/journal.db"
    assert (Http(), RetryEntry(), Local().cache) == (Http(10.0, 120.0, 60.0), RetryEntry(4, 0.5, 30.0), ".vouch/cache")


def test_every_setting_can_be_given(tmp_path: Path) -> None:
    read = config(
        tmp_path,
        """
        database = "runs.db"
        apps = {shop = "app:app", "two words" = "pkg.mod:make"}
        [providers.house]
        address = "http://127.0.0.1:1/v1"
        key_env = "HOUSE_KEY"
        headers = {x-team = "support"}
        [prices."house/large"]
        input = 0.15
        output = "0.60"
        cache_read = 1
        currency = "EUR"
        [local]
        weights = "minilm"
        [http]
        connect = 5
        [retry]
        attempts = 1
        """,
    )
    assert read.apps == {"shop": "app:app", "two words": "pkg.mod:make"}
    assert read.providers == {"house": Provider("http://127.0.0.1:1/v1", "HOUSE_KEY", {"x-team": "support"})}
    # A price is exact also where TOML would make it a float.
    assert read.prices == {"house/large": PriceEntry(Decimal("0.15"), Decimal("0.60"), Decimal(1), None, "EUR")}
    assert (read.local.weights, read.http.connect, read.retry.attempts) == ("minilm", 5.0, 1)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert config(tmp_path, '\ufeffdatabase = "here.db"\r\n').database == "here.db"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('databse = "x"', "Object contains unknown field `databse`; did you mean 'database'?"),
        ("[http]\nfirst-byte = 3", r"unknown field `first-byte` - at `\$.http`; did you mean 'first_byte'\?"),
        ('[providers.a]\naddress = "x"\nkey = "k"', "unknown field `key` - at .*; did you mean 'key_env'?"),
        ("[retry]\nzzz = 3", "unknown field `zzz` - at .*; known are: attempts, first, longest"),
        (
            "zzz = 3",
            "unknown field `zzz`; known are: apps, database, http, index, local, prices, providers, retry",
        ),
        ("[apps]\nshop = 3", r"Expected `str`, got `int` - at `\$.apps\[...\]`"),
        ("apps = 'app:app'", r"Expected `object`, got `str` - at `\$.apps`"),
        ("[http]\nconnect = 'soon'", r"Expected `float`, got `str` - at `\$.http.connect`"),
        ("[http]\nconnect = 0", r"Expected `float` > 0.0 - at `\$.http.connect`"),
        ("[http]\nfirst_byte = nan", r"Expected `float` > 0.0 - at `\$.http.first_byte`"),
        ("[retry]\nattempts = 0", r"Expected `int` >= 1 - at `\$.retry.attempts`"),
        ("[retry]\nfirst = -1", r"Expected `float` > 0.0"),
        ("[providers.a]\nkey_env = 'K'", r"missing required field `address` - at `\$.providers\[...\]`"),
        ("[prices.'a/b']\ninput = 1", r"missing required field `output` - at `\$.prices\[...\]`"),
        ("[prices.'a/b']\ninput = 'a lot'\noutput = 1", r"- at `\$.prices\[...\].input`"),
        ("[prices.'a/b']\ninput = -1\noutput = 1", r"input = -1: a price is 0 or more - at `\$.prices\[...\]`"),
        ("[prices.'a/b']\ninput = 1\noutput = inf", "output = Infinity: a price is 0 or more"),
        (
            "[prices.'a/b']\ninput = 1\noutput = 1\ncurrency = 'EUR'\n[prices.'a/c']\ninput = 1\noutput = 1",
            "prices are in EUR and USD: give all of them in one currency",
        ),
        ("[apps\nshop = 1", r"is not TOML: .*line 1"),
        ("a = 1\na = 2", "is not TOML: "),
        ("a = " + "[" * 100_000, "is not TOML: "),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as wrong:
        config(tmp_path, text)
    assert str(wrong.value).startswith(str(tmp_path / "vouch.toml"))


def test_what_is_not_utf_8_or_no_file_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not UTF-8 text; save it as UTF-8"):
        config(tmp_path, 'database = "é"'.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"cannot be read \(No such file or directory\)"):
        read_config(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"cannot be read \(Is a directory\)"):
        read_config(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_may_not_be_read_is_an_error_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "vouch.toml"
    file.write_text("")
    file.chmod(0)
    with pytest.raises(ConfigError, match=r"cannot be read \(Permission denied\)"):
        read_config(file)


@given(st.text(max_size=80))
def test_whatever_stands_in_the_file_the_only_error_is_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any-text"
    folder.mkdir(exist_ok=True)
    with suppress(ConfigError):
        assert isinstance(config(folder, text.encode("utf-8", "surrogatepass")), Config)
