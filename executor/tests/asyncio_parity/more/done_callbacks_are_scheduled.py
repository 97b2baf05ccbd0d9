"""Done-callbacks are never called by set_result: they are queued, in order, one tick later."""
import asyncio
from ticks import run, say

async def main():
    loop = asyncio.get_running_loop()
    fut = loop.create_future()

    def removed(f):
        say("(must not be printed)")

    fut.add_done_callback(lambda f: say("first callback:", f.result()))
    fut.add_done_callback(removed)
    fut.add_done_callback(lambda f: say("second callback:", f.result()))
    say("removed:", bool(fut.remove_done_callback(removed)), bool(fut.remove_done_callback(removed)))
    fut.set_result("value")
    say("main did set_result")
    fut.add_done_callback(lambda f: say("added when done:", f.result()))
    await asyncio.sleep(0)
    say("main is back")

run(main())
