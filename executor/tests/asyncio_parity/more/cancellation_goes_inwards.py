"""Cancelling outer cancels what it waits for first: inner, then middle, then outer, a tick each."""
import asyncio
from ticks import run, say

async def inner():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        say("inner")
        raise

async def waits_for(name, task):
    try:
        await task
    except asyncio.CancelledError:
        say(name)
        raise

async def main():
    i = asyncio.create_task(inner())
    m = asyncio.create_task(waits_for("middle", i))
    o = asyncio.create_task(waits_for("outer", m))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    say("main cancels outer")
    o.cancel()
    try:
        await o
    except asyncio.CancelledError:
        say("main; all cancelled:", i.cancelled(), m.cancelled(), o.cancelled())

run(main())
