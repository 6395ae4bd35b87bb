"""A program of its own on a core of its own, and what it has used: CPU time and memory, its children's included.

It does not know what it runs. It reads `/proc`, and so needs Linux.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

TICKS: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
QUIET_LOOKS: Final = 4


class Cores(NamedTuple):
    """The core of the gateway, and those of all else: the upstream and whoever asks."""

    gateway: frozenset[int]
    others: frozenset[int]


def cores() -> Cores:
    """The first core for the gateway, the rest for all else; where there is but one, they share it."""
    if sys.platform != "linux":
        raise SystemExit("this benchmark reads /proc and pins processes to cores: run it on Linux")
    first, *rest = sorted(os.sched_getaffinity(0))
    if not rest:
        print("there is one core only: gateway, upstream and load share it, and the figures say little")
    return Cores(frozenset({first}), frozenset(rest or [first]))


@contextmanager
def pinned(wanted: frozenset[int]) -> Generator[None]:
    """Run on these cores, and start on them what is started meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, wanted)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Process:
    """A program that runs until it is stopped; what it says is in its log."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        on: frozenset[int],
        environment: Mapping[str, str] = {},
        folder: Path | None = None,
    ) -> None:
        self.log = log
        self.started = time.perf_counter()
        with pinned(on), log.open("wb") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                cwd=folder,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def cpu_seconds(self) -> float:
        """CPU time of the process and all below it, those that have ended included, to a hundredth of a second."""
        return sum(sum(map(int, fields[11:15])) for fields in self._tree()) / TICKS

    def resident_mb(self) -> float:
        """Resident memory of the process and all below it, in megabytes."""
        return sum(int(fields[21]) for fields in self._tree()) * PAGE / 1e6

    def settle(self, within: float = 1.5) -> None:
        """Wait until it has nothing more to do, such as what it writes down a little later."""
        ends = time.perf_counter() + within
        before, quiet = self.cpu_seconds(), 0
        # More than one look: on a machine that is shared it may only have been kept from going on.
        while quiet < QUIET_LOOKS and time.perf_counter() < ends:
            time.sleep(0.05)
            now = self.cpu_seconds()
            quiet = quiet + 1 if now - before < 1.5 / TICKS else 0
            before = now

    def stop(self) -> None:
        """End it and all that it started, kindly at first."""
        for kind, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            try:
                os.killpg(self._process.pid, kind)
                self._process.wait(seconds)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self._process.poll()

    def _tree(self) -> list[list[str]]:
        """What /proc says of the process and all below it: the fields after the name (`man 5 proc`, from the third)."""
        told: dict[int, list[str]] = {}
        for place in Path("/proc").glob("[0-9]*/stat"):
            try:
                told[int(place.parent.name)] = place.read_text().rpartition(")")[2].split()
            except (OSError, ValueError):
                continue
        mine = {self._process.pid}
        grown = True
        while grown:
            below = {pid for pid, fields in told.items() if int(fields[1]) in mine}
            grown = not below <= mine
            mine |= below
        return [told[pid] for pid in mine if pid in told]


def end_in_order() -> None:
    """From now on SIGTERM ends this process as Ctrl-C does, so that what it has started is ended, too."""
    signal.signal(signal.SIGTERM, _end)


def _end(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def wait_for(process: Process, ready: Callable[[], bool], within: float = 60.0) -> float | None:
    """Seconds from the start of the process until it was ready; None, said aloud, where it never was."""
    while process.alive and time.perf_counter() - process.started < within:
        if ready():
            return time.perf_counter() - process.started
        time.sleep(0.005)
    words = process.log.read_text(errors="replace").strip().splitlines()
    print("  it does not come up; its last words:", *words[-6:], sep="\n    ")
    return None
