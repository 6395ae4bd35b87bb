"""Houses as vouch.toml wires them: providers, keys, prices and recordings, against a provider over real HTTP."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from vouch import scorers
from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.app.run import run
from vouch.contracts.model import Model
from vouch.errors import ConfigError
from vouch.models.openai.client import OpenAI
from vouch.models.replay import Replay
from vouch.project.config import Config, read_config
from vouch.project.providers import KNOWN
from vouch.project.wiring import wire
from vouch.proof.prove import prove
from vouch.testing.fault import Fault
from vouch.testing.provider import StandIn
from vouch.tools.function import tool
from vouch.values.case import Case, Dataset
from vouch.values.money import Money

KEY = 'sk-very"secret\\key-0123456789'


async def wired(folder: Path, text: str = "") -> House:
    return await wire(written(folder, text), folder)


def written(folder: Path, text: str) -> Config:
    folder.mkdir(exist_ok=True)
    (folder / "vouch.toml").write_text(text)
    return read_config(folder / "vouch.toml")


def all_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def house_toml(provider: StandIn, more: str = "") -> str:
    return f'[providers.house]\naddress = "{provider.address}"\nkey_env = "HOUSE_KEY"\n{more}'


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in KNOWN.values():
        monkeypatch.delenv(provider.key_env, raising=False)
    monkeypatch.delenv("HOUSE_KEY", raising=False)


async def test_every_known_provider_gives_a_model_and_asks_for_its_own_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await wired(tmp_path) as house:
        for name, provider in KNOWN.items():
            if provider.key_env:
                missing = (
                    f"'{name}/large' needs a key, .*{provider.key_env} is not set; set it: export {provider.key_env}="
                )
                with pytest.raises(ConfigError, match=missing):
                    house.model(f"{name}/large")
                monkeypatch.setenv(provider.key_env, f"key-of-{name}")
            model = house.model(f"{name}/large")
            assert (provider.dialect == "openai") == (type(model) is OpenAI)
            assert model.name == f"{name}/large"
            assert provider.address in repr(model)
            assert "key-of" not in repr(model)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "nowhere/large",
            r"there is no provider 'nowhere'; there are: anthropic, badly, .*openai, .*vllm. Any .*\[providers",
        ),
        (
            "local/nothing",
            "there is no local model 'local/nothing'; there are: local/classifier, local/planner, local/reader",
        ),
        ("replay/nothing.db", "model 'replay/nothing.db': there is no recorded journal '.*nothing.db'"),
        ("replay/", "there is no recorded journal"),
        ("house/", "'house/' is no model's name; write it as provider/model"),
        ("badly/large", r"\[providers.badly\]: an address has scheme 'ftp'"),
    ],
)
async def test_a_name_that_gives_no_model_says_what_there_is(tmp_path: Path, name: str, message: str) -> None:
    toml = '[providers.house]\naddress = "http://127.0.0.1:9/v1"\n[providers.badly]\naddress = "ftp://somewhere"\n'
    async with await wired(tmp_path, toml) as house:
        with pytest.raises(ConfigError, match=message):
            house.model(name)


async def test_an_entry_replaces_a_known_provider(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "from here") as provider:
        toml = f'[providers.openai]\naddress = "{provider.address}"\nheaders = {{x-team = "support"}}\n'
        async with await wired(tmp_path, toml) as house:
            result = await run(App(name="a", models=["openai/gpt-4o-mini"]), "hi", house)
    assert result.output == "from here"
    assert provider.requests[0]["model"] == "gpt-4o-mini"


def everywhere(body: dict[str, Any]) -> str | dict[str, Any]:
    """A provider that gives the key away in every way there is."""
    said = [message for message in body["messages"] if message["role"] == "tool"]
    if not said:
        return {"content": f"the key is {KEY}", "tool_calls": [{"name": "look", "arguments": {"what": KEY}}]}
    return json.dumps({"key": KEY, "nested": json.dumps({"key": KEY})}) + " " * 2000 + KEY


async def test_a_key_reaches_the_provider_and_never_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOUSE_KEY", f"{KEY}\n")

    @tool
    def look(what: str) -> str:
        """Look it up."""
        raise LookupError(f"nothing under {what}")

    async with StandIn(reply=everywhere, key=KEY) as provider, await wired(tmp_path, house_toml(provider)) as house:
        app = App(name="a", models=["house/large"], prompt=f"Keep {KEY} to yourself.", tools=[look])
        result = await run(app, f"Is {KEY} your key?", house)
        events = await house.journal.read(result.run)
    assert result.status == "answered"
    assert len(provider.requests) == 2
    assert KEY in provider.requests[0]["messages"][0]["content"]
    assert "[redacted]" in str(events)
    data = all_bytes(tmp_path)
    assert b"Is [redacted] your key?" in data
    once = json.dumps(KEY)[1:-1]
    for form in (KEY, once, json.dumps(once)[1:-1], "sk-very", "0123456789"):
        assert form.encode() not in data


async def test_a_key_that_is_set_later_is_hidden_from_then_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with StandIn(reply=everywhere, key=KEY) as provider, await wired(tmp_path, house_toml(provider)) as house:
        monkeypatch.setenv("HOUSE_KEY", KEY)
        result = await run(App(name="a", models=["house/large"], budget=Budget(steps=1)), "hi", house)
        assert "the key is [redacted]" in str(await house.journal.read(result.run))


async def test_a_wrong_key_is_not_shown_by_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSE_KEY", "sk-wrong-0123456789")
    async with StandIn(key=KEY) as provider, await wired(tmp_path, house_toml(provider)) as house:
        result = await run(App(name="a", models=["house/large"]), "hi", house)
    assert result.why.startswith("Unauthorized: ")
    assert "sk-wrong" not in result.why


async def test_a_missing_key_is_an_error_that_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSE_KEY", " \n")
    async with StandIn() as provider, await wired(tmp_path, house_toml(provider)) as house:
        with pytest.raises(ConfigError, match="needs a key, and the environment variable HOUSE_KEY is not set"):
            await run(App(name="a", models=["house/large"]), "hi", house)
    assert provider.requests == []


PRICES = '[prices."house/large"]\ninput = "2.50"\noutput = 10\n'


async def test_prices_of_vouch_toml_win_and_budgets_hold(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "four words are here") as provider:
        toml = f'[providers.house]\naddress = "{provider.address}"\n{PRICES}'
        async with await wired(tmp_path, toml) as house:
            priced = await run(App(name="a", models=["house/large"]), "x" * 400, house)
            unknown = await run(App(name="a", models=["house/unknown"]), "hi", house)
            free = house.cost("local/classifier", priced.usage)
            listed = house.cost("openai/gpt-4o-mini", priced.usage)
    usage = priced.usage
    exact = (Decimal("2.50") * usage.input_tokens + 10 * usage.output_tokens) / 1_000_000
    assert priced.cost == Money(exact)
    assert usage.output_tokens == 4
    assert unknown.cost is None
    assert free == Money(Decimal(0))
    assert listed is not None
    assert 0 < listed.amount < exact


async def test_settings_of_http_and_retry_are_obeyed(tmp_path: Path) -> None:
    faults = [Fault(kind="unavailable", share=1.0)]
    async with StandIn(faults=faults, reply=lambda body: "never") as provider:
        toml = f'[providers.house]\naddress = "{provider.address}"\n[retry]\nattempts = 2\nfirst = 0.001\n'
        async with await wired(tmp_path, toml) as house:
            result = await run(App(name="a", models=["house/large"]), "hi", house)
            failures = [event async for event in house.journal.events("model.failed")]
    assert result.why.startswith("Overloaded: ")
    assert len(failures) == 2
    async with StandIn(faults=[Fault(kind="silent", share=1.0)]) as provider:
        toml = f'[providers.house]\naddress = "{provider.address}"\n[http]\nfirst_byte = 0.05\n[retry]\nattempts = 1\n'
        async with await wired(tmp_path, toml) as house:
            assert (await run(App(name="a", models=["house/large"]), "hi", house)).why.startswith("ModelTimeout: ")


async def test_the_database_may_be_a_path_or_a_url(tmp_path: Path) -> None:
    for setting, file in (("deep/runs.db", "deep/runs.db"), (f"sqlite:///{tmp_path}/url.db", "url.db")):
        async with await wired(tmp_path, f'database = "{setting}"\n'):
            assert (tmp_path / file).is_file()
    with pytest.raises(ConfigError, match="Vouch keeps its journal in SQLite"):
        await wired(tmp_path, 'database = "postgresql://u:secret@h/d"\n')


@tool
def stock(article: str) -> int:
    """How many are in stock."""
    return 7


def selling(model: str | Model) -> App:
    return App(name="shop", models=[model], prompt="You sell lamps.", tools=[stock])


def sell(body: dict[str, Any]) -> str | dict[str, Any]:
    if body["messages"][-1]["role"] == "tool":
        return f"We have {body['messages'][-1]['content']}."
    return {"tool_calls": [{"name": "stock", "arguments": {"article": "lamp"}}]}


async def test_recorded_runs_answer_without_the_server(tmp_path: Path) -> None:
    async with StandIn(reply=sell) as provider:
        toml = f'[providers.house]\naddress = "{provider.address}"\n'
        async with await wired(tmp_path / "recording", toml) as house:
            recorded = await run(selling("house/large"), "Do you have lamps?", house)
    assert recorded.output == "We have 7."
    asked = len(provider.requests)

    # The server is gone. The project's own journal answers, and so does a copy of it in another project.
    async with await wired(tmp_path / "recording", toml) as house:
        for model in ("replay/journal", "replay/journal#house/large"):
            again = await run(selling(model), "Do you have lamps?", house)
            assert (again.output, again.steps, again.model) == (recorded.output, 2, model)
            assert again.cost == Money(Decimal(0))
        missed = await run(selling("replay/journal#house/large"), "Do you have lamps, too?", house)
        assert missed.status == "failed"
        assert f"the nearest recorded run is {recorded.run} ('Do you have lamps?')" in missed.why
        other = await run(selling("replay/journal#house/small"), "Do you have lamps?", house)
        assert "holds no answers of house/small" in other.why
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "recording" / ".vouch" / "journal.db").rename(elsewhere / "recorded.db")
    async with await wired(elsewhere) as house:
        first, second = (house.model(f"replay/recorded.db{only}") for only in ("", "#house/large"))
        assert isinstance(first, Replay)
        assert isinstance(second, Replay)
        assert (await run(selling("replay/recorded.db"), "Do you have lamps?", house)).output == recorded.output
    assert len(provider.requests) == asked


async def test_a_proof_can_be_replayed_and_gives_the_same_figures(tmp_path: Path) -> None:
    cases = tuple(Case(f"c-{n}", f"{n}", "even" if n % 2 == 0 else "odd") for n in range(20))
    proof = Proof(Dataset("numbers", cases), scorers.label(), Gate(claim=0.5, no_worse_than=0.2))

    def parity(body: dict[str, Any]) -> str:
        number = int(body["messages"][-1]["content"])
        return "even" if number % 2 == 0 or number == 7 else "odd"

    def app(model: str) -> App:
        return App(name="parity", models=[model], prompt="Even or odd?", budget=Budget(steps=1))

    async with StandIn(reply=parity) as provider:
        toml = f'[providers.house]\naddress = "{provider.address}"\n'
        async with await wired(tmp_path, toml) as house:
            recorded = await prove(app("house/large"), proof, house)
    async with await wired(tmp_path, toml) as house:
        replayed = await prove(app("replay/journal"), proof, house)
    assert (replayed.right, replayed.n, replayed.cached) == (recorded.right, 20, 0) == (19, 20, 0)
    assert replayed.verdict == recorded.verdict == "ship"
    assert [row.output for row in replayed.rows] == [row.output for row in recorded.rows]
    assert len(provider.requests) == 20


async def test_many_questions_share_one_pool_of_connections(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "ok") as provider:
        toml = "".join(f'[providers.{name}]\naddress = "{provider.address}"\n' for name in ("house", "yard"))
        async with await wired(tmp_path, toml) as house:
            apps = [App(name="a", models=[f"{name}/large"]) for name in ("house", "yard")]
            for _ in range(5):
                await asyncio.gather(*(run(app, "hi", house) for app in apps))
    assert len(provider.requests) == 10
    assert provider.connections <= 4
