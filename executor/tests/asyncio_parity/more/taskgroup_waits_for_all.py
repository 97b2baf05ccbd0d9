"""TaskGroup: the block ends when the last child does, and children may add children."""
import asyncio
from ticks import run, say

async def work(name, ms):
    await asyncio.sleep(ms / 1000)
    say(name, "finishes")
    return name

async def parent(tg):
    await asyncio.sleep(0.02)
    say("parent adds a child")
    tg.create_task(work("grandchild", 40))

async def main():
    async with asyncio.TaskGroup() as tg:
        a = tg.create_task(work("A", 40))
        tg.create_task(parent(tg))
        say("end of the body")
    say("after the group:", a.result())
    async with asyncio.TaskGroup() as tg:
        pass
    say("an empty group takes no tick")

run(main())
