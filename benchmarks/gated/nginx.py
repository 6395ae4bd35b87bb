"""nginx and wrk, in two roles and one: the upstream that answers at once, the proxy that does nothing else, the load.

It does not know models. Both programs are found in `.peers/gateway` (`scripts/peers gateway`) or on the path.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.gated.asking import MARK, Target
from benchmarks.gated.process import Process, free_port, wait_for
from benchmarks.peers.environment import ROOT

PLACE: Final = ROOT / ".peers" / "gateway"
ANSWER: Final = (
    '{"id":"chatcmpl-123","object":"chat.completion","created":1677652288,"model":"gpt-4o-mini","choices":[{"index":0,'
    '"message":{"role":"assistant","content":"Hello there, how may I assist you today?"},"logprobs":null,'
    '"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21,'
    '"completion_tokens_details":{"reasoning_tokens":0}}}'
)
_SETTING: Final = """daemon off; pid {folder}/pid; error_log {folder}/error.log crit; worker_processes 1;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_body_buffer_size 1m;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{servers}
}}
"""
_MOCK: Final = """    server {{
        listen 127.0.0.1:{port} backlog=2048;
        location / {{ default_type application/json; return 200 '{answer}'; }}
        location = /health {{ return 200 'OK'; }}
        location = /status {{ stub_status; }}
    }}
"""
_PROXY: Final = """    upstream up {{ server 127.0.0.1:{upstream}; keepalive 512; keepalive_requests 100000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=2048;
        location / {{
            proxy_pass http://up; proxy_http_version 1.1; proxy_set_header connection ""; proxy_buffering off;
        }}
    }}
"""
_SCRIPT: Final = """local head, tail, number = {head}, {tail}, {number}
request = function()
    number = number + 1
    return head .. string.format("%08d", number) .. tail
end
done = function(summary, latency)
    local bad = summary.errors
    io.write(string.format('{{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"failed":%d}}\\n', summary.requests,
        summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        bad.status + bad.connect + bad.read + bad.write + bad.timeout))
end
"""


def program(name: str) -> str | None:
    """Where nginx or wrk lies, or None."""
    for part in ("usr/sbin", "usr/bin"):
        if (found := PLACE / part / name).exists():
            return str(found)
    return shutil.which(name)


def libraries() -> dict[str, str]:
    """The environment in which they find what they need."""
    places = [str(place) for place in PLACE.glob("usr/lib/*-linux-gnu")]
    given = os.environ.get("LD_LIBRARY_PATH")
    return {"LD_LIBRARY_PATH": ":".join([*places, *([given] if given else [])])} if places else {}


def required() -> None:
    """Say what to type where nginx or wrk is absent, and end."""
    absent = [name for name in ("nginx", "wrk") if program(name) is None]
    if absent:
        raise SystemExit(f"{' and '.join(absent)} absent; to get them without root: scripts/peers gateway")


def mock(folder: Path, on: frozenset[int]) -> tuple[Process, int] | None:
    """An upstream that answers every request with the same completion, and its port."""
    port = free_port()
    return _nginx(folder, _MOCK.format(port=port, answer=ANSWER), port, on)


def proxy(folder: Path, upstream: int, on: frozenset[int]) -> tuple[Process, int] | None:
    """A plain proxy before `upstream`, and its port: the floor of all gateways."""
    port = free_port()
    return _nginx(folder, _PROXY.format(port=port, upstream=upstream), port, on)


def answered(port: int) -> int:
    """How many requests an upstream of `mock` has had, this question not counted."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=10) as told:
        words: list[str] = told.read().decode().split()
    # "... server accepts handled requests ACCEPTED HANDLED REQUESTS Reading: ..."
    return int(words[words.index("requests") + 3]) - 1


def _nginx(folder: Path, servers: str, port: int, on: frozenset[int]) -> tuple[Process, int] | None:
    path = program("nginx")
    if path is None:
        print("nginx is absent; to compare with it: scripts/peers gateway")
        return None
    folder.mkdir()
    setting = folder / "nginx.conf"
    setting.write_text(_SETTING.format(folder=folder, servers=servers))
    # Started by root its worker would be another user, who does not get into a temporary folder.
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    process = Process(
        [path, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(setting), *user],
        log=folder / "log",
        on=on,
        environment=libraries(),
    )
    if wait_for(process, Target(f"http://127.0.0.1:{port}/v1/chat/completions").answers, 10) is None:
        process.stop()
        return None
    return process, port


class Load(NamedTuple):
    """What a load came to; latencies in milliseconds, as wrk reports them."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failed: int


def load(target: Target, folder: Path, *, connections: int, seconds: int, size: int = 0) -> Load:
    """As many requests as are answered in `seconds`, `connections` at once, with prompts of about `size` bytes.

    No two requests are the same, so that nothing is stored once for many.
    """
    script = folder / "wrk.lua"
    body = target.body(size=size)
    # A text in JSON, where all of it is ASCII, is one in Lua.
    head, tail = map(json.dumps, (target.head(body) + body).decode("ascii").split(MARK))
    script.write_text(_SCRIPT.format(head=head, tail=tail, number=secrets.randbelow(10**7)))
    command = [str(program("wrk")), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script)]
    environment = {**os.environ, **libraries()}
    done = subprocess.run([*command, target.url], env=environment, capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stdout.strip().splitlines()[-1]))
