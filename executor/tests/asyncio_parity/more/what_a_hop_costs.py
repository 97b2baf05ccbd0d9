"""A task that is awaited by itself wakes its waiter in the next tick, through a helper two later."""
import asyncio
from ticks import run, say

async def work(name):
    await asyncio.sleep(0)
    say(name, "ends")
    return name

async def main():
    await asyncio.create_task(work("alone"))
    say("main, after await")
    await asyncio.gather(work("gathered"))
    say("main, after gather")
    await asyncio.wait([asyncio.create_task(work("waited for"))])
    say("main, after wait")
    for one in asyncio.as_completed([work("completed")]):
        await one
    say("main, after as_completed")
    await asyncio.shield(work("shielded"))
    say("main, after shield")
    async with asyncio.TaskGroup() as tg:
        tg.create_task(work("grouped"))
    say("main, after TaskGroup")

run(main())
