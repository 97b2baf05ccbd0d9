"""Two children fail in the same tick: the group reports both."""
import asyncio
from ticks import run, say

async def fails(name, event):
    await event.wait()
    say(name, "fails")
    raise ValueError(name)

async def main():
    event = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(fails("A", event))
            tg.create_task(fails("B", event))
            await asyncio.sleep(0)
            event.set()
    except* ValueError as group:
        say("main caught", [str(e) for e in group.exceptions])

run(main())
