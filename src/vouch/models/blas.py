"""One thread for matrix products while we compute, whatever the machine's default is.

It does not know what is computed.

OpenBLAS splits even small products over all cores and its threads wait for each other by spinning. On a core that
something else uses too, that costs more than it gains: 245 sentences a second become 60. So our computing threads ask
for one BLAS thread each, and are themselves as many as wanted.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Final

from threadpoolctl import ThreadpoolController

_lock: Final = threading.Lock()
_inside: Final[list[object]] = []
_restore: Final = ExitStack()
_controllers: Final[list[ThreadpoolController]] = []


@contextmanager
def one_thread() -> Generator[None]:
    """One BLAS thread inside; the number before is set again when the last of all nested or parallel users leaves."""
    ticket = object()
    with _lock:
        if not _inside:
            if not _controllers:
                _controllers.append(ThreadpoolController())
            limit = _controllers[0].limit  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            _restore.enter_context(limit(limits=1, user_api="blas"))
        _inside.append(ticket)
    try:
        yield
    finally:
        with _lock:
            _inside.remove(ticket)
            if not _inside:
                _restore.close()
