"""Folders and users for tests of what may not be written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

NOBODY = 65534


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
