"""A lock goes to who has waited longest, one tick after it is released."""
import asyncio
from ticks import run, say

async def worker(name, lock, ms):
    say(name, "asks; locked:", lock.locked())
    async with lock:
        say(name, "has it")
        await asyncio.sleep(ms / 1000)
        say(name, "gives it back")

async def main():
    lock = asyncio.Lock()
    await asyncio.gather(*(worker(n, lock, 20) for n in "ABC"))
    say("locked:", lock.locked())

run(main())
