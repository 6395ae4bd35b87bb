"""Every gateway, ours and the peers, each started on the gateway's core before the same upstream, as its guide says.

It does not know what is measured. Ours is started with all that a gateway is asked to do; the peers, which have no
database here, keep nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.gated import nginx
from benchmarks.gated.asking import Target
from benchmarks.gated.process import Process, free_port, wait_for
from benchmarks.peers.environment import ROOT, program_of, python_of

OURS: Final = "vouch"
CHAT: Final = "/v1/chat/completions"
ASKED_AT_START: Final = 2
"""Requests that ours has answered when it is up."""


@dataclass(frozen=True)
class Place:
    """Where a gateway may keep its files, the port of its upstream, and the cores it runs on."""

    folder: Path
    upstream: int
    on: frozenset[int]

    @property
    def address(self) -> str:
        """The upstream's."""
        return f"http://127.0.0.1:{self.upstream}"


@dataclass(frozen=True)
class Gateway:
    """One that is up: `ready_s` is how long it took from its start to its first answer."""

    name: str
    process: Process
    target: Target
    ready_s: float


def vouch(place: Place, more: str = "") -> Gateway | None:
    """Ours: with a key that has limits and a budget, the cost of every request, and all of it in the journal on disk.

    `more` stands in its `vouch.toml` besides.
    """
    project = place.folder / "project"
    (project / ".vouch").mkdir(parents=True)
    (project / "vouch.toml").write_text(f'[providers.openai]\naddress = "{place.address}/v1"\n{more}')
    terms = ["--models", "openai/*", "--budget", "1000000", "--requests", "1000000000", "--tokens", "1000000000000"]
    made = subprocess.run(
        [sys.executable, "-m", "vouch", "keys", "make", "--in", str(project), "--name", "bench", *terms, "--json"],
        check=True,
        capture_output=True,
    )
    port = free_port()
    headers = {"authorization": f"Bearer {json.loads(made.stdout)['key']}"}
    target = Target(f"http://127.0.0.1:{port}{CHAT}", headers, "openai/gpt-4o-mini")
    command = [sys.executable, "-m", "vouch", "serve", "--in", str(project), "--port", str(port)]
    gateway = _up(OURS, command, place, target, {"OPENAI_API_KEY": f"sk-{secrets.token_hex(24)}"})
    if gateway is not None:
        _, told, _ = target.try_it()
        if "x-vouch-cost" not in told or "x-vouch-run" not in told:
            gateway.process.stop()
            raise SystemExit(f"the gateway does not say the cost and the run of an answer, but {told!r}")
    return gateway


def floor(place: Place) -> Gateway | None:
    """nginx, which passes on and does nothing else."""
    began = time.perf_counter()
    found = nginx.proxy(place.folder / "nginx", place.upstream, place.on)
    if found is None:
        return None
    process, port = found
    return Gateway("nginx", process, Target(f"http://127.0.0.1:{port}{CHAT}"), time.perf_counter() - began)


def fastapi(place: Place) -> Gateway | None:
    """A small one, as people write it."""
    python = python_of("fastapi_gateway")
    if python is None:
        return None
    port = free_port()
    command = [python, program_of("fastapi", "gateway"), place.address, str(port)]
    return _up("fastapi", command, place, Target(f"http://127.0.0.1:{port}{CHAT}"))


def litellm(place: Place) -> Gateway | None:
    """LiteLLM's proxy: one worker, a master key, no database."""
    python = python_of("litellm")
    if python is None:
        return None
    port, key = free_port(), "sk-bench-1234567890"
    setting = place.folder / "litellm.yaml"
    setting.write_text(
        "model_list:\n  - model_name: gpt-4o-mini\n    litellm_params:\n      model: openai/gpt-4o-mini\n"
        f"      api_base: {place.address}/v1\n      api_key: sk-upstream\n"
        f"general_settings:\n  master_key: {key}\n"
    )
    command = [str(Path(python).with_name("litellm")), "--config", str(setting), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--num_workers", "1", "--telemetry", "False"]
    environment = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "LITELLM_MODE": "PRODUCTION"}
    target = Target(f"http://127.0.0.1:{port}{CHAT}", {"authorization": f"Bearer {key}"})
    return _up("litellm", command, place, target, environment)


