"""gather(return_exceptions=True) waits for all, and gives errors in their places."""
import asyncio
from ticks import run, say

async def work(name, ms, fail=False):
    await asyncio.sleep(ms / 1000)
    say(name, "fails" if fail else "finishes")
    if fail:
        raise ValueError(name)
    return name

async def main():
    c = asyncio.create_task(work("C", 1000))
    asyncio.get_running_loop().call_later(0.06, c.cancel)
    results = await asyncio.gather(work("A", 40), work("B", 20, fail=True), c, return_exceptions=True)
    say("A:", results[0])
    say("B:", repr(results[1]))
    say("C was cancelled:", isinstance(results[2], asyncio.CancelledError))

run(main())
