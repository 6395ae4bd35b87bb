"""TensorZero's gateway, as its own Python package starts it: the server of its clients, in Rust, within this process.

It does not know Vouch. Nothing is stored: it is told of no database. The first line it prints is its address.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import sys
import threading
from types import SimpleNamespace

import tensorzero

if __name__ == "__main__":
    client = SimpleNamespace()
    tensorzero.patch_openai_client(client, config_file=sys.argv[1], async_setup=False)
    print(client.base_url, flush=True)
    threading.Event().wait()
