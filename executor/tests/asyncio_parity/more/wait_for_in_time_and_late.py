"""wait_for: a result in time, a limit that comes first, and a task that was done before."""
import asyncio
from ticks import run, say

async def work(ms):
    try:
        await asyncio.sleep(ms / 1000)
        return f"{ms} ms"
    except asyncio.CancelledError:
        say("work is cancelled")
        raise

async def main():
    say("in time:", await asyncio.wait_for(work(20), 0.06))
    try:
        await asyncio.wait_for(work(60), 0.02)
    except asyncio.TimeoutError:
        say("too late")
    task = asyncio.create_task(work(0))
    await asyncio.sleep(0.02)
    say("done before:", await asyncio.wait_for(task, 0.02))

run(main())