def portkey(place: Place) -> Gateway | None:
    """Portkey's gateway, told the upstream in headers, as its guide says."""
    node = shutil.which("node")
    program = ROOT / ".peers/portkey/node_modules/@portkey-ai/gateway/build/start-server.js"
    if node is None or not program.exists():
        print("portkey is absent; to compare with it (node is needed): scripts/peers portkey")
        return None
    port = free_port()
    headers = {
        "authorization": "Bearer sk-upstream",
        "x-portkey-provider": "openai",
        "x-portkey-custom-host": f"{place.address}/v1",
    }
    command = [node, str(program), f"--port={port}", "--headless"]
    target = Target(f"http://127.0.0.1:{port}{CHAT}", headers)
    return _up("portkey", command, place, target, {"NODE_ENV": "production"})


def sglang(place: Place) -> Gateway | None:
    """SGLang's router before one worker."""
    python = python_of("sglang_router")
    if python is None:
        return None
    port = free_port()
    command = [python, "-m", "sglang_router.launch_router", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--worker-urls", place.address, "--policy", "round_robin", "--log-level", "error"]
    command += ["--prometheus-port", str(free_port()), "--max-concurrent-requests", "1024"]
    return _up("sglang", command, place, Target(f"http://127.0.0.1:{port}{CHAT}"))


def tensorzero(place: Place) -> Gateway | None:
    """TensorZero's gateway without a database."""
    python = python_of("tensorzero")
    if python is None:
        return None
    setting = place.folder / "tensorzero.toml"
    setting.write_text(
        "[gateway]\nobservability.enabled = false\n[models.up]\nrouting = ['up']\n[models.up.providers.up]\n"
        f"type = 'openai'\nmodel_name = 'gpt-4o-mini'\napi_base = '{place.address}/v1/'\n"
    )
    log = place.folder / "tensorzero.log"
    environment = {"OPENAI_API_KEY": "sk-upstream", "RUST_LOG": "error", "DO_NOT_TRACK": "1"}
    environment["TENSORZERO_DISABLE_PSEUDONYMOUS_USAGE_ANALYTICS"] = "1"
    command = [python, program_of("tensorzero", "gateway"), str(setting)]
    process = Process(command, log=log, on=place.on, environment=environment, folder=place.folder)

    def address() -> str:
        return next((line for line in log.read_text(errors="replace").splitlines() if line.startswith("http")), "")

    def target() -> Target:
        return Target(f"{address().rstrip('/')}/chat/completions", {}, "tensorzero::model_name::up")

    ready = wait_for(process, lambda: bool(address()) and target().answers())
    if ready is None:
        process.stop()
        return None
    return Gateway("tensorzero", process, target(), ready)


STARTERS: Final[Sequence[tuple[str, Callable[[Place], Gateway | None]]]] = (
    (OURS, vouch),
    ("nginx", floor),
    ("sglang", sglang),
    ("tensorzero", tensorzero),
    ("fastapi", fastapi),
    ("portkey", portkey),
    ("litellm", litellm),
)
"""By name, the floor and the fast ones first."""


def start_all(place: Place, only: Sequence[str] = ()) -> list[Gateway]:
    """Start ours and every peer that is there, or those of these names."""
    there: list[Gateway] = []
    for name, start in STARTERS:
        if only and name not in only and name != OURS:
            continue
        own = Place(place.folder / name, place.upstream, place.on)
        own.folder.mkdir()
        gateway = start(own)
        if gateway is None and name == OURS:
            raise SystemExit("ours does not come up")
        if gateway is None:
            continue
        print(f"{name}: up after {gateway.ready_s:.2f} s, {gateway.process.resident_mb():.0f} MB", flush=True)
        there.append(gateway)
    return there


def _up(
    name: str, command: Sequence[str], place: Place, target: Target, environment: dict[str, str] | None = None
) -> Gateway | None:
    given = {"PYTHONPATH": "", "NO_PROXY": os.environ.get("NO_PROXY", "127.0.0.1"), **(environment or {})}
    if name == OURS:
        del given["PYTHONPATH"]
    process = Process(command, log=place.folder / "log", on=place.on, environment=given, folder=place.folder)
    ready = wait_for(process, target.answers)
    if ready is None:
        process.stop()
        return None
    return Gateway(name, process, target, ready)
