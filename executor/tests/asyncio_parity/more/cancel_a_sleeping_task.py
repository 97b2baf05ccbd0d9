"""cancel() only asks: the task hears in its next step, and who awaits it one tick later."""
import asyncio
from ticks import run, say

async def child():
    say("child sleeps")
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        say("child hears of it")
        raise
    finally:
        say("child's finally")

async def main():
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    say("main cancels:", task.cancel(), "done:", task.done())
    try:
        await task
    except asyncio.CancelledError:
        say("main sees it; cancelled:", task.cancelled(), "done:", task.done())

run(main())
