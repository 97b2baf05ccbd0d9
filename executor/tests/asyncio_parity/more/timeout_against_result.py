"""The deadline and the result come in the same tick: with asyncio, the deadline wins."""
import asyncio
from ticks import run, say, block

async def main():
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(0.04):
            loop.call_soon(block, 0.06)
            await asyncio.sleep(0.02)
            say("slept in time")
    except TimeoutError:
        say("TimeoutError, although the sleep is over too")

run(main())
