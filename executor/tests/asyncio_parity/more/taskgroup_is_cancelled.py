"""Cancelling the task that waits for a group cancels the children, and waits for them."""
import asyncio
from ticks import run, say

async def child(ms):
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        await asyncio.sleep(ms / 1000)
        say("child cleaned up in", ms, "ms")
        raise

async def parent():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(child(20))
            tg.create_task(child(40))
    except asyncio.CancelledError:
        say("parent is cancelled")
        raise

async def main():
    p = asyncio.create_task(parent())
    await asyncio.sleep(0.02)
    say("main cancels parent")
    p.cancel()
    await asyncio.wait([p])
    say("cancelled:", p.cancelled())

run(main())
