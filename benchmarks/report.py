"""How every benchmark tells its figures: in words for people, and as one line of JSON for machines.

It does not know what was measured.
"""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

import msgspec


def machine() -> str:
    """Processor, cores, system and Python of this machine in one line."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def spread(values: Sequence[float], unit: str = "") -> str:
    """`values` as median, minimum, maximum and number."""
    least, most = min(values), max(values)
    return f"median {statistics.median(values):.4g}{unit} (min {least:.4g}, max {most:.4g}, n = {len(values)})"


def data_folder() -> Path | None:
    """The folder of real data sets, or None where there is none."""
    folder = Path(os.environ.get("VOUCH_DATA", Path(__file__).parents[2] / "shared" / "data"))
    return folder if folder.is_dir() else None


def emit(name: str, figures: dict[str, float], goals: dict[str, str]) -> None:
    """Print every figure beside its goal, and last the line of JSON."""
    print(f"\n{name} on {machine()}")
    for figure, value in figures.items():
        print(f"  {figure:28} {value:>14.6g}   goal {goals.get(figure, '-')}")
    line = {"name": name, "figures": figures, "goals": goals, "machine": machine()}
    print(msgspec.json.encode(line).decode(), flush=True)
