"""A waiter that was woken and then cancelled passes its wake-up on to the next."""
import asyncio
from ticks import run, say

async def waiter(name, lock):
    try:
        async with lock:
            say(name, "has the lock")
    except asyncio.CancelledError:
        say(name, "was cancelled")
        raise

async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    a = asyncio.create_task(waiter("A", lock))
    b = asyncio.create_task(waiter("B", lock))
    await asyncio.sleep(0)
    lock.release()
    a.cancel()
    say("main released the lock and cancelled A")
    await b
    say("A cancelled:", a.cancelled(), "| locked:", lock.locked())

run(main())
