"""What many tests need: a journal in a temporary folder, a house around it, and the real data where they are."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from vouch.app.house import House
from vouch.app.retry import Retry
from vouch.contracts.model import Model
from vouch.errors import ConfigError
from vouch.journal.journal import Journal

ROOT = Path(__file__).parents[1]
NOBODY = 65534

# The same examples in every run: a test that fails now and then teaches people to run it again.
settings.register_profile("vouch", derandomize=True, deadline=None, database=None)
settings.load_profile("vouch")


def _no_model(name: str) -> Model:
    raise ConfigError(f"this house has no model {name!r}")


@pytest_asyncio.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    async with await Journal.open(tmp_path / "journal.db") as opened:
        yield opened


@pytest_asyncio.fixture
async def house(journal: Journal) -> House:
    return House(journal=journal, open_model=_no_model, retry=Retry(attempts=3, first=0.001, longest=0.05))


@pytest.fixture
def data() -> Callable[[str], Path]:
    """A file of the real data sets; the test is skipped where they are absent."""
    folder = Path(os.environ.get("VOUCH_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        if not (folder / name).exists():
            pytest.skip(f"needs the real data set {name} (in ../shared/data, or where VOUCH_DATA points)")
        return folder / name

    return find


@pytest.fixture
def open_folder() -> Generator[Path]:
    """A folder that every user may reach and write to; those of the test itself are closed to others."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    folder.chmod(0o777)
    shutil.rmtree(folder)


@pytest.fixture
def nobody() -> Callable[[], AbstractContextManager[None]]:
    """Act as a user without special rights, since root may write everywhere."""

    @contextmanager
    def act() -> Generator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)

    return act
