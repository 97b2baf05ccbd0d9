"""wait(FIRST_EXCEPTION) returns at the first failure; success alone does not end it."""
import asyncio
from ticks import run, say

async def work(name, ms, fail=False):
    await asyncio.sleep(ms / 1000)
    say(name, "fails" if fail else "finishes")
    if fail:
        raise ValueError(name)

async def main():
    a = asyncio.create_task(work("A", 20))
    b = asyncio.create_task(work("B", 40, fail=True))
    c = asyncio.create_task(work("C", 60))
    done, pending = await asyncio.wait([a, b, c], return_when=asyncio.FIRST_EXCEPTION)
    say("done:", len(done), "pending:", len(pending))
    say("B failed with", repr(b.exception()))
    await c
    say("main done")

run(main())
