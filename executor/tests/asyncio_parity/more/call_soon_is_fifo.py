"""call_soon is first in, first out, and so is everything else: tasks and callbacks share a queue."""
import asyncio
from ticks import run, say

async def task(i):
    say("task", i)
    await asyncio.sleep(0)
    say("task", i, "again")

async def main():
    loop = asyncio.get_running_loop()
    for i in range(3):
        loop.call_soon(say, "callback", i)
        asyncio.create_task(task(i))
    say("main yields")
    await asyncio.sleep(0)
    say("main is back")
    await asyncio.sleep(0)
    say("main done")

run(main())
