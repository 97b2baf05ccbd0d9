"""Awaiting a coroutine is a call: it runs in the same step, and only its sleep gives way."""
import asyncio
from ticks import run, say

async def inner(name):
    say(name, "inner")
    return name + "!"

async def outer():
    say("outer calls")
    say("outer got", await inner("first"))
    await asyncio.sleep(0)
    say("outer got", await inner("second"))

async def main():
    asyncio.get_running_loop().call_soon(say, "callback, waiting since before")
    await outer()
    say("main done")

run(main())
