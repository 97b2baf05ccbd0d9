"""A child fails while the body of its group still waits: the body is cancelled as well."""
import asyncio
from ticks import run, say

async def fails():
    await asyncio.sleep(0.02)
    say("child fails")
    raise ValueError("child")

async def main():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(fails())
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                say("the body is cancelled")
                raise
    except* ValueError as group:
        say("main caught", [str(e) for e in group.exceptions])
    await asyncio.sleep(0)
    say("main goes on")

run(main())
