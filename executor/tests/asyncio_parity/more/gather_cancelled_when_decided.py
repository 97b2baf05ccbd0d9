"""A gather that has its result passes no cancellation on: whoever waits in it is told, the others go on."""
import asyncio
from ticks import run, say

async def fails():
    raise ValueError("boom")

async def third(waiters):
    await asyncio.sleep(0)
    waiters[0].cancel()
    await asyncio.sleep(0.02)
    say("third goes on")

async def gathers(waiters):
    try:
        await asyncio.gather(asyncio.create_task(fails()), asyncio.create_task(third(waiters)))
    except asyncio.CancelledError:
        say("waiter is told, and not of the error")

async def nothing():
    pass

async def canceller(waiters):
    waiters[1].cancel()
    await asyncio.sleep(0)
    say("canceller goes on")

async def gathers_what_is_over(waiters):
    task = asyncio.create_task(nothing())
    asyncio.create_task(canceller(waiters))
    try:
        await asyncio.gather(task)
    except asyncio.CancelledError:
        say("waiter is told, when the gather wakes it")

async def main():
    waiters = []
    waiters.append(asyncio.create_task(gathers(waiters)))
    await asyncio.sleep(0.04)
    waiters.append(asyncio.create_task(gathers_what_is_over(waiters)))
    await asyncio.sleep(0.02)

run(main())
