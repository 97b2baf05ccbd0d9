"""Semaphore(2): two at a time, first come, first served."""
import asyncio
from ticks import run, say

async def worker(name, sem, ms):
    async with sem:
        say(name, "is in")
        await asyncio.sleep(ms / 1000)
        say(name, "goes")

async def main():
    sem = asyncio.Semaphore(2)
    jobs = [worker(n, sem, ms) for n, ms in (("A", 60), ("B", 20), ("C", 20), ("D", 60))]
    await asyncio.gather(*jobs)
    say("locked:", sem.locked())

run(main())
