"""all_tasks() lists what is not over; names help to tell tasks apart."""
import asyncio
from ticks import run, say

async def work(ms):
    await asyncio.sleep(ms / 1000)
    say(asyncio.current_task().get_name(), "ends")

async def main():
    asyncio.current_task().set_name("main")
    a = asyncio.create_task(work(20), name="A")
    b = asyncio.create_task(work(40), name="B")
    say(sorted(t.get_name() for t in asyncio.all_tasks()))
    await a
    say(sorted(t.get_name() for t in asyncio.all_tasks()))
    await b
    say(sorted(t.get_name() for t in asyncio.all_tasks()))

run(main())
