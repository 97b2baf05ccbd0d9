"""A blocking call delays everything and loses nothing: all that is overdue comes in one tick."""
import asyncio
from ticks import run, say, block

async def sleeper(ms):
    await asyncio.sleep(ms / 1000)
    say("sleeper", ms)

async def main():
    loop = asyncio.get_running_loop()
    for ms in (50, 30, 10):
        asyncio.create_task(sleeper(ms))
    for ms in (40, 20):
        loop.call_later(ms / 1000, say, "callback", ms)
    await asyncio.sleep(0)
    block(0.08)
    say("main blocked 80 ms")
    await asyncio.sleep(0.02)
    say("main done")

run(main())
