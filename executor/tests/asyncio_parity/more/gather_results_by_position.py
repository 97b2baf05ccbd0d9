"""gather gives results by position, whoever ends first; it needs two ticks after the last."""
import asyncio
from ticks import run, say

async def work(name, ms):
    await asyncio.sleep(ms / 1000)
    say(name, "finishes")
    return name

async def quick():
    return "quick"

async def main():
    say("main got", await asyncio.gather(work("A", 60), work("B", 20), work("C", 40)))
    say("main got", await asyncio.gather(quick(), quick()))
    done = asyncio.create_task(quick())
    await asyncio.sleep(0)
    say("main got", await asyncio.gather(done))
    say("main got", await asyncio.gather())

run(main())
