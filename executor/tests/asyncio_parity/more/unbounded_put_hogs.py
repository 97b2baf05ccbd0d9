"""put() on a queue without limit never waits: the producer is through before anybody gets."""
import asyncio
from ticks import run, say

async def producer(queue):
    for i in range(3):
        await queue.put(i)
        say("put", i)

async def consumer(queue):
    for i in range(3):
        say("got", await queue.get())

async def main():
    queue = asyncio.Queue()
    c = asyncio.create_task(consumer(queue))
    p = asyncio.create_task(producer(queue))
    await c
    say("main done; producer done:", p.done())

run(main())
