"""Condition: who is notified goes on only when it has the lock again, one after the other."""
import asyncio
from ticks import run, say

async def waiter(name, cond):
    async with cond:
        say(name, "waits")
        await cond.wait()
        say(name, "goes on")

async def main():
    cond = asyncio.Condition()
    tasks = [asyncio.create_task(waiter(n, cond)) for n in "ABC"]
    await asyncio.sleep(0)
    async with cond:
        cond.notify(1)
        say("main notified one, and still has the lock")
        await asyncio.sleep(0)
        say("main gives it back")
    await tasks[0]
    say("A done; the others:", tasks[1].done(), tasks[2].done())
    async with cond:
        cond.notify_all()
        say("main notified all")
    await tasks[2]
    say("all done:", all(t.done() for t in tasks))

run(main())
