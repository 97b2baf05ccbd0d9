"""A future is set once or cancelled once; who waits for a cancelled one is told so."""
import asyncio
from ticks import run, say

async def waiter(name, fut):
    try:
        say(name, "got", await fut)
    except asyncio.CancelledError:
        say(name, "hears that the future was cancelled")

async def main():
    loop = asyncio.get_running_loop()
    fut = loop.create_future()
    a = asyncio.create_task(waiter("A", fut))
    b = asyncio.create_task(waiter("B", fut))
    await asyncio.sleep(0)
    say("cancel:", fut.cancel(), "again:", fut.cancel(), "done:", fut.done(), "cancelled:", fut.cancelled())
    try:
        fut.set_result(1)
    except asyncio.InvalidStateError:
        say("too late to set it")
    await a
    say("A is not cancelled itself:", a.cancelled(), b.done())

run(main())
