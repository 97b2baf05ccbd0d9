"""Who waits longest at a queue gets the next item."""
import asyncio
from ticks import run, say

async def getter(name, queue):
    say(name, "got", await queue.get())

async def main():
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(getter(n, queue)) for n in "ABC"]
    await asyncio.sleep(0)
    queue.put_nowait(1)
    queue.put_nowait(2)
    say("main put two")
    await asyncio.sleep(0)
    say("main is back")
    await queue.put(3)
    say("main put one more; size", queue.qsize())
    await asyncio.sleep(0)
    say("all got one:", all(t.done() for t in tasks))

run(main())
