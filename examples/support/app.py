"""Support: an agent of the shop Larkhill. It answers from the policy, changes orders, and gives money back.

Whom it may do what for is not left to the model: see `policies.py`, and the approvals in `writing.py`.
"""

from pathlib import Path

from vouch import App, Gate, Prompt, Proof

from . import scoring
from .shop.here import ShopHere
from .tools import tools_for
from .world import shop_world

HERE = Path(__file__).parent

support = App(
    name="support",
    prompt=Prompt.file("prompts/support.prompt.md"),
    models=["local/planner"],
    # In the terminal the agent works in the shop of this machine; in a proof each case brings a shop of its own.
    tools=tools_for(ShopHere(HERE / ".vouch" / "shop.db")),
    proofs=[Proof("cases.jsonl", scoring.support(), Gate(claim=0.85, no_worse_than=0.03), world=shop_world)],
)
