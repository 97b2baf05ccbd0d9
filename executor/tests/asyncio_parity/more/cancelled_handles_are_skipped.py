"""A cancelled handle stays in the queue, but is skipped when its turn comes."""
import asyncio
from ticks import run, say

async def main():
    loop = asyncio.get_running_loop()
    handles = {}

    def a():
        say("A runs and cancels C")
        handles["C"].cancel()

    handles["A"] = loop.call_soon(a)
    handles["B"] = loop.call_soon(say, "B (must not be printed)")
    handles["C"] = loop.call_soon(say, "C (must not be printed)")
    handles["D"] = loop.call_soon(say, "D runs")
    handles["B"].cancel()
    say("main cancelled B")
    await asyncio.sleep(0)
    handles["A"].cancel()
    say("main cancelled A, which has run")

run(main())
