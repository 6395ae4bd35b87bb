"""What blocks elsewhere does not block the journal."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import resume, run
from vouch.journal.threads import Threads
from vouch.models.scripted import Scripted
from vouch.tools.function import tool
from vouch.values.message import ToolCall


async def test_a_run_is_read_and_resumed_while_tools_hang(house: House) -> None:
    hangs, let_go = threading.Event(), threading.Event()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))

    @tool(seconds=60)
    def hang() -> str:
        """Take all threads there are."""
        hangs.set()
        let_go.wait()
        return "done"

    app = App(name="a", models=[Scripted([ToolCall("c", "hang", "{}"), "done"])], tools=[hang])
    other = App(name="b", models=[Scripted(["hello"])])
    hanging = asyncio.create_task(run(app, "x", house))
    with ThreadPoolExecutor(1) as elsewhere:
        await asyncio.get_running_loop().run_in_executor(elsewhere, hangs.wait)
    async with asyncio.timeout(20):
        answered = await run(other, "x", house)
        assert (await resume(other, answered.run, house)).output == "hello"
    let_go.set()
    assert (await hanging).output == "done"


async def test_what_fails_in_a_thread_is_raised_and_closing_waits_for_nobody() -> None:
    threads, let_go = Threads(1), threading.Event()
    with pytest.raises(ZeroDivisionError):
        await threads.run(divmod, 1, 0)
    assert await threads.run(sorted, [2, 1], reverse=True) == [2, 1]
    waiting = asyncio.ensure_future(threads.run(let_go.wait))
    await asyncio.sleep(0)
    threads.close()
    assert await threads.run(threading.current_thread) is not threading.main_thread()
    let_go.set()
    assert await waiting is True
