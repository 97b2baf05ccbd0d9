"""A limit of zero: timeout(0) ends what waits at all, wait(timeout=0) lets who is ready take a step."""
import asyncio
from ticks import run, say

async def child():
    await asyncio.sleep(0)
    say("child ends")

async def main():
    try:
        async with asyncio.timeout(0):
            say("no wait, and so no limit")
        async with asyncio.timeout(0):
            await asyncio.sleep(0)
            say("slept")
    except TimeoutError:
        say("TimeoutError")
    task = asyncio.create_task(child())
    done, pending = await asyncio.wait([task], timeout=0)
    say("done:", len(done), "pending:", len(pending))

run(main())
