"""A time limit's timer is armed before those of what it limits."""
import asyncio
from ticks import run, say, block

async def main():
    loop = asyncio.get_running_loop()
    event = asyncio.Event()

    async def waits():
        await event.wait()
        say("the event's waiter runs")

    def callback():
        say("callback")
        event.set()

    asyncio.create_task(waits())
    try:
        async with asyncio.timeout(0.04):
            loop.call_later(0.04, callback)
            loop.call_later(0.02, block, 0.03)
            await asyncio.sleep(1)
    except TimeoutError:
        say("TimeoutError")
    await asyncio.sleep(0)

run(main())
