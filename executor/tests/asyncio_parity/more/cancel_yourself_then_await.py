"""Who cancels itself runs on to its next await; what that waits for is cancelled first."""
import asyncio
from ticks import run, say

async def other():
    say("other was queued before the cancellation is told")

async def alone():
    asyncio.current_task().cancel()
    asyncio.create_task(other())
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        say("alone is told")

async def child():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        say("child is told")
        raise

async def parent():
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    asyncio.current_task().cancel()
    try:
        await task
    except asyncio.CancelledError:
        say("parent is told")

async def main():
    await asyncio.create_task(alone())
    await asyncio.create_task(parent())
    say("main goes on")

run(main())
