"""The body of a group fails: its children are cancelled, then the error comes."""
import asyncio
from ticks import run, say

async def child():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        say("child is cancelled")
        raise

async def main():
    try:
        async with asyncio.TaskGroup() as tg:
            c = tg.create_task(child())
            await asyncio.sleep(0)
            say("the body fails")
            raise ValueError("body")
    except* ValueError as group:
        say("main caught", [str(e) for e in group.exceptions], "child cancelled:", c.cancelled())

run(main())
