"""A cancellation is a request: a task that catches it and goes on is not cancelled."""
import asyncio
from ticks import run, say

async def stubborn():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        say("stubborn refuses, cancelling() =", asyncio.current_task().cancelling())
    await asyncio.sleep(0)
    say("stubborn goes on; uncancel() =", asyncio.current_task().uncancel())
    return "result"

async def main():
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    say("cancel:", task.cancel())
    say("main got", await task, "| cancelled:", task.cancelled())

run(main())
