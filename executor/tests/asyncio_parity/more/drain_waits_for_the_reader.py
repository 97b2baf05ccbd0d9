"""drain() waits when the other side does not read: back-pressure."""
import asyncio, socket
from ticks import run, note

async def main():
    a, b = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=a)
    other, _ = await asyncio.open_connection(sock=b)
    chunk = bytes(1024 * 1024)

    async def write():
        for i in range(3):
            writer.write(chunk)
            await writer.drain()
        note("written")
        writer.close()

    task = asyncio.create_task(write())
    await asyncio.sleep(0.02)
    note("nobody reads; written:", task.done())
    read = await other.read(-1)
    note("read", len(read), "bytes; written:", task.done())

run(main())
