"""A finally that cancels whoever waits for it: that is one more request, and everybody cleans up to the end."""
import asyncio
from ticks import run, say

async def child():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        await asyncio.sleep(0.02)
        say("child cleaned up")
        raise

async def inner(waiter):
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(child())
            try:
                await asyncio.sleep(1)
            finally:
                say("finally")
                waiter[0].cancel()
    except asyncio.CancelledError:
        say("inner is cancelled")
        raise

async def outer(waiter):
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(inner(waiter))
    except asyncio.CancelledError:
        say("outer is cancelled")
        raise

async def main():
    waiter = []
    p = asyncio.create_task(outer(waiter))
    waiter.append(p)
    await asyncio.sleep(0.02)
    say("main cancels outer")
    p.cancel()
    await asyncio.wait([p])
    say("cancelled:", p.cancelled())

run(main())
