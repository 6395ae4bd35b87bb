"""`vouch keys`: virtual keys of the gateway: made, listed, rotated, revoked.

It does not know what they open.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
import typer
from rich.table import Table

from vouch.cli.console import OK, command, escaped, notes, out, show_json
from vouch.errors import UsageError
from vouch.journal.spend import Spent, spent
from vouch.project.project import Project
from vouch.serve.keys.store import all_keys, make_key, revoke_key, rotate_key
from vouch.serve.keys.terms import Key, Period, Terms
from vouch.store.database import Database

HELP: Final = """Virtual keys of the gateway: who may ask for what, how often, and for how much money.

A key is shown once, when it is made; only its hash is kept.

\b
Examples:
  vouch keys make --name web --models "openai/*" --budget 50 --period month
  vouch keys list
"""

_UNITS: Final = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_Found = TypeVar("_Found")
Folder = Annotated[Path, typer.Option("--in", help="The project's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Show it as JSON.")]
Named = Annotated[str, typer.Argument(help="The key's id, or how it begins, as `vouch keys list` shows them.")]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    keys = typer.Typer(
        help=HELP,
        rich_markup_mode=None,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    keys.command("make")(make)
    keys.command("list")(show)
    keys.command("rotate")(rotate)
    keys.command("revoke")(revoke)
    cli.add_typer(keys, name="keys")


@command
async def make(
    name: Annotated[str, typer.Option("--name", help="What the key is for.")] = "",
    models: Annotated[
        list[str] | None, typer.Option("--models", help="A model, route or app it may ask for; * stands for any text.")
    ] = None,
    budget: Annotated[str | None, typer.Option("--budget", help="The most it may spend in a period.")] = None,
    period: Annotated[str, typer.Option("--period", help="day, month (of the calendar, UTC) or total.")] = "month",
    currency: Annotated[str, typer.Option("--currency", help="The currency of the budget.")] = "USD",
    requests: Annotated[int | None, typer.Option("--requests", min=1, help="Requests a minute.")] = None,
    tokens: Annotated[int | None, typer.Option("--tokens", min=1, help="Tokens a minute.")] = None,
    expires: Annotated[str | None, typer.Option("--expires", help="In how long it ends, such as 12h or 30d.")] = None,
    team: Annotated[str, typer.Option("--team", help="Whose it is.")] = "",
    user: Annotated[str, typer.Option("--user", help="Whose it is.")] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A word to find its spending by.")] = None,
    folder: Folder = Path(),
    json: AsJson = False,
) -> int:
    """Make a key. It is shown this once: a running server knows it a second later.

    \b
    Examples:
      vouch keys make --name web --budget 50 --requests 600
      vouch keys make --name ci --models "local/*" --expires 30d
    """
    terms = Terms(
        name=name,
        team=team,
        user=user,
        tags=tuple(tag or ()),
        models=tuple(models or ()),
        budget=_amount(budget),
        currency=currency,
        period=_period(period),
        requests_per_minute=requests,
        tokens_per_minute=tokens,
    )
    until = time.time() + seconds_of(expires) if expires else 0.0
    key, token = await _within(folder, lambda database: make_key(database, terms, expires=until))
    _show_made(key, token, json=json)
    return OK


@command
async def show(folder: Folder = Path(), json: AsJson = False) -> int:
    """List all keys, with what they may do and what they have spent."""
    keys, sums = await _within(folder, lambda database: (list(all_keys(database).values()), spent(database)))
    if json:
        for key in keys:
            show_json(msgspec.to_builtins(key) | {"spent": _sums(key, sums)})
        return OK
    table = Table(box=None, pad_edge=False)
    for column in ("id", "begins", "name", "may ask for", "budget", "a minute", "spent", ""):
        table.add_column(column)
    for key in keys:
        table.add_row(*map(escaped, _row(key, sums)))
    out.print(table) if keys else out.print("There is no key yet: vouch keys make --name NAME")
    return OK


@command
async def rotate(
    key: Named,
    grace: Annotated[str, typer.Option("--grace", help="How long the old one still opens, such as 1h.")] = "1h",
    folder: Folder = Path(),
    json: AsJson = False,
) -> int:
    """Make a new key on the same terms; the old one ends a while later."""
    seconds = seconds_of(grace)
    made, token = await _within(folder, lambda database: rotate_key(database, key, grace=seconds))
    _show_made(made, token, json=json)
    return OK


@command
async def revoke(key: Named, folder: Folder = Path(), json: AsJson = False) -> int:
    """End a key now: a running server turns it away a second later."""
    ended = await _within(folder, lambda database: revoke_key(database, key))
    if json:
        show_json(ended)
    else:
        out.print(f"{ended.id} ({escaped(ended.terms.name)}) opens nothing any more")
    return OK


async def _within(folder: Path, work: Callable[[Database], _Found]) -> _Found:
    project = Project.find(folder)
    place = project.config.database
    address = place if "://" in place else project.root / place

    def do() -> _Found:
        with _opened(address) as database:
            return work(database)

    return await asyncio.to_thread(do)


@contextmanager
def _opened(address: str | Path) -> Generator[Database]:
    database = Database.open(address)
    try:
        yield database
    finally:
        database.close()


def seconds_of(text: str) -> float:
    """A length of time such as `90m`, `12h`, `30d` or `2w`, in seconds."""
    found = re.fullmatch(r"(\d{1,6})([mhdw])", text)
    if found is None:
        raise UsageError(f"{text!r} is no length of time; write minutes, hours, days or weeks: 90m, 12h, 30d, 2w")
    return int(found[1]) * float(_UNITS[found[2]])


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise UsageError(f"--budget {text!r} is no amount; write a number such as 50 or 12.50")
    return amount


def _period(text: str) -> Period:
    try:
        return msgspec.convert(text, Period)
    except msgspec.ValidationError:
        raise UsageError(f"--period {text!r} is none; write day, month or total") from None


def _show_made(key: Key, token: str, *, json: bool) -> None:
    if json:
        show_json({"id": key.id, "key": token})
        return
    out.print(token, soft_wrap=True, highlight=False)
    notes.print(f"key {key.id}; it is shown this once, so put it where it is needed", style="dim")


def _sums(key: Key, sums: list[Spent]) -> dict[str, str]:
    found: dict[str, Decimal] = {}
    for one in sums:
        if one.key == key.id:
            found[one.currency] = found.get(one.currency, Decimal(0)) + one.amount
    return {currency: f"{amount:f}" for currency, amount in found.items()}


def _row(key: Key, sums: list[Spent]) -> tuple[str, ...]:
    terms = key.terms
    limits: list[Any] = [
        f"{limit} {what}"
        for limit, what in ((terms.requests_per_minute, "requests"), (terms.tokens_per_minute, "tokens"))
        if limit
    ]
    budget = "-" if terms.budget is None else f"{terms.budget} {terms.currency} ({terms.period})"
    total = ", ".join(f"{amount} {currency}" for currency, amount in _sums(key, sums).items()) or "-"
    state = "" if key.usable(time.time()) else "ended"
    may = ", ".join(terms.models) or "everything"
    return key.id, key.shown, terms.name or "-", may, budget, ", ".join(limits) or "-", total, state
