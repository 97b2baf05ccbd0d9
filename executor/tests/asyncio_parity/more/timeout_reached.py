"""timeout(): at the deadline the body is cancelled, and that becomes a TimeoutError."""
import asyncio
from ticks import run, say

async def main():
    try:
        async with asyncio.timeout(0.02) as limit:
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                say("the body is cancelled")
                raise
    except TimeoutError:
        say("timed out; expired:", limit.expired())
    say("cancelling():", asyncio.current_task().cancelling())
    async with asyncio.timeout(None) as limit:
        limit.reschedule(asyncio.get_running_loop().time() + 0.04)
        await asyncio.sleep(0.02)
        limit.reschedule(None)
        await asyncio.sleep(0.04)
    say("not limited any more; expired:", limit.expired())

run(main())
