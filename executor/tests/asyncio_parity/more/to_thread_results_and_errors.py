"""to_thread gives what the call returns, or raises what it raises."""
import asyncio
from ticks import run, note

def fails():
    raise ValueError("from the thread")

async def main():
    note("got", await asyncio.to_thread(sum, [1, 2, 3]))
    try:
        await asyncio.to_thread(fails)
    except ValueError as e:
        note("caught:", e)
    note("both at once:", await asyncio.gather(asyncio.to_thread(len, "ab"), asyncio.to_thread(len, "abc")))

run(main())
