"""run_until_complete a second time goes on where the loop was: tasks live on between runs."""
import asyncio
from ticks import TickLoop, note, say

async def background():
    for i in range(4):
        say("background", i)
        await asyncio.sleep(0)
    say("background ends")

async def short():
    await asyncio.sleep(0)
    say("short ends")

async def join(task):
    await task

loop = TickLoop()
task = loop.create_task(background())
loop.run_until_complete(short())
note("between the runs; background done:", task.done())
loop.run_until_complete(join(task))
note("background done:", task.done(), "after", loop.tick, "ticks")
loop.close()
