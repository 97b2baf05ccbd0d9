"""Three philosophers and three forks: who takes the smaller fork first never waits for ever."""
import asyncio
from ticks import run, say

async def philosopher(name, first, second):
    for meal in range(2):
        async with first:
            await asyncio.sleep(0.02)
            async with second:
                say(name, "eats", meal)
                await asyncio.sleep(0.04)
    say(name, "is done")

async def main():
    forks = [asyncio.Lock() for _ in range(3)]
    async with asyncio.TaskGroup() as tg:
        tg.create_task(philosopher("A", forks[0], forks[1]))
        tg.create_task(philosopher("B", forks[1], forks[2]))
        tg.create_task(philosopher("C", forks[0], forks[2]))
    say("all are done")

run(main())
