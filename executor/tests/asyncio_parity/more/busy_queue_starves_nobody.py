"""A queue that is never empty keeps neither timers nor sockets waiting: each tick asks for them."""
import asyncio, socket
from ticks import run, say, block

async def main():
    loop = asyncio.get_running_loop()
    a, b = socket.socketpair()

    def busy(n):
        say("busy", n)
        if n < 4:
            loop.call_soon(busy, n + 1)
        if n == 2:
            a.send(b"x")
            block(0.03)

    def readable():
        say("readable", b.recv(10))
        loop.remove_reader(b)

    loop.add_reader(b, readable)
    loop.call_later(0.02, say, "timer")
    loop.call_soon(busy, 1)
    await asyncio.sleep(0.06)
    a.close(), b.close()

run(main())
