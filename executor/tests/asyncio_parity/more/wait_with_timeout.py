"""wait(timeout=...) cancels nobody: what is not done is pending, and goes on."""
import asyncio
from ticks import run, say

async def work(name, ms):
    await asyncio.sleep(ms / 1000)
    say(name, "finishes")
    return name

async def main():
    a = asyncio.create_task(work("A", 20))
    b = asyncio.create_task(work("B", 80))
    done, pending = await asyncio.wait([a, b], timeout=0.04)
    say("done:", len(done), "pending:", len(pending), "B done:", b.done())
    done, pending = await asyncio.wait([a, b])
    say("done:", len(done), "pending:", len(pending), "B cancelled:", b.cancelled())
    done, pending = await asyncio.wait([a, b])
    say("all were done already; done:", len(done))

run(main())
