"""The loop waits as long as nothing is due, and not at all if something is ready: ticks are few."""
import asyncio
from ticks import run, say

async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    loop.call_later(0.04, say, "timer")
    await asyncio.sleep(0.1)
    say("slept 0.1 s:", round(loop.time() - start, 1))
    for i in range(3):
        await asyncio.sleep(0)
    say("three times sleep(0):", round(loop.time() - start, 1))
    far = loop.call_later(3600, say, "(must not be printed)")
    await asyncio.sleep(0.2)
    say("an hour is not waited for:", round(loop.time() - start, 1))
    far.cancel()

run(main())
