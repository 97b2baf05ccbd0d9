"""call_later(0) runs in the next tick, behind everything that is ready then."""
import asyncio
from ticks import run, say

async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(0, say, "call_later(0), registered first")
    loop.call_at(loop.time(), say, "call_at(now), registered second")
    loop.call_soon(say, "call_soon, registered third")
    say("main yields")
    await asyncio.sleep(0)
    say("main is back")
    await asyncio.sleep(0)
    say("main done")

run(main())
