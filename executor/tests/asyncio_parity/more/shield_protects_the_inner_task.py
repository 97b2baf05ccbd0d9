"""shield: who waits is cancelled, what it waits for goes on."""
import asyncio
from ticks import run, say

async def inner():
    await asyncio.sleep(0.04)
    say("inner finishes")
    return "result"

async def outer(task):
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        say("outer was cancelled")
        raise

async def main():
    i = asyncio.create_task(inner())
    o = asyncio.create_task(outer(i))
    await asyncio.sleep(0.02)
    say("main cancels outer")
    o.cancel()
    try:
        await o
    except asyncio.CancelledError:
        say("outer cancelled:", o.cancelled(), "inner cancelled:", i.cancelled())
    say("inner gave", await i)

run(main())
