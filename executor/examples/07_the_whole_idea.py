"""The seventh rung in Python, without asyncio: it prints what the Rust beside it prints.

$ python3 executor/examples/07_the_whole_idea.py

Watch for: `tick`, phase by phase as in 07_the_whole_idea.rs. A coroutine that has to wait yields a function; the loop hands
it the task, and the function leaves the task with whatever it waits for. That is the waker. asyncio yields a future instead,
and adds the waker to it as a callback.
"""

import heapq
import selectors
import socket
import time
from collections import deque
from itertools import count


class EventLoop:
    def __init__(self):
        self.ready = deque()  # who can go on
        self.tasks = 0  # how many are not done
        self.timers = []  # who sleeps until when, the earliest first
        self.numbers = count()  # for those who sleep until the same moment
        self.selector = selectors.DefaultSelector()  # who waits for which socket

    def spawn(self, task):
        self.tasks += 1
        self.ready.append(task)

    def run(self):
        for turn in count(1):
            if not self.tasks:
                break
            print(f"turn {turn}")
            self.tick()

    def tick(self):
        # 1. How long may we wait? Not at all if somebody can go on; else until the next timer.
        timeout = None
        if self.ready:
            timeout = 0
        elif self.timers:
            timeout = max(0, self.timers[0][0] - time.monotonic())
        # 2. Wait for the kernel, so long.
        events = self.selector.select(timeout)
        # 3. Who can read: to the ready queue.
        for key, _ in events:
            self.selector.unregister(key.fileobj)
            self.ready.append(key.data)
        # 4. Whose time has come: to the ready queue.
        while self.timers and self.timers[0][0] <= time.monotonic():
            self.ready.append(heapq.heappop(self.timers)[2])
        # 5. Run what is ready now. Whoever is woken meanwhile waits for the next turn.
        for _ in range(len(self.ready)):
            task = self.ready.popleft()
            try:
                leave_with = task.send(None)  # Rust: poll
            except StopIteration:
                self.tasks -= 1  # Ready
            else:
                leave_with(task)  # Pending


class Pending:
    """At the bottom of every await that has to wait."""

    def __init__(self, leave_with):
        self.leave_with = leave_with

    def __await__(self):
        yield self.leave_with


async def sleep(on, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        await Pending(lambda task: heapq.heappush(on.timers, (deadline, next(on.numbers), task)))


async def read(on, stream):
    while True:
        try:
            return stream.recv(64).decode()
        except BlockingIOError:
            await Pending(lambda task: on.selector.register(stream, selectors.EVENT_READ, task))


async def guest(on, table):
    print(f'  guest: got "{await read(on, table)}"')


async def kitchen(on, counter):
    await sleep(on, 0.05)
    print("  kitchen: here you are")
    counter.sendall(b"a coffee")


async def ada(on):
    await sleep(on, 0.15)
    print("  Ada: had a nap")


on = EventLoop()
counter, table = socket.socketpair()
table.setblocking(False)
on.spawn(guest(on, table))
on.spawn(kitchen(on, counter))
on.spawn(ada(on))
on.run()
