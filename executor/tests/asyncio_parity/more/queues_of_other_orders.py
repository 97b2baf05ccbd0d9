"""PriorityQueue gives the smallest first, LifoQueue the latest."""
import asyncio
from ticks import run, say

async def main():
    for queue in (asyncio.Queue(), asyncio.LifoQueue(), asyncio.PriorityQueue()):
        for i in (2, 3, 1):
            await queue.put(i)
        say([await queue.get() for _ in range(3)])
    queue = asyncio.Queue(maxsize=1)
    queue.put_nowait(1)
    try:
        queue.put_nowait(2)
    except asyncio.QueueFull:
        say("full:", queue.full())
    queue.get_nowait()
    try:
        queue.get_nowait()
    except asyncio.QueueEmpty:
        say("empty:", queue.empty())

run(main())
