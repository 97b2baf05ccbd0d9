"""A running task can cancel itself: it goes on to its next await, which then fails."""
import asyncio
from ticks import run, say

async def child():
    say("child cancels itself:", asyncio.current_task().cancel())
    say("child still runs")
    try:
        await asyncio.sleep(0.02)
        say("(must not be printed)")
    except asyncio.CancelledError:
        say("child's next await fails")
        raise

async def returns():
    asyncio.current_task().cancel()
    return "result"

async def main():
    task = asyncio.create_task(child())
    try:
        await task
    except asyncio.CancelledError:
        say("cancelled:", task.cancelled())
    task = asyncio.create_task(returns())
    try:
        say("(must not be printed)", await task)
    except asyncio.CancelledError:
        say("who cancels itself and returns is cancelled all the same:", task.cancelled())

run(main())
