"""A timer can cancel another timer of the same tick, and one that is far away."""
import asyncio
from ticks import run, say, block

async def main():
    loop = asyncio.get_running_loop()

    def first():
        say("first timer cancels the second and the fourth")
        second.cancel()
        fourth.cancel()

    loop.call_later(0.01, first)
    second = loop.call_later(0.02, say, "second (must not be printed)")
    loop.call_later(0.03, say, "third timer")
    fourth = loop.call_later(0.06, say, "fourth (must not be printed)")
    block(0.04)
    say("main blocked past three deadlines")
    await asyncio.sleep(0.1)
    say("main done")

run(main())
