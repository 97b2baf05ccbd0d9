"""Two tasks read two sockets: they wake in the tick in which their bytes come, and go on by turns."""
import asyncio, socket
from ticks import run, say

async def receiver(name, sock):
    loop = asyncio.get_running_loop()
    while data := await loop.sock_recv(sock, 1):
        say(name, "received", data)
    say(name, "sees the end")

async def main():
    loop = asyncio.get_running_loop()
    pairs = [socket.socketpair() for _ in range(2)]
    for a, b in pairs:
        b.setblocking(False)
    tasks = [asyncio.create_task(receiver(n, b)) for n, (a, b) in zip("AB", pairs)]
    await asyncio.sleep(0.02)
    pairs[0][0].send(b"x")
    await asyncio.sleep(0.02)
    pairs[1][0].send(b"yz")
    await asyncio.sleep(0.02)
    say("main closes")
    pairs[0][0].close()
    await tasks[0]
    pairs[1][0].close()
    await tasks[1]
    for a, b in pairs:
        b.close()

run(main())
