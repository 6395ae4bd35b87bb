"""An agent as a DBOS workflow: each answer of a model within the process and each read is a step, kept in SQLite.

It does not know Vouch. The loop is as bare as it can be: what it costs is what DBOS itself costs.
"""

# pyright: basic, reportMissingImports=false
from __future__ import annotations

import asyncio

from dbos import DBOS, SetWorkflowID
from measuring import END, PROMPT, QUESTION, Size, found, measure, order, size


@DBOS.step()
async def ask(messages: list[str], steps: int) -> str:
    """The model's next line: an order to look up, or the end."""
    done = len(messages) // 2 - 1
    return order(done) if done < steps else END


@DBOS.step()
async def look_up(order: str) -> str:
    """Look up an order."""
    return found(order)


@DBOS.workflow()
async def work(steps: int) -> str:
    """Ask and look up until the model is at its end."""
    messages = [PROMPT, QUESTION]
    while (line := await ask(messages, steps)) != END:
        messages += [line, await look_up(line)]
    return line


async def run(given: Size) -> None:
    """All agents in one process."""
    place = f"sqlite:///{given.folder / 'dbos.db'}"
    DBOS(config={"name": "agents", "system_database_url": place, "log_level": "ERROR", "run_admin_server": False})
    DBOS.launch()

    async def one(number: int) -> str:
        with SetWorkflowID(str(number)):
            handle = await DBOS.start_workflow_async(work, given.steps)
        return await handle.get_result()

    await measure(one, given.agents, given.steps)
    DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(run(size()))
