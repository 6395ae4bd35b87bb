"""Five payments as steps of a DBOS workflow in SQLite, killed just after one of them, and recovered.

It does not know Vouch.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import asyncio

from dbos import DBOS, SetWorkflowID
from paying import CALLS, END, Life, life
from paying import pay as pay_for

GIVEN = life()


@DBOS.step()
async def pay(order: str) -> str:
    """Pay for an order."""
    return await asyncio.to_thread(pay_for, GIVEN, order)


@DBOS.workflow()
async def work() -> str:
    """Pay for all."""
    orders = [f"order-{n}" for n in range(CALLS)]
    if GIVEN.parallel:
        await asyncio.gather(*map(pay, orders))
    else:
        for order in orders:
            await pay(order)
    return END


async def run(given: Life) -> None:
    """Begin, or wait for what DBOS recovers as it starts."""
    place = f"sqlite:///{given.journal}"
    DBOS(config={"name": "payer", "system_database_url": place, "log_level": "ERROR", "run_admin_server": False})
    DBOS.launch()
    with SetWorkflowID("victim"):
        handle = await DBOS.start_workflow_async(work)
    if await handle.get_result() != END:
        raise SystemExit(3)
    DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(run(GIVEN))
