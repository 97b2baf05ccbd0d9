"""Sleeps end by their deadlines, whoever began first; after a blocking call all at once, in order."""
import asyncio
from ticks import run, say, block

async def sleeper(name, ms):
    await asyncio.sleep(ms / 1000)
    say(name, "slept", ms, "ms")

async def main():
    for name, ms in (("A", 30), ("B", 10), ("C", 20)):
        asyncio.create_task(sleeper(name, ms))
    await asyncio.sleep(0)
    say("main blocks")
    block(0.05)
    await asyncio.sleep(0.02)
    say("main done")

run(main())
