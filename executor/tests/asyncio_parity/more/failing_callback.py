"""A callback that fails does not stop the loop: the exception handler hears of it."""
import asyncio
from ticks import run, say

async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say("handler:", context["exception"]))

    def fails():
        say("callback fails")
        raise ValueError("boom")

    loop.call_soon(fails)
    loop.call_soon(say, "the next callback of the same tick")
    await asyncio.sleep(0)
    say("main goes on")

run(main())
