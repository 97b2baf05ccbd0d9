"""sock_recv: bytes that are there need no tick; bytes that come wake the task a tick later."""
import asyncio, socket
from ticks import run, say

async def main():
    loop = asyncio.get_running_loop()
    a, b = socket.socketpair()
    a.setblocking(False), b.setblocking(False)
    a.send(b"first")
    say("received", await loop.sock_recv(b, 10))
    loop.call_later(0.02, a.send, b"second")
    say("received", await loop.sock_recv(b, 10))
    await loop.sock_sendall(a, b"third")
    say("sent without waiting")
    say("received", await loop.sock_recv(b, 10))
    a.close()
    say("the end:", await loop.sock_recv(b, 10))
    b.close()

run(main())
