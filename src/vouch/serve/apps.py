"""The apps of a project as they may be served: those that load, and that hold a certificate where one is demanded.

It does not know how an app is asked.
"""

from __future__ import annotations

import difflib
from collections.abc import AsyncIterator
from typing import Final

from vouch.app.app import App
from vouch.app.house import House
from vouch.errors import RequestRefused, UsageError
from vouch.project.project import Project
from vouch.proof.certificate import read_certificate
from vouch.proof.verification import holds, verify

PREFIX: Final = "app/"
"""How the name of an app begins, as clients ask for it."""


class Apps:
    """All apps of vouch.toml. Why one is not served is for the operator: clients are told only that it is not."""

    def __init__(self, project: Project, house: House) -> None:
        self._project = project
        self._house = house
        self._apps: dict[str, App] = {}
        self.withheld: dict[str, str] = {}
        """Why an app is not served, by its name."""

    @property
    def names(self) -> list[str]:
        """The names of the apps that are served, as clients ask for them."""
        return sorted(f"{PREFIX}{name}" for name in self._apps if name not in self.withheld)

    @property
    def own_names(self) -> list[str]:
        """The names that the apps that were loaded give themselves: under these the journal has their runs."""
        return sorted({app.name for app in self._apps.values()})

    async def load(self) -> None:
        """Load all apps, and look at their certificates."""
        for name in self._project.config.apps:
            try:
                self._apps[name] = self._project.app(name)
            except UsageError as error:
                self.withheld[name] = str(error)
        await self.check()

    async def check(self) -> None:
        """Look at the certificates again: one that has lapsed meanwhile lets its app be asked no more."""
        for name, app in self._apps.items():
            why = [why async for why in self._against(name, app)]
            if why:
                self.withheld[name] = "; ".join(why)
            else:
                self.withheld.pop(name, None)

    def app(self, name: str) -> App:
        """The app of this name; raises `RequestRefused` (404, 503)."""
        if name in self.withheld:
            raise RequestRefused(
                f"{PREFIX}{name} is not served now; whoever runs this server can see why where it was started",
                status=503,
                code="app_withheld",
            )
        if name not in self._apps:
            near = difflib.get_close_matches(name, self._apps, n=1)
            hint = f"did you mean '{PREFIX}{near[0]}'?" if near else f"there are: {', '.join(self.names) or 'none'}"
            raise RequestRefused(f"there is no app '{PREFIX}{name}'; {hint}", status=404, code="model_not_found")
        return self._apps[name]

    async def _against(self, name: str, app: App) -> AsyncIterator[str]:
        settings = self._project.config.serve
        place = settings.certificates.get(name)
        if place is None:
            if settings.certificate == "required":
                yield f"it has no certificate: `vouch certify {name}` makes one; name it in [serve.certificates]"
            return
        try:
            issued = read_certificate(self._project.root / place)
        except UsageError as error:
            yield str(error)
            return
        checks = await verify(issued, trust=settings.trust, app=app, journal=self._house.journal)
        if not holds(checks):
            for check in checks:
                if check.holds is False:
                    yield f"its certificate does not hold: {check.name}: {check.why}"
