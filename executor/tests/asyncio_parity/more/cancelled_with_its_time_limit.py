"""Cancelled by somebody else in the tick of its own time limit: the task is cancelled, it is no TimeoutError."""
import asyncio
from ticks import run, say, block

async def sleeps():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        await asyncio.sleep(0.02)
        say("what was limited has cleaned up")
        raise

async def work():
    try:
        async with asyncio.timeout(0.02):
            await sleeps()
    except TimeoutError:
        say("TimeoutError")
    except asyncio.CancelledError:
        say("work is cancelled")
        raise

async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(work())
    loop.call_later(0.01, block, 0.03)
    loop.call_later(0.03, task.cancel)
    await asyncio.wait([task])
    say("cancelled:", task.cancelled())

run(main())
