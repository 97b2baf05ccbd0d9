"""A task ends in tick k; who awaits it goes on in tick k + 1, in the order of waiting."""
import asyncio
from ticks import run, say

async def child():
    await asyncio.sleep(0)
    say("child returns")
    return 42

async def middle(task):
    say("middle got", await task)
    return 43

async def main():
    task = asyncio.create_task(child())
    m = asyncio.create_task(middle(task))
    say("main got", await m)

run(main())
