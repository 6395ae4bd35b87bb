"""From a project to its gateway: which faces, keys, routes and upstreams there are.

It does not know how a request is served.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

from vouch.app.house import House
from vouch.errors import ConfigError, StoreError, UsageError
from vouch.journal.spend import spent
from vouch.models.http.pool import HttpPool
from vouch.project.config import Provider
from vouch.project.engines.setup import Setup
from vouch.project.project import Project
from vouch.serve.app_model import AppModel
from vouch.serve.apps import PREFIX, Apps
from vouch.serve.attempts import Attempts
from vouch.serve.counting import Counting
from vouch.serve.embedding import Embedding
from vouch.serve.faces.chat.chat import Chat
from vouch.serve.faces.completions.completions import Completions
from vouch.serve.faces.embeddings.embeddings import Embeddings
from vouch.serve.faces.face import Face
from vouch.serve.faces.messages.count_tokens import CountTokens
from vouch.serve.faces.messages.messages import Messages
from vouch.serve.faces.responses.responses import Responses
from vouch.serve.forwarding import Forwarding
from vouch.serve.gateway import Gateway
from vouch.serve.keys.gate import Gate
from vouch.serve.keys.store import all_keys
from vouch.serve.operations.desk import Desk
from vouch.serve.operations.following import Following
from vouch.serve.operations.operations import Operations
from vouch.serve.pages import pages
from vouch.serve.plan import Plans
from vouch.serve.translating import Translating
from vouch.serve.upstream import SPEAKS, Upstream
from vouch.serve.way import Way
from vouch.serve.wrapping import wrapped
from vouch.store.database import Database

RENEW_SECONDS: Final = 1.0
"""How often the keys are read again: what `vouch keys` changes is true on a running server after so long."""

EMBEDDINGS: Final = Embeddings()
COUNT: Final = CountTokens()
FACES: Final[tuple[Face, ...]] = (Chat(), Responses(), Completions(), EMBEDDINGS, Messages(), COUNT)

CHECK_SECONDS: Final = 30.0
"""How often certificates are looked at again."""


@asynccontextmanager
async def opened(project: Project, *, demanded: bool, desk: Desk | None = None) -> AsyncGenerator[Gateway]:
    """The gateway of a project, and all that it needs. With `demanded`, nobody is let in without a key.

    A `desk` is what a gateway before this one leaves to it.
    """
    config = project.config
    desk = desk or Desk(Gate(demanded=demanded))
    gate = desk.gate
    async with await project.house() as house:
        database = await asyncio.to_thread(Database.open, house.journal.place)
        apps = Apps(project, house)
        await apps.load()
        await asyncio.to_thread(_renew, gate, database)
        http = HttpPool(
            connect_timeout=config.http.connect,
            first_byte_timeout=config.serve.first_token,
            idle_timeout=config.serve.between_tokens,
            max_connections=1024,
        )
        plans = Plans(config.routes, _Connecting(project, house, apps, http))
        beside = [asyncio.create_task(_keep_renewed(gate, database, apps))]
        if desk.exporter is not None:
            following = Following(house.journal, lambda: apps.own_names, desk.exporter)
            beside.append(asyncio.create_task(following.keep_looking()))
        gateway = Gateway(
            faces={face.path: face for face in FACES},
            desk=desk,
            plans=plans,
            attempts=wrapped(Attempts(most=config.serve.attempts), config.serve, house),
            journal=house.journal,
            cost=house.cost,
            settings=config.serve,
            pages=pages(plans, apps, Operations(desk, plans, house.journal, database, config.serve.metrics)),
            withheld=apps.withheld,
        )
        try:
            yield gateway
        finally:
            await gateway.settled()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await http.aclose()
            await asyncio.to_thread(database.close)


def _renew(gate: Gate, database: Database) -> None:
    gate.renew(all_keys(database), spent(database))


async def _keep_renewed(gate: Gate, database: Database, apps: Apps) -> None:
    checked = time.monotonic()
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        with suppress(StoreError):
            gate.share()
            await asyncio.to_thread(_renew, gate, database)
            if time.monotonic() - checked > CHECK_SECONDS:
                await apps.check()
                checked = time.monotonic()


class _Connecting:
    """The upstream of a name as clients give it; raises `ConfigError` for a name of none."""

    def __init__(self, project: Project, house: House, apps: Apps, http: HttpPool) -> None:
        self._project = project
        self._house = house
        self._apps = apps
        self._http = http
        self._setup = Setup(project.config, project.root, house.journal, lambda _name, make: make())

    def __call__(self, name: str) -> Upstream:
        if name.startswith(PREFIX):
            self._apps.app(name.removeprefix(PREFIX))  # or an error, before it is planned with
            asking = Translating(name, lambda exchange: AppModel(name, self._apps, self._house, whose=exchange.whose))
            return Upstream(name, long=asking, ways={COUNT.name: Counting(COUNT)})
        provider_name, _, model = name.partition("/")
        if not model:
            raise ConfigError(self._unknown(name))
        long = Translating(name, lambda _: self._house.model(name))
        embedding = Embedding(name, lambda: self._house.embedder(name), EMBEDDINGS)
        ours: dict[str, Way] = {EMBEDDINGS.name: embedding, COUNT.name: Counting(COUNT)}
        provider = self._setup.providers.get(provider_name)
        if provider is None:
            known = partial(self._house.embedder, name), partial(self._house.model, name)
            _opened_by_any(known)  # a model or embedder of this machine, or an error that says which there are
            return Upstream(name, long=long, ways=ours)
        short = Forwarding(name, http=self._http, address=provider.address, headers=self._headers(name, provider))
        spoken = {*SPEAKS.get(provider.dialect, ()), *(("responses",) if provider.responses else ())}
        ways: dict[str, Way] = dict.fromkeys(spoken, short)
        return Upstream(name, long=long, ways=ours | ways)

    def _headers(self, name: str, provider: Provider) -> dict[str, str]:
        key = self._setup.key(name, provider)
        headers = {"content-type": "application/json", "user-agent": "vouch"}
        if key:
            headers |= _opens(provider.dialect, key)
        return headers | {header.lower(): value for header, value in provider.headers.items()}

    def _unknown(self, name: str) -> str:
        names = sorted([*self._project.config.routes, *self._apps.names])
        there = f"; there are: {', '.join(names)}" if names else ""
        return f"there is no model {name!r}; ask for PROVIDER/MODEL, a route or an app{there}"


def _opened_by_any(ways: Iterable[Callable[[], object]]) -> None:
    """Open one; raises the last one's `UsageError` where none can."""
    failed: UsageError | None = None
    for way in ways:
        try:
            way()
        except UsageError as error:
            failed = error
        else:
            return
    if failed is not None:
        raise failed


def _opens(dialect: str, key: str) -> dict[str, str]:
    """How a key is shown in a dialect."""
    if dialect == "anthropic":
        return {"x-api-key": key, "anthropic-version": "2023-06-01"}
    return {"authorization": f"Bearer {key}"}
