"""A group's errors: the children's as they come, the body's last. The first failure has the owner look again."""
import asyncio
from ticks import run, say

async def cleans_up():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        raise ValueError("child")

async def fails():
    raise ValueError("boom")

async def third():
    await asyncio.sleep(0)
    say("third")

async def makes_a_third():
    asyncio.create_task(third())

async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(cleans_up())
            await asyncio.sleep(0)
            raise ValueError("body")
    except* ValueError as failed:
        say([str(error) for error in failed.exceptions])
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            group.create_task(makes_a_third())
    except* ValueError as failed:
        say([str(error) for error in failed.exceptions])
    await asyncio.sleep(0)

run(main())
